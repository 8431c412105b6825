import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { type Component, type ProbeDays, STATUS_DAYS } from './status.schema.js';

/** Since when work may wait, and a worker may be silent, before that is a failure. */
const WAITING_SECONDS_MAX = 600;
const SILENT_SECONDS_MAX = 60;
/** Of several processes that probe, the first is counted. */
const PROBE_SECONDS_MIN = 25;

export interface Probe {
  component: Component;
  isFailing: boolean;
  /** Earlier probes that failed and could not be written down. */
  missed: number;
}

/** Over all tenants; nothing here tells of any. */
@Injectable()
export class HealthRepository {
  constructor(private readonly database: Database) {}

  async beat(worker: string): Promise<void> {
    await this.database.systemSql((sql) =>
      sql.run(
        `INSERT INTO worker_heartbeats (worker, seen_at) VALUES ($1, now())
         ON CONFLICT (worker) DO UPDATE SET seen_at = excluded.seen_at`,
        [worker],
      ),
    );
  }

  /** Whether a worker was heard of lately, null where none ever was, and whether work that some worker could do waits too long: its organization has none under way. */
  async probeWorkers(): Promise<{ workers: boolean | null; queue: boolean }> {
    const isLate = (table: string) => `EXISTS (
      SELECT FROM ${table} waiting WHERE status = 'queued' AND created_at < now() - interval '${WAITING_SECONDS_MAX} seconds'
        AND NOT EXISTS (SELECT FROM ${table} busy WHERE busy.status = 'running' AND busy.tenant_id = waiting.tenant_id))`;
    const [found] = await this.database.systemSql((sql) =>
      sql.rows<{ workers: boolean | null; isLate: boolean }>(
        `SELECT (SELECT max(seen_at) > now() - interval '${SILENT_SECONDS_MAX} seconds' FROM worker_heartbeats) AS workers,
           ${isLate('imports')} OR ${isLate('training_jobs')} AS "isLate"`,
      ),
    );
    return { workers: found!.workers, queue: !found!.isLate };
  }

  async record(probes: Probe[]): Promise<void> {
    await this.database.systemSql((sql) =>
      sql.run(
        `INSERT INTO probe_days AS known (day, component, probes, failures, probed_at)
         SELECT (now() AT TIME ZONE 'utc')::date, component, 1 + missed, failed + missed, now()
         FROM unnest($1::text[], $2::int[], $3::int[]) AS probe (component, failed, missed)
         ON CONFLICT (day, component) DO UPDATE
         SET probes = known.probes + excluded.probes, failures = known.failures + excluded.failures, probed_at = now()
         WHERE known.probed_at < now() - interval '${PROBE_SECONDS_MIN} seconds'`,
        [
          probes.map(({ component }) => component),
          probes.map(({ isFailing }) => Number(isFailing)),
          probes.map(({ missed }) => missed),
        ],
      ),
    );
  }

  async listDays(): Promise<Map<string, ProbeDays>> {
    const rows = await this.database.systemSql((sql) =>
      sql.rows<{ component: string; days: ProbeDays }>(
        `SELECT component, json_agg(json_build_object('day', day, 'probes', probes, 'failures', failures) ORDER BY day) AS days
         FROM probe_days WHERE day > (now() AT TIME ZONE 'utc')::date - ${STATUS_DAYS} GROUP BY component`,
      ),
    );
    return new Map(rows.map(({ component, days }) => [component, days]));
  }
}
