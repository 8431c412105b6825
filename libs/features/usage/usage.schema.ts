import { z } from 'zod';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { utcTimeSchema } from '../../platform/http/time.js';

const GROUPS = ['day', 'hour', 'project', 'apiKey', 'deployment', 'meter', 'deviceClass'] as const;
export type Group = (typeof GROUPS)[number];

/** The field of a row that says which of the group it is. */
const COLUMNS: Partial<Record<Group, keyof UsageRow>> = {
  project: 'projectId',
  apiKey: 'apiKeyId',
  deployment: 'deploymentId',
};
export const columnOf = (group: Group): string => COLUMNS[group] ?? group;

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const RANGE_DAYS_MAX = 400;
/** Of one correction; the ledger's columns hold fourteen digits before the point. */
const UNITS_MAX = 1_000_000_000_000;

/** Half-open: `from` counts, `to` does not. */
export const usageQuerySchema = z
  .strictObject({
    from: utcTimeSchema
      .optional()
      .describe('Start, UTC, inclusive, rounded down to the minute; 30 days before `to` when absent'),
    to: utcTimeSchema.optional().describe('End, UTC, exclusive, rounded up to the minute; now when absent'),
    groupBy: z
      .string()
      .default('day,meter')
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(z.array(z.enum(GROUPS)))
      .transform((groups) => [...new Set(groups)])
      .describe(`Any of ${GROUPS.join(', ')}, separated by commas`),
    projectId: z.uuid().optional().describe('Of one project alone'),
    apiKeyId: z.uuid().optional().describe('Of one API key alone'),
    deploymentId: z.uuid().optional().describe('Of one deployment alone'),
    meter: z.string().max(64).optional().describe('Of one meter alone'),
  })
  .transform(({ from, to, ...query }) => {
    const end = new Date(Math.ceil(((to ?? new Date()).getTime() + (to ? 0 : 1)) / MINUTE_MS) * MINUTE_MS);
    const start = from ?? new Date(end.getTime() - 30 * DAY_MS);
    return { ...query, from: new Date(Math.floor(start.getTime() / MINUTE_MS) * MINUTE_MS), to: end };
  })
  .refine(({ from, to }) => from < to, { path: ['from'], message: 'must be before to' })
  .refine(({ from, to }) => to.getTime() - from.getTime() <= RANGE_DAYS_MAX * DAY_MS, {
    path: ['from'],
    message: `must be at most ${RANGE_DAYS_MAX} days before to`,
  });

const absent = z.uuid().nullable().optional();

const usageRowSchema = z.object({
  day: z.iso.date().optional().describe('UTC day'),
  hour: z.iso.datetime().optional().describe('Start of the UTC hour'),
  projectId: absent,
  apiKeyId: absent.describe('Null for calls made with a session and for training'),
  deploymentId: absent,
  meter: z.string().optional(),
  deviceClass: z.string().optional().describe('Of training: the pool of workers; empty for other meters'),
  quantity: z
    .string()
    .describe('Exact decimal')
    .meta({ examples: ['12.5'] }),
});

export const usageSchema = z
  .object({ from: z.iso.datetime(), to: z.iso.datetime(), rows: z.array(usageRowSchema) })
  .meta({
    id: 'Usage',
    examples: [
      {
        from: '2026-11-22T00:00:00.000Z',
        to: '2026-11-23T00:00:00.000Z',
        rows: [{ day: '2026-11-22', meter: 'recommendation_requests', quantity: '1204' }],
      },
    ],
  });

const meterSchema = z
  .object({ key: z.string(), unit: z.string().describe('One of what is counted'), description: z.string() })
  .meta({
    id: 'Meter',
    examples: [{ key: 'recommendation_requests', unit: 'request', description: 'Recommendation requests' }],
  });

export const metersSchema = z.object({ meters: z.array(meterSchema) });

export const correctionSchema = z
  .object({
    id: z.uuidv7().describe('UUIDv7 that you make: the same correction sent again counts once'),
    meter: z.string().max(64),
    quantity: z
      .int()
      .min(-UNITS_MAX)
      .max(UNITS_MAX)
      .refine((quantity) => quantity !== 0, 'must not be 0')
      .describe('Added to the usage; below 0 to take away'),
    correctsId: z.uuid().describe('The usage event that was wrong'),
    reason: textSchema.trim().min(3).max(500),
  })
  .meta({
    examples: [
      {
        id: EXAMPLE_IDS.correction,
        meter: 'recommendation_requests',
        quantity: -100,
        correctsId: EXAMPLE_IDS.call,
        reason: 'Counted twice by a test of ours',
      },
    ],
  });

export const correctedSchema = z
  .object({
    id: z.uuid(),
    isRepeated: z.boolean().describe('Whether it was there before'),
  })
  .meta({ examples: [{ id: EXAMPLE_IDS.correction, isRepeated: false }] });

export type UsageQuery = z.infer<typeof usageQuerySchema>;
export type UsageRow = z.infer<typeof usageRowSchema>;
export type Meter = z.infer<typeof meterSchema>;
export type Correction = z.infer<typeof correctionSchema>;
