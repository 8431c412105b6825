import { z } from 'zod';
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
  latencyMs: z
    .object({ p50: count, p95: count, p99: count })
    .nullable()
    .describe(
      'Of calls that were answered with 2xx: from the request to the end of its answer; null where there were none',
    ),
});

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
  .meta({ id: 'Traffic' });

export type TrafficQuery = z.output<typeof trafficQuerySchema>;
export type Traffic = z.infer<typeof trafficSchema>;
export type Measures = z.infer<typeof measuresSchema>;
