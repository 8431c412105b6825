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

const countOf = (hundreds: number) => `(count(*) FILTER (WHERE status / 100 = ${hundreds}))::int AS c${hundreds}`;

const MEASURE = `
  SELECT start, ${[2, 3, 4, 5].map(countOf).join(', ')},
    percentile_disc(ARRAY[0.5, 0.95, 0.99]) WITHIN GROUP (ORDER BY duration_ms) FILTER (WHERE status / 100 = 2) AS latency
  FROM (
    SELECT date_bin($4 * interval '1 millisecond', occurred_at, $2::timestamptz) AS start, status, duration_ms
    FROM request_log
    WHERE deployment_id = $1::uuid AND occurred_at >= $2::timestamptz AND occurred_at < $3::timestamptz) calls
  GROUP BY GROUPING SETS ((), (start)) ORDER BY start NULLS FIRST`;

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
