import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Sql } from '../../platform/database/database.js';
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

  /** Today's first: what is large, or fails, keeps no mistake of today unseen. */
  protected override async work(): Promise<void> {
    await this.check(false);
    const at = await this.database.systemSql((sql) => this.repository.findLastFull(sql));
    if (this.clock.now().getTime() - (at?.getTime() ?? 0) > DAY_MS) await this.check(true);
  }

  /** Compares where no other process does, and shows what came of it last. */
  async check(isFull: boolean): Promise<LedgerCheck | null> {
    const compare = async (sql: Sql) => {
      await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
      if (await this.repository.lock(sql)) {
        const since = isFull ? EPOCH : this.clock.now();
        await this.repository.save(sql, since, await this.repository.countMismatches(sql, since, isFull));
      }
      return this.repository.findLast(sql);
    };
    // All of a large ledger takes longer than any call may.
    const last = await (isFull ? this.database.longSystemSql(compare) : this.database.systemSql(compare));
    if (last) {
      ledgerMismatches.set(last.mismatches);
      ledgerCheckedAt.set(last.checkedAt.getTime() / 1000);
      if (last.mismatches > 0) this.logger.error(`${last.mismatches} roll-ups are not the sum of their usage events`);
    }
    return last;
  }
}
