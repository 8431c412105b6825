import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { ledgerCheckedAt, ledgerMismatches } from '../../platform/telemetry/metrics.js';
import { type LedgerCheck, LedgerCheckRepository } from './ledger-check.repository.js';

const DAY_MS = 86_400_000;
const EPOCH = new Date(0);

/** Proves again and again that the roll-ups are the sums of the ledger: today's every minute, all of them every day. */
@Injectable()
export class LedgerChecker extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: LedgerCheckRepository,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    await this.check();
  }

  /** Compares where no other process does, and shows what came of it last. */
  async check(isFullDue?: boolean): Promise<LedgerCheck | null> {
    const last = await this.database.systemSql(async (sql) => {
      await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      if (await this.repository.lock(sql)) {
        const now = this.clock.now().getTime();
        const isFull = isFullDue ?? now - ((await this.repository.findLastFull(sql))?.getTime() ?? 0) > DAY_MS;
        const since = isFull ? EPOCH : new Date(now);
        await this.repository.save(sql, since, await this.repository.countMismatches(sql, since, isFull));
      }
      return this.repository.findLast(sql);
    });
    if (last) {
      ledgerMismatches.set(last.mismatches);
      ledgerCheckedAt.set(last.checkedAt.getTime() / 1000);
      if (last.mismatches > 0) this.logger.error(`${last.mismatches} roll-ups are not the sum of their usage events`);
    }
    return last;
  }
}
