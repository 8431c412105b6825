import type { ChildProcess } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os, { availableParallelism } from 'node:os';
import path from 'node:path';
import { Inject, Injectable } from '@nestjs/common';
import {
  TrainingCrashedError,
  TrainingFailedError,
  TrainingRunner,
  TrainingStoppedError,
  type TrainingTask,
  type TrainingWatch,
} from '../../libs/features/training-jobs/worker.js';
import { CONFIG, type Config } from '../../libs/platform/config/config.js';
import { explainExit, forkChild, keepErrorOutput } from '../../libs/platform/processes/children.js';
import type { TrainingMessage, TrainingOrder } from './training-messages.js';

/** How long a process that is asked to stop may take to reach the end of its slice of work and to write a checkpoint. */
const STOP_MS = 10_000;
const YIELD_MS = 1_000;
/** After these a process ends of itself. */
const CONCLUSIONS = new Set<TrainingMessage['kind']>(['result', 'refused', 'crashed', 'stopped']);

/**
 * Trains in a process of its own: what crashes, runs out of memory or must be stopped in the middle takes nothing else with it,
 * and its memory can be measured.
 */
@Injectable()
export class ProcessTrainingRunner extends TrainingRunner {
  constructor(@Inject(CONFIG) private readonly config: Config) {
    super();
  }

  override async run(task: TrainingTask, watch: TrainingWatch): Promise<void> {
    watch.signal.throwIfAborted();
    const directory = await mkdtemp(path.join(os.tmpdir(), 'kindred-training-'));
    const child = forkChild('apps/worker/training.process.js');
    // An order that finds the process gone is no error of its own: how the process ended says more.
    const order = (message: TrainingOrder) => child.connected && child.send(message, () => undefined);
    try {
      const { KINDRED_CHECKPOINT_SECONDS: checkpointSeconds, COMPUTE_BACKEND: backend } = this.config;
      order({ kind: 'train', task, directory, checkpointSeconds, backend });
      await new TrainingRun(child, watch, order).end;
    } finally {
      child.kill('SIGKILL');
      await rm(directory, { recursive: true, force: true });
    }
  }
}

/** One process from its start to its end. */
class TrainingRun {
  /** Settles when the result has been taken, or with why there is none. */
  readonly end: Promise<void>;
  private hasConcluded = false;
  private readonly errorOutput: () => string;
  private waitingCheckpoint: string | null = null;
  private storing: Promise<void> | null = null;

  constructor(
    child: ChildProcess,
    private readonly watch: TrainingWatch,
    order: (message: TrainingOrder) => void,
  ) {
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.end = promise;
    const stop = () => {
      order({ kind: 'stop' });
      setTimeout(() => reject(new TrainingStoppedError()), STOP_MS).unref();
    };
    // The kernels' threads, and not the library's that reads: those end before the long part begins.
    let isServing = false;
    let isEnough = false;
    const tellEnough = () => {
      if (isEnough || !watch.isEnough()) return;
      isEnough = true;
      order({ kind: 'enough' });
    };
    // A job that somebody else had may have been told before.
    tellEnough();
    const yielding = setInterval(() => {
      tellEnough();
      if (watch.isServing() === isServing) return;
      isServing = !isServing;
      order({ kind: 'threads', count: isServing ? Math.ceil(availableParallelism() / 2) : availableParallelism() });
    }, YIELD_MS);
    child.once('exit', () => clearInterval(yielding));
    watch.signal.addEventListener('abort', () => reject(watch.signal.reason as Error), { once: true });
    if (watch.stop.aborted) stop();
    else watch.stop.addEventListener('abort', stop, { once: true });
    this.errorOutput = keepErrorOutput(child);
    child.on(
      'message',
      (message: TrainingMessage) => void this.receive(message).then((isOver) => isOver && resolve(), reject),
    );
    child.on('error', reject);
    // Once its last words are heard, which 'exit' would not wait for.
    child.on('close', (code, signal) => {
      if (!this.hasConcluded)
        void this.settleCheckpoints().then(() =>
          reject(new TrainingCrashedError(`the training process ${explainExit(code, signal, this.errorOutput())}`)),
        );
    });
  }

  /** True when the run is over. */
  private async receive(message: TrainingMessage): Promise<boolean> {
    this.hasConcluded ||= CONCLUSIONS.has(message.kind);
    switch (message.kind) {
      case 'report':
        this.watch.onReport(message.report);
        return false;
      case 'compute':
        this.watch.onCompute(message.seconds);
        return false;
      case 'log':
        this.watch.onLog(message.line);
        return false;
      case 'checkpoint':
        this.waitingCheckpoint = message.file;
        this.storing ??= this.storeCheckpoints();
        return false;
      case 'result':
        await this.settleCheckpoints();
        await this.watch.onResult(message.trained);
        return true;
      case 'refused':
        throw new TrainingFailedError(message.reason);
      case 'crashed':
        throw new TrainingCrashedError(message.reason);
      case 'stopped':
        await this.settleCheckpoints();
        throw new TrainingStoppedError();
    }
  }

  private async storeCheckpoints(): Promise<void> {
    while (this.waitingCheckpoint) {
      const file = this.waitingCheckpoint;
      this.waitingCheckpoint = null;
      // A checkpoint that cannot be stored is no reason to stop: the one before still stands.
      await this.watch.onCheckpoint(file).catch((error: Error) => this.watch.onLog(`No checkpoint: ${error.message}`));
      await rm(file, { force: true });
    }
    this.storing = null;
  }

  private async settleCheckpoints(): Promise<void> {
    await this.storing;
  }
}
