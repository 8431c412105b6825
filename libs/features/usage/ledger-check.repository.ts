import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';

const CHECK_LOCK = 0x6c656467;

/** Both sides in one snapshot, so that what is written meanwhile is in both or in neither. */
const MISMATCHES = `
  WITH bounds AS (SELECT date_trunc('day', $1::timestamptz, 'UTC') AS since),
  counted AS (
    SELECT tenant_id, rollup.granularity::rollup_granularity AS granularity, rollup.bucket AS bucket_start, meter_key,
      COALESCE(project_id, '${NIL_ID}') AS project_id, COALESCE(api_key_id, '${NIL_ID}') AS api_key_id,
      COALESCE(deployment_id, '${NIL_ID}') AS deployment_id, device_class, price_version_id, sum(quantity) AS quantity, count(*) AS events
    FROM usage_events, bounds, LATERAL (VALUES
      ('minute', date_trunc('minute', occurred_at, 'UTC')), ('hour', date_trunc('hour', occurred_at, 'UTC')),
      ('day', date_trunc('day', occurred_at, 'UTC')), ('period', period_start)) AS rollup (granularity, bucket)
    WHERE $2 OR (id >= uuid_of_time(bounds.since - interval '2 days') AND occurred_at >= bounds.since)
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9),
  kept AS (SELECT usage_rollups.* FROM usage_rollups, bounds WHERE $2 OR (granularity <> 'period' AND bucket_start >= bounds.since))
  SELECT count(*)::int AS mismatches
  FROM (SELECT * FROM counted WHERE $2 OR granularity <> 'period') counted
  FULL JOIN kept USING (tenant_id, granularity, bucket_start, meter_key, project_id, api_key_id, deployment_id, device_class, price_version_id)
  WHERE counted.quantity IS DISTINCT FROM kept.quantity OR counted.events IS DISTINCT FROM kept.events`;

export interface LedgerCheck {
  checkedAt: Date;
  mismatches: number;
}

@Injectable()
export class LedgerCheckRepository {
  /** False where another process checks just now. */
  async lock(sql: Sql): Promise<boolean> {
    const [row] = await sql.rows<{ isOurs: boolean }>(`SELECT pg_try_advisory_xact_lock(${CHECK_LOCK}) AS "isOurs"`);
    return row!.isOurs;
  }

  /**
   * Roll-ups of whole days since `since` that are not the sum of their events, or of all time.
   *
   * An id may be older than its event by as long as a training job takes, for which two days are allowed.
   */
  async countMismatches(sql: Sql, since: Date, isFull: boolean): Promise<number> {
    const [row] = await sql.rows<{ mismatches: number }>(MISMATCHES, [since.toISOString(), isFull]);
    return row!.mismatches;
  }

  async save(sql: Sql, since: Date, mismatches: number): Promise<void> {
    await sql.run('INSERT INTO ledger_checks (checked_at, since, mismatches) VALUES (clock_timestamp(), $1, $2)', [
      since.toISOString(),
      mismatches,
    ]);
  }

  async findLast(sql: Sql): Promise<LedgerCheck | null> {
    const [last] = await sql.rows<LedgerCheck>(
      'SELECT checked_at AS "checkedAt", mismatches::int FROM ledger_checks ORDER BY checked_at DESC LIMIT 1',
    );
    return last ?? null;
  }

  /** When all of the ledger was last compared. */
  async findLastFull(sql: Sql): Promise<Date | null> {
    const [row] = await sql.rows<{ at: Date | null }>(
      `SELECT max(checked_at) AS at FROM ledger_checks WHERE since = 'epoch'`,
    );
    return row!.at;
  }
}
