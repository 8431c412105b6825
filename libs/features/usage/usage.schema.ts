import { z } from 'zod';

export const METERS = ['recommendation_requests', 'training_seconds'] as const;
export type MeterKey = (typeof METERS)[number];

export const GROUPS = ['day', 'apiKey', 'meter'] as const;
export type Group = (typeof GROUPS)[number];

const DAY_MS = 86_400_000;

const time = z.iso
  .datetime({ offset: true, local: true })
  .or(z.iso.date())
  .transform((text) => new Date(/[zZ]|[+-]\d\d:?\d\d$/.test(text) || text.length === 10 ? text : `${text}Z`))
  .refine((date) => date.getUTCFullYear() >= 1970, 'must be from 1970 to 9999');

/** Half-open: `from` counts, `to` does not. */
export const usageQuerySchema = z
  .object({
    from: time.optional().describe('Start, UTC, inclusive; 30 days before `to` when absent'),
    to: time.optional().describe('End, UTC, exclusive; now when absent'),
    groupBy: z
      .string()
      .default('day,meter')
      .transform((text) => text.split(',').map((part) => part.trim()))
      .pipe(z.array(z.enum(GROUPS)))
      .describe(`Any of ${GROUPS.join(', ')}, separated by commas`),
  })
  .transform(({ from, to, groupBy }) => {
    // A millisecond on, so that what was metered just now is inside the half-open range.
    const end = to ?? new Date(Date.now() + 1);
    return { from: from ?? new Date(end.getTime() - 30 * DAY_MS), to: end, groupBy };
  })
  .refine(({ from, to }) => from < to, { path: ['from'], message: 'must be before to' });

export const usageRowSchema = z.object({
  day: z.iso.date().optional().describe('UTC day'),
  apiKeyId: z.uuid().nullable().optional().describe('Null for calls made with a session and for training'),
  meter: z.enum(METERS).optional(),
  quantity: z.string().describe('Exact decimal'),
});

export const usageSchema = z
  .object({ from: z.iso.datetime(), to: z.iso.datetime(), rows: z.array(usageRowSchema) })
  .meta({ id: 'Usage' });

export type UsageQuery = z.infer<typeof usageQuerySchema>;
export type UsageRow = z.infer<typeof usageRowSchema>;

/** One entry of the ledger. `id` is chosen by the work that it counts: writing it twice counts once. */
export interface UsageEvent {
  id: string;
  tenantId: string;
  meter: MeterKey;
  /** In the meter's unit; above 0. */
  quantity: number;
  projectId: string;
  apiKeyId?: string | undefined;
  deploymentId?: string | undefined;
  occurredAt: Date;
}
