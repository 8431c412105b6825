import { readdir, rm, stat } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { Inject, Injectable, Logger } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { RETENTION, UNNAMED_HOURS } from './retention.js';
import { RetentionRepository } from './retention.repository.js';

const BATCH = 500;
const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** How the platform names what it stores. */
const OURS = /^[0-9a-f-]{36}\/(uploads|content|artifacts|reports|checkpoints)\//;
/** Folders that our processes work in; a process that was killed leaves its own behind. */
const SCRATCH = /^kindred-(training|import|tables|object)-/;

/** Deletes what has been kept long enough, and the files that no row names any more. */
@Injectable()
export class RetentionService {
  private readonly logger = new Logger(RetentionService.name);

  constructor(
    private readonly repository: RetentionRepository,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  async deleteRows(): Promise<void> {
    const now = this.clock.now();
    for (const retained of RETENTION) {
      // A chain is cut, not thinned out.
      if (retained.table === 'audit_events')
        await this.repository.cutAuditLogs(new Date(now.getTime() - retained.days * DAY_MS));
      else await this.repository.deleteOld(retained, now);
      await this.repository.deleteOldOfProjects(retained, now);
    }
    await this.repository.deleteSurplusImports();
  }

  /** Rows come first: whoever deletes a row need not think of its file. */
  async deleteFiles(): Promise<void> {
    let batch: string[] = [];
    let count = 0;
    const deleteUnnamed = async () => {
      const named = await this.repository.findNamed(batch);
      // A store may hold another installation's files, or be one whose database is not restored yet.
      const ours = await this.repository.findTenants([...new Set(batch.map(tenantOf))]);
      for (const key of batch.filter((each) => !named.has(each) && ours.has(tenantOf(each)))) {
        await this.objects.delete(key);
        count++;
      }
      batch = [];
    };
    for await (const { key, modifiedMs } of this.objects.list()) {
      if (this.isYoung(modifiedMs) || !OURS.test(key)) continue;
      batch.push(key);
      if (batch.length === BATCH) await deleteUnnamed();
    }
    if (batch.length > 0) await deleteUnnamed();
    if (count > 0) this.logger.log(`${count} files that no row names were deleted`);
  }

  async deleteScratch(folder = os.tmpdir()): Promise<void> {
    for (const name of await readdir(folder)) {
      if (!SCRATCH.test(name)) continue;
      const found = await stat(path.join(folder, name)).catch(() => null);
      if (found && !this.isYoung(found.mtimeMs)) await rm(path.join(folder, name), { recursive: true, force: true });
    }
  }

  private isYoung(modifiedMs: number): boolean {
    // The machine's clock, by which files are dated: that of trials may be moved.
    return Date.now() - modifiedMs < UNNAMED_HOURS * HOUR_MS;
  }
}

function tenantOf(key: string): string {
  return key.slice(0, key.indexOf('/'));
}
