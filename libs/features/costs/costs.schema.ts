import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { timeSchema } from '../../platform/http/time.js';
import { currencySchema, decimal } from '../billing/index.js';

const kind = z
  .enum(['pool', 'meter', 'payment'])
  .describe('pool: a second of its workers; meter: a unit of it; payment: what is paid to be paid');
const resource = z
  .string()
  .min(1)
  .max(64)
  .describe('A pool of workers, the key of a meter; of payments `share`, of what is billed, or `payment`, of each one')
  .meta({ examples: ['cpu'] });

export const createCostRateSchema = z
  .object({
    kind,
    resource,
    currency: currencySchema,
    amount: z
      .string()
      .regex(/^\d{1,8}(\.\d{1,12})?$/, 'must be an amount of 0 or more, such as 0.0002, with at most 12 decimals')
      .describe('In the main unit of the currency; a fraction of 1 of a share')
      .meta({ examples: ['0.0011'] }),
    startsAt: timeSchema.nullable().default(null).describe('From when on it holds; null: from now on'),
  })
  .meta({ examples: [{ kind: 'pool', resource: 'gpu-h100', currency: 'usd', amount: '0.0011', startsAt: null }] });

const costRateSchema = z
  .object({ id: z.uuid(), kind, resource, currency: z.string(), amount: decimal, startsAt: z.iso.datetime() })
  .meta({
    id: 'CostRate',
    examples: [
      {
        id: EXAMPLE_IDS.override,
        kind: 'pool' as const,
        resource: 'gpu-h100',
        currency: 'usd',
        amount: '0.0011',
        startsAt: EXAMPLE_TIME,
      },
    ],
  });
export { costRateSchema };
export const costRatesSchema = z.object({ data: z.array(costRateSchema) });

const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
  .describe('A month (UTC)')
  .meta({ examples: ['2026-11'] });

export const marginsQuerySchema = z.strictObject({
  currency: currencySchema.default('usd').describe('Of the organizations that pay in it: nothing is converted'),
  month,
});

const marginShape = {
  revenue: decimal.describe(
    'Billed in the month, with fees that Stripe collects, without what was credited or refunded',
  ),
  trainingCost: decimal.describe('Seconds of workers, of all attempts, whatever came of them'),
  meterCost: decimal.describe('Of what was metered'),
  fees: decimal.describe('Of payments'),
  margin: decimal.describe('revenue − trainingCost − meterCost − fees'),
  marginShare: decimal.nullable().describe('Of the revenue; null where there is none'),
};
const EXAMPLE = {
  revenue: '100.00',
  trainingCost: '22',
  meterCost: '3.5',
  fees: '3.2',
  margin: '71.3',
  marginShare: '0.713',
};

export const marginsSchema = z
  .object({
    currency: z.string(),
    month: z.string(),
    total: z.object(marginShape),
    organizations: z
      .array(z.object({ organization: z.object({ id: z.uuid(), name: z.string() }), ...marginShape }))
      .describe('The hundred of the least margin; the CSV has all'),
  })
  .meta({
    id: 'Margins',
    examples: [
      {
        currency: 'usd',
        month: '2026-11',
        total: EXAMPLE,
        organizations: [{ organization: { id: EXAMPLE_IDS.override, name: 'Corner Shop' }, ...EXAMPLE }],
      },
    ],
  });

export const organizationMarginsSchema = z
  .object({ currency: z.string(), months: z.array(z.object({ month: z.string(), ...marginShape })) })
  .meta({ id: 'OrganizationMargins', examples: [{ currency: 'usd', months: [{ month: '2026-11', ...EXAMPLE }] }] });

export type CreateCostRate = z.infer<typeof createCostRateSchema>;
export type CostRate = z.infer<typeof costRateSchema>;
export type MarginsQuery = z.infer<typeof marginsQuerySchema>;
export type Margins = z.infer<typeof marginsSchema>;
export type OrganizationMargins = z.infer<typeof organizationMarginsSchema>;
