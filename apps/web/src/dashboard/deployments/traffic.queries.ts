import { queryOptions } from '@tanstack/react-query';
import { type Traffic, trafficGet, trafficGetOfProject, unwrap } from '../../api/client';

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
    queryFn: () => unwrap(trafficGet({ path: { projectId, deploymentId }, query: untilNow(range) })),
    refetchInterval: refetchMsOf(range),
  });

/** The calls of all of the project's deployments until now, and of each. */
export const projectTrafficQuery = (projectId: string, range: Range) =>
  queryOptions({
    queryKey: ['traffic', projectId, range],
    queryFn: () => unwrap(trafficGetOfProject({ path: { projectId }, query: untilNow(range) })),
    refetchInterval: refetchMsOf(range),
  });

function untilNow(range: Range): { from: string; to: string } {
  const to = Date.now();
  return { from: new Date(to - RANGES[range]).toISOString(), to: new Date(to).toISOString() };
}

export type Bucket = Traffic['buckets'][number];

/** Every bucket of the range, those without a call too. */
export function listBuckets({ from, to, bucketSeconds, buckets }: Traffic): Bucket[] {
  const known = new Map(buckets.map((bucket) => [bucket.start, bucket]));
  const all: Bucket[] = [];
  for (let ms = Date.parse(from); ms < Date.parse(to); ms += 1_000 * bucketSeconds) {
    const start = new Date(ms).toISOString();
    all.push(
      known.get(start) ?? {
        start,
        byStatus: { '2xx': 0, '3xx': 0, '4xx': 0, '5xx': 0 },
        fallbacks: {},
        latencyMs: null,
      },
    );
  }
  return all;
}

/** How much of what was answered the model answered itself; undefined where nothing was. */
export function shareOfModel({ byStatus, fallbacks }: Pick<Bucket, 'byStatus' | 'fallbacks'>): number | undefined {
  const answered = byStatus['2xx'];
  const others = Object.values(fallbacks).reduce((sum, count) => sum + count, 0);
  return answered === 0 ? undefined : (answered - others) / answered;
}

/** Of the calls, those that failed by our doing; undefined where there were none. */
export function shareOfErrors(calls: Pick<Bucket, 'byStatus'>): number | undefined {
  const all = callsIn(calls);
  return all === 0 ? undefined : calls.byStatus['5xx'] / all;
}

export const callsIn = ({ byStatus }: Pick<Bucket, 'byStatus'>): number =>
  Object.values(byStatus).reduce((sum, count) => sum + count, 0);
