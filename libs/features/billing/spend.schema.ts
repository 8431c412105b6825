import { z } from 'zod';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';
import { utcTimeSchema } from '../../platform/http/time.js';
import { decimal } from './billing.schema.js';

const GROUPS = ['project', 'apiKey', 'meter'] as const;

export const spendQuerySchema = z.strictObject({
  period: utcTimeSchema
    .optional()
    .describe('Start of a billing period, of `periods` of the answer; the running one when absent'),
  groupBy: z
    .string()
    .default('project,apiKey,meter')
    .transform((text) => text.split(',').map((part) => part.trim()))
    .pipe(z.array(z.enum(GROUPS)))
    .transform((groups) => [...new Set(groups)])
    .describe(`Any of ${GROUPS.join(', ')}, separated by commas`),
});

const absent = z.uuid().nullable().optional();
const period = {
  periodStart: z.iso.datetime().describe('Inclusive'),
  periodEnd: z.iso.datetime().describe('Exclusive'),
};

export const spendSchema = z
  .object({
    ...period,
    currency: z.string(),
    total: decimal.describe('What the metered lines of the period come to; the sum of the rows'),
    rows: z.array(
      z.object({
        projectId: absent,
        apiKeyId: absent.describe('Null for calls made with a session and for training'),
        meter: z.string().optional(),
        quantity: decimal.optional().describe('Where rows are by meter'),
        amount: decimal.describe('The share of the line that its units are'),
      }),
    ),
    periods: z.array(z.object(period)).describe('The last ones that can be asked for, the newest first'),
  })
  .meta({
    id: 'Spend',
    examples: [
      {
        periodStart: '2026-11-01T00:00:00.000Z',
        periodEnd: '2026-12-01T00:00:00.000Z',
        currency: 'usd',
        total: '4.69',
        rows: [
          {
            projectId: EXAMPLE_IDS.project,
            apiKeyId: EXAMPLE_IDS.apiKey,
            meter: 'recommendation_requests',
            quantity: '123456',
            amount: '4.69',
          },
        ],
        periods: [{ periodStart: '2026-11-01T00:00:00.000Z', periodEnd: '2026-12-01T00:00:00.000Z' }],
      },
    ],
  });

export type SpendQuery = z.infer<typeof spendQuerySchema>;
export type SpendView = z.infer<typeof spendSchema>;
