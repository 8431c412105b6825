import { Worker } from 'node:worker_threads';
import { Injectable } from '@nestjs/common';
import { TrainingFailedError, TrainingRunner, type TrainingTask } from '../../libs/features/training-jobs/worker.js';
import type { TrainingProgress, TrainingResult } from '../../libs/models/family.js';

/** What the thread says: progress now and then, then either the result or why there is none. */
export type ThreadMessage =
  | { kind: 'progress'; progress: TrainingProgress }
  | { kind: 'result'; result: TrainingResult }
  | { kind: 'refused'; reason: string };

/** Trains in a thread of its own, so that heartbeats and the queue go on and an aborted job can be stopped at any point. */
@Injectable()
export class ThreadTrainingRunner extends TrainingRunner {
  override readonly device = 'cpu';

  override run(
    task: TrainingTask,
    onProgress: (progress: TrainingProgress) => void,
    signal: AbortSignal,
  ): Promise<TrainingResult> {
    signal.throwIfAborted();
    const thread = new Worker(new URL('./training.thread.js', import.meta.url), { workerData: task });
    return new Promise<TrainingResult>((resolve, reject) => {
      signal.addEventListener('abort', () => reject(signal.reason as Error), { once: true });
      thread.on('message', (message: ThreadMessage) => {
        if (message.kind === 'progress') onProgress(message.progress);
        else if (message.kind === 'result') resolve(message.result);
        else reject(new TrainingFailedError(message.reason));
      });
      thread.on('error', (error) => reject(explain(error)));
      thread.on('exit', (code) => reject(new Error(`the training thread ended early, with code ${code}`)));
    }).finally(() => thread.terminate());
  }
}

function explain(error: unknown): Error {
  if ((error as { code?: string }).code === 'ERR_WORKER_OUT_OF_MEMORY') {
    return new TrainingFailedError('Training ran out of memory. Try fewer factors or less data.');
  }
  return error instanceof Error ? error : new Error(String(error));
}
