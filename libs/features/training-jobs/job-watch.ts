import { setTimeout as sleep } from 'node:timers/promises';
import type { TrainingJob, TrainingJobEvent } from './training-jobs.schema.js';

const POLL_MS = 500;
/** Events that are kept for those who listen; whoever is further behind reads the table. */
const KEPT = 1_000;

/** Reads the job, then what it has said after a sequence (of a job's whole log: after its latest), so that its last words are among it. */
export type ReadNews = (
  after: bigint | null,
) => Promise<{ job: TrainingJob; events: TrainingJobEvent[]; last: bigint }>;

/** Watches one job for all who follow it in this process: one read each half second, however many there are. */
export class JobWatch {
  followers = 0;
  job: TrainingJob | null = null;
  /** Kept events come after this one; null before the first read. */
  start: bigint | null = null;
  private last: bigint | null = null;
  private kept: TrainingJobEvent[] = [];
  private waiting = new Set<() => void>();
  private round = 0;
  private failure: Error | null = null;

  constructor(
    private readonly read: ReadNews,
    private readonly closing: AbortSignal,
  ) {
    void this.run();
  }

  /** Kept events after that one; null where some of them are kept no more. */
  after(sequence: bigint): TrainingJobEvent[] | null {
    if (this.start === null || sequence < this.start) return null;
    return this.kept.filter((event) => BigInt(event.sequence) > sequence);
  }

  /** What `waitAfter` counts from. */
  get news(): number {
    return this.round;
  }

  /**
   * Resolves once there is more than at that count, after the time, or when the signal aborts.
   *
   * @throws what the latest read threw
   */
  async waitAfter(news: number, ms: number, signal: AbortSignal): Promise<void> {
    if (this.failure) throw this.failure;
    if (this.round > news || signal.aborted) return;
    await new Promise<void>((resolve) => {
      const end = () => {
        clearTimeout(timer);
        signal.removeEventListener('abort', end);
        this.waiting.delete(end);
        resolve();
      };
      const timer = setTimeout(end, ms);
      signal.addEventListener('abort', end);
      this.waiting.add(end);
    });
    if (this.failure) throw this.failure;
  }

  private async run(): Promise<void> {
    // Until nobody listens, or there is no more to come.
    do {
      await this.poll().catch((error: Error) => (this.failure = error));
      for (const wake of this.waiting) wake();
      if (this.failure || this.job?.finishedAt) return;
      await sleep(POLL_MS, undefined, { signal: this.closing }).catch(() => {});
    } while (this.followers > 0 && !this.closing.aborted);
  }

  private async poll(): Promise<void> {
    const { job, events, last } = await this.read(this.last);
    const isNews = events.length > 0 || this.job === null || hasMoved(this.job, job);
    this.job = job;
    this.start ??= last;
    this.last = last;
    this.kept.push(...events);
    if (this.kept.length > KEPT) {
      const dropped = this.kept.splice(0, this.kept.length - KEPT);
      this.start = BigInt(dropped.at(-1)!.sequence);
    }
    if (isNews) this.round++;
  }
}

function hasMoved(before: TrainingJob, now: TrainingJob): boolean {
  return before.status !== now.status || before.attempt !== now.attempt;
}
