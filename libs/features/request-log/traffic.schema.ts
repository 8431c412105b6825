import { z } from 'zod';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';
import { timeSchema } from '../../platform/http/time.js';
import { KEPT_DAYS } from './request-log.schema.js';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** Half-open: `from` counts, `to` does not. */
export const trafficQuerySchema = z
  .strictObject({
    from: timeSchema.optional().describe('Start, inclusive; a day before `to` when absent'),
    to: timeSchema.optional().describe('End, exclusive; now when absent'),
  })
  .transform(({ from, to = new Date() }) => ({ from: from ?? new Date(to.getTime() - DAY_MS), to }))
  .refine(({ from, to }) => from < to, { path: ['from'], message: 'must be before to' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= KEPT_DAYS * DAY_MS, {
    path: ['from'],
    message: `must be at most ${KEPT_DAYS} days before to`,
  });

/** The length of a bucket, of which there are at most some 180. */
export function bucketMsOf({ from, to }: TrafficQuery): number {
  const ms = to.getTime() - from.getTime();
  if (ms <= 3 * HOUR_MS) return MINUTE_MS;
  if (ms <= DAY_MS) return 10 * MINUTE_MS;
  return ms <= 7 * DAY_MS ? HOUR_MS : 6 * HOUR_MS;
}

const count = z.int().nonnegative();

const measuresSchema = z.object({
  byStatus: z
    .object({ '2xx': count, '3xx': count, '4xx': count, '5xx': count })
    .describe('Calls by the class of the status that they were answered with'),
  fallbacks: z
    .record(z.string(), count)
    .describe('Of the calls with 2xx, those that something else than the model answered, by the reason'),
  latencyMs: z
    .object({ p50: count, p95: count, p99: count })
    .nullable()
    .describe(
      'Of calls that were answered with 2xx: from the request to the end of its answer; null where there were none',
    ),
});

const MEASURES_EXAMPLE = {
  byStatus: { '2xx': 1204, '3xx': 0, '4xx': 3, '5xx': 0 },
  fallbacks: { unknown_user: 37 },
  latencyMs: { p50: 3, p95: 7, p99: 12 },
};

const TRAFFIC_EXAMPLE = {
  from: '2026-11-23T09:00:00.000Z',
  to: '2026-11-23T10:00:00.000Z',
  total: MEASURES_EXAMPLE,
  bucketSeconds: 60,
  buckets: [{ start: '2026-11-23T09:14:00.000Z', ...MEASURES_EXAMPLE }],
};

export const trafficSchema = z
  .object({
    from: z.iso.datetime(),
    to: z.iso.datetime(),
    total: measuresSchema,
    bucketSeconds: z.int().positive().describe('Length of a bucket: the longer the range, the longer its buckets'),
    buckets: z
      .array(measuresSchema.extend({ start: z.iso.datetime() }))
      .describe('In the order of time; one in which nothing was called is left out'),
  })
  .meta({
    id: 'Traffic',
    examples: [TRAFFIC_EXAMPLE],
  });

export const projectTrafficSchema = trafficSchema
  .extend({
    deployments: z
      .array(measuresSchema.extend({ deploymentId: z.uuid() }))
      .describe('Of each deployment that was called'),
  })
  .meta({
    id: 'ProjectTraffic',
    examples: [{ ...TRAFFIC_EXAMPLE, deployments: [{ deploymentId: EXAMPLE_IDS.deployment, ...MEASURES_EXAMPLE }] }],
  });

export type TrafficQuery = z.output<typeof trafficQuerySchema>;
export type Traffic = z.infer<typeof trafficSchema>;
export type ProjectTraffic = z.infer<typeof projectTrafficSchema>;
export type Measures = z.infer<typeof measuresSchema>;
