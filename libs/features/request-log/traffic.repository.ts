import { Injectable } from '@nestjs/common';
import { sqlOf, type Transaction } from '../../platform/database/database.js';
import { NIL_ID } from '../../platform/http/ids.js';

/** Of all calls, of those of one bucket of time, or of those of one deployment. */
export interface MeasuredCalls {
  /** Null for all, and for those of one deployment. */
  start: Date | null;
  /** Null but for those of one deployment. */
  deployment: string | null;
  c2: number;
  c3: number;
  c4: number;
  c5: number;
  /** Of those with 2xx, that something else than the model answered, by the reason; null where none was. */
  fallbacks: Record<string, number> | null;
  /** The 50th, 95th and 99th percentile, in milliseconds; null where nothing was answered. */
  latency: number[] | null;
}

const countOf = (hundreds: number) => `coalesce(sum(n) FILTER (WHERE class = ${hundreds}), 0)::int AS c${hundreds}`;
const percentileOf = (share: number) => `min(duration_ms) FILTER (WHERE upto >= ${share} * answered)`;

const isOfSame = (table: string) =>
  `${table}.start IS NOT DISTINCT FROM statuses.start AND ${table}.deployment IS NOT DISTINCT FROM statuses.deployment`;

/**
 * The log holds what was called, whoever did: keys of other projects, and those for other deployments alone, never reached this one.
 * Counts equal calls before anything is put in order, as there are few different ones of however many.
 */
const MEASURE = `
  WITH counts AS MATERIALIZED (
    SELECT deployment_id::text AS deployment, date_bin($4 * interval '1 millisecond', occurred_at, $2::timestamptz) AS start,
      status / 100 AS class, duration_ms, fallback_reason AS reason, count(*) AS n
    FROM request_log
    WHERE deployment_id = ANY($1::uuid[]) AND project_id = $5::uuid AND api_key_id <> '${NIL_ID}' AND error_code IS DISTINCT FROM 'deployment_not_allowed'
      AND occurred_at >= $2::timestamptz AND occurred_at < $3::timestamptz
    GROUP BY 1, 2, 3, 4, 5),
  statuses AS (
    SELECT deployment, start, ${[2, 3, 4, 5].map(countOf).join(', ')} FROM counts
    GROUP BY GROUPING SETS ((), (start), (deployment))),
  durations AS (
    SELECT deployment, start, duration_ms, sum(n) AS n FROM counts WHERE class = 2
    GROUP BY GROUPING SETS ((duration_ms), (start, duration_ms), (deployment, duration_ms))),
  ranked AS (
    SELECT deployment, start, duration_ms, sum(n) OVER (PARTITION BY deployment, start ORDER BY duration_ms) AS upto,
      sum(n) OVER (PARTITION BY deployment, start) AS answered
    FROM durations),
  fallbacks AS (
    SELECT deployment, start, jsonb_object_agg(reason, n) AS fallbacks FROM (
      SELECT deployment, start, reason, sum(n) AS n FROM counts WHERE class = 2 AND reason IS NOT NULL
      GROUP BY GROUPING SETS ((reason), (start, reason), (deployment, reason))) reasons
    GROUP BY deployment, start),
  latencies AS (
    SELECT deployment, start, ARRAY[${[0.5, 0.95, 0.99].map(percentileOf).join(', ')}] AS latency FROM ranked GROUP BY deployment, start)
  SELECT statuses.*, latency, fallbacks
  FROM statuses
    LEFT JOIN latencies ON ${isOfSame('latencies')}
    LEFT JOIN fallbacks ON ${isOfSame('fallbacks')}
  ORDER BY statuses.start NULLS FIRST, statuses.deployment NULLS FIRST`;

@Injectable()
export class TrafficRepository {
  /** All calls of some deployments of a project first; then those of each that has any, and of each bucket of time, in its order. */
  measure(
    transaction: Transaction,
    projectId: string,
    deploymentIds: string[],
    { from, to }: { from: Date; to: Date },
    bucketMs: number,
  ): Promise<MeasuredCalls[]> {
    return sqlOf(transaction).rows(MEASURE, [`{${deploymentIds.join(',')}}`, from, to, bucketMs, projectId]);
  }
}
