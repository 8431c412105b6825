import { Injectable } from '@nestjs/common';
import { sqlOf, type Transaction } from '../../platform/database/database.js';

/** Of all calls, or of those of one bucket of time. */
export interface MeasuredCalls {
  /** Null for all. */
  start: Date | null;
  c2: number;
  c3: number;
  c4: number;
  c5: number;
  /** The 50th, 95th and 99th percentile, in milliseconds; null where nothing was answered. */
  latency: number[] | null;
}

const countOf = (hundreds: number) => `coalesce(sum(n) FILTER (WHERE class = ${hundreds}), 0)::int AS c${hundreds}`;
const percentileOf = (share: number) => `min(duration_ms) FILTER (WHERE upto >= ${share} * answered)`;

/** Counts equal calls before anything is put in order, as there are few different ones of however many. */
const MEASURE = `
  WITH counts AS MATERIALIZED (
    SELECT date_bin($4 * interval '1 millisecond', occurred_at, $2::timestamptz) AS start, status / 100 AS class, duration_ms,
      count(*) AS n
    FROM request_log
    WHERE deployment_id = $1::uuid AND occurred_at >= $2::timestamptz AND occurred_at < $3::timestamptz
    GROUP BY 1, 2, 3),
  statuses AS (
    SELECT start, ${[2, 3, 4, 5].map(countOf).join(', ')} FROM counts GROUP BY GROUPING SETS ((), (start))),
  durations AS (
    SELECT start, duration_ms, sum(n) AS n FROM counts WHERE class = 2
    GROUP BY GROUPING SETS ((duration_ms), (start, duration_ms))),
  ranked AS (
    SELECT start, duration_ms, sum(n) OVER (PARTITION BY start ORDER BY duration_ms) AS upto,
      sum(n) OVER (PARTITION BY start) AS answered
    FROM durations),
  latencies AS (
    SELECT start, ARRAY[${[0.5, 0.95, 0.99].map(percentileOf).join(', ')}] AS latency FROM ranked GROUP BY start)
  SELECT statuses.*, latency
  FROM statuses LEFT JOIN latencies ON latencies.start IS NOT DISTINCT FROM statuses.start
  ORDER BY statuses.start NULLS FIRST`;

@Injectable()
export class TrafficRepository {
  /** All calls of a deployment first, then those of each bucket that has any, in the order of time. */
  measure(
    transaction: Transaction,
    deploymentId: string,
    { from, to }: { from: Date; to: Date },
    bucketMs: number,
  ): Promise<MeasuredCalls[]> {
    return sqlOf(transaction).rows(MEASURE, [deploymentId, from, to, bucketMs]);
  }
}
