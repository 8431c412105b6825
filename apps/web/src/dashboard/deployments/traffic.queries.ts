import { queryOptions } from '@tanstack/react-query';
import { type Traffic, trafficGet, unwrap } from '../../api/client';

const HOUR_MS = 3_600_000;
/** A page that stays open keeps up; of a long time a call more or less shows little, and counting it costs more. */
const refetchMsOf = (range: Range) => (range === 'hour' ? 15_000 : 60_000);

/** What may be looked at, in milliseconds; the API keeps calls for as long as the longest. */
export const RANGES = {
  hour: HOUR_MS,
  day: 24 * HOUR_MS,
  week: 7 * 24 * HOUR_MS,
  month: 30 * 24 * HOUR_MS,
} as const;

export type Range = keyof typeof RANGES;

/** The deployment's calls until now. */
export const trafficQuery = (projectId: string, deploymentId: string, range: Range) =>
  queryOptions({
    queryKey: ['traffic', projectId, deploymentId, range],
    queryFn: () => {
      const to = Date.now();
      const from = new Date(to - RANGES[range]).toISOString();
      return unwrap(trafficGet({ path: { projectId, deploymentId }, query: { from, to: new Date(to).toISOString() } }));
    },
    refetchInterval: refetchMsOf(range),
  });

export type Bucket = Traffic['buckets'][number];

/** Every bucket of the range, those without a call too. */
export function listBuckets({ from, to, bucketSeconds, buckets }: Traffic): Bucket[] {
  const known = new Map(buckets.map((bucket) => [bucket.start, bucket]));
  const all: Bucket[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 1_000 * bucketSeconds) {
    const start = new Date(ms).toISOString();
    all.push(known.get(start) ?? { start, byStatus: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 }, latencyMs: null });
  }
  return all;
}

export const callsIn = ({ byStatus }: Pick<Bucket, 'byStatus'>): number =>
  Object.values(byStatus).reduce((sum, count) => sum + count, 0);
