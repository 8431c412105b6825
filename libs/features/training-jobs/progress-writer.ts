import type { Database } from '../../platform/database/database.js';
import type { ClaimedJob, TrainingJobsRepository } from './training-jobs.repository.js';
import type { JobProgress } from './training-jobs.schema.js';
import type { TrainingReport } from './training-runner.js';

const INTERVAL_MS = 500;
/** A job that has run for long is written less often, so that a day of it leaves a few thousand points. */
const POINTS = 500;

/** Writes a job's progress now and then, one write at a time, with every epoch that measured a loss and every trial of a search; a lost write matters to nobody. */
export class ProgressWriter {
  private readonly startedMs = performance.now();
  private startedAt: number | null = null;
  private lastWriteMs = -Infinity;
  private writing: Promise<unknown> | null = null;
  private waiting: JobProgress[] = [];

  constructor(
    private readonly database: Database,
    private readonly repository: TrainingJobsRepository,
    private readonly job: ClaimedJob,
  ) {}

  report(report: TrainingReport): void {
    this.startedAt ??= report.progress;
    const last = this.waiting.at(-1);
    if (last?.loss === null && last.trial === null) this.waiting.pop();
    this.waiting.push(this.complete(report));
    if (!this.writing && performance.now() - this.lastWriteMs >= this.intervalMs()) this.write();
  }

  /** Writes what waits; resolves when nothing is being written any more. */
  async settle(): Promise<void> {
    await this.writing;
    if (this.waiting.length > 0) this.write();
    await this.writing;
  }

  private intervalMs(): number {
    return Math.max(INTERVAL_MS, (performance.now() - this.startedMs) / POINTS);
  }

  private write(): void {
    this.lastWriteMs = performance.now();
    const points = this.waiting;
    this.waiting = [];
    const { progress, phase, epoch, epochs, device } = points.at(-1)!;
    const text = epochs > 0 && phase.endsWith('fitting') ? `${phase} ${epoch}/${epochs}` : phase;
    this.writing = this.database
      .tenant(this.job.tenantId, (transaction) =>
        this.repository.reportProgress(transaction, this.job, { progress, phase: text, device }, points),
      )
      .catch(() => {})
      .finally(() => (this.writing = null));
  }

  /** With an estimate of the time to the end from this attempt's pace. */
  private complete(report: TrainingReport): JobProgress {
    const elapsedSeconds = (performance.now() - this.startedMs) / 1000;
    const done = report.progress - this.startedAt!;
    const etaSeconds = done > 0.01 ? (elapsedSeconds * (1 - report.progress)) / done : null;
    return { ...report, etaSeconds };
  }
}
