import type { Database } from '../../platform/database/database.js';
import type { Claim } from '../../platform/queue/leased-rows.js';
import type { DataSetsRepository } from './data-sets.repository.js';
import type { ImportProgress } from './data-sets.schema.js';

const INTERVAL_MS = 500;
/** An import that has run for long is written less often. */
const POINTS = 500;

/** Writes an import's progress now and then, one write at a time; a lost write matters to nobody. */
export class ImportProgressWriter {
  private readonly startedMs = performance.now();
  private lastWriteMs = performance.now();
  private writing: Promise<unknown> | null = null;

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly claim: Claim,
  ) {}

  report(progress: ImportProgress): void {
    const now = performance.now();
    if (this.writing || now - this.lastWriteMs < Math.max(INTERVAL_MS, (now - this.startedMs) / POINTS)) return;
    this.lastWriteMs = now;
    this.writing = this.database
      .tenant(this.claim.tenantId, (transaction) => this.repository.reportProgress(transaction, this.claim, progress))
      .catch(() => {})
      .finally(() => (this.writing = null));
  }

  /** Resolves when nothing is being written any more. */
  async settle(): Promise<void> {
    await this.writing;
  }
}
