import { type ChildProcess, fork } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
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
import type { TrainingMessage, TrainingOrder } from './training-messages.js';

const PROCESS_FILE = fileURLToPath(new URL('./training.process.js', import.meta.url));
const ERROR_OUTPUT_MAX = 8_000;
/** How long a process that is asked to stop may take to reach the end of its slice of work and to write a checkpoint. */
const STOP_MS = 10_000;
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
    const child = fork(PROCESS_FILE, { stdio: ['ignore', 'inherit', 'pipe', 'ipc'] });
    // An order that finds the process gone is no error of its own: how the process ended says more.
    const order = (message: TrainingOrder) => child.connected && child.send(message, () => undefined);
    try {
      const { KINDRED_CHECKPOINT_SECONDS: checkpointSeconds, COMPUTE_BACKEND: backend } = this.config;
      order({ kind: 'train', task, directory, checkpointSeconds, backend });
      await new TrainingRun(child, watch, () => order({ kind: 'stop' })).end;
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
  private readonly watch: TrainingWatch;
  private hasConcluded = false;
  private errorOutput = '';
  private waitingCheckpoint: string | null = null;
  private storing: Promise<void> | null = null;

  constructor(child: ChildProcess, watch: TrainingWatch, requestStop: () => void) {
    this.watch = watch;
    const { promise, resolve, reject } = Promise.withResolvers<void>();
    this.end = promise;
    const stop = () => {
      requestStop();
      setTimeout(() => reject(new TrainingStoppedError()), STOP_MS).unref();
    };
    watch.signal.addEventListener('abort', () => reject(watch.signal.reason as Error), { once: true });
    if (watch.stop.aborted) stop();
    else watch.stop.addEventListener('abort', stop, { once: true });
    child.stderr!.on('data', (text: Buffer) => this.hearError(text));
    child.on(
      'message',
      (message: TrainingMessage) => void this.hear(message).then((isOver) => isOver && resolve(), reject),
    );
    child.on('error', reject);
    // Once its last words are heard, which 'exit' would not wait for.
    child.on('close', (code, signal) => {
      if (!this.hasConcluded) void this.settleCheckpoints().then(() => reject(this.explainExit(code, signal)));
    });
  }

  /** True when the run is over. */
  private async hear(message: TrainingMessage): Promise<boolean> {
    this.hasConcluded ||= CONCLUSIONS.has(message.kind);
    switch (message.kind) {
      case 'report':
        this.watch.onReport(message.report);
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
        await this.watch.onResult(message.model);
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

  private hearError(text: Buffer): void {
    process.stderr.write(text);
    this.errorOutput = (this.errorOutput + text.toString()).slice(-ERROR_OUTPUT_MAX);
  }

  private explainExit(code: number | null, signal: NodeJS.Signals | null): Error {
    const isOutOfMemory =
      signal === 'SIGKILL' || /heap out of memory|bad_alloc|Array buffer allocation failed/.test(this.errorOutput);
    if (isOutOfMemory) return new TrainingCrashedError('the training process ran out of memory');
    return new TrainingCrashedError(`the training process ended with ${signal ?? `code ${code}`}`);
  }
}
