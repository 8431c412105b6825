import { z } from 'zod';
import { currencySchema, decimal } from '../billing/index.js';

const MONTHS_MAX = 60;

const rate = decimal.nullable().describe('Null where it would divide by nothing');
const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
  .describe('A month (UTC)')
  .meta({ examples: ['2026-11'] });

export const revenueQuerySchema = z
  .strictObject({
    currency: currencySchema.default('usd').describe('ISO 4217, lower case: nothing is converted'),
    from: month.describe('The first month'),
    to: month.describe('The last month'),
  })
  .refine(({ from, to }) => monthsBetween(from, to) >= 1 && monthsBetween(from, to) <= MONTHS_MAX, {
    error: `must not be before from, nor more than ${MONTHS_MAX} months in all`,
    path: ['to'],
  });

const EXAMPLE_MONTH = {
  month: '2026-11',
  opening: '1000.00',
  fromNew: '200.00',
  reactivation: '80.00',
  expansion: '60.00',
  contraction: '50.00',
  churn: '100.00',
  closing: '1190.00',
  customersAtStart: 10,
  customersLost: 1,
  customersAtEnd: 12,
  netRevenueRetention: '0.91',
  grossRevenueRetention: '0.85',
  netRevenueChurn: '0.01',
  customerChurn: '0.1',
  averageRevenuePerAccount: '99.166667',
  lifetimeValue: '991.666667',
  usage: '312.40',
};

const organizationRevenueSchema = z.object({
  organization: z.object({ id: z.uuid(), name: z.string() }),
  recurring: decimal.describe('The fee that it pays at the end of the last month'),
  usageRunRate: decimal,
  revenue: decimal.describe(
    'What was billed in those months, with the fees that Stripe collects and less credit notes',
  ),
});

export const revenueSchema = z
  .object({
    currency: z.string(),
    months: z.array(
      z.object({
        month,
        opening: decimal.describe('Monthly recurring revenue (MRR) at the start: the fees of those who pay one'),
        fromNew: decimal.describe('From who never paid a fee before'),
        reactivation: decimal.describe('From who had paid one, and none at the start'),
        expansion: decimal.describe('More than at the start, from who paid then'),
        contraction: decimal.describe('Less than at the start, from who still pays'),
        churn: decimal.describe('What who pays none any more had paid'),
        closing: decimal.describe('opening + fromNew + reactivation + expansion − contraction − churn'),
        customersAtStart: z.int(),
        customersLost: z.int(),
        customersAtEnd: z.int(),
        netRevenueRetention: rate,
        grossRevenueRetention: rate,
        netRevenueChurn: rate,
        customerChurn: rate,
        averageRevenuePerAccount: rate,
        lifetimeValue: rate,
        usage: decimal.describe('What invoices written in the month bill of meters'),
      }),
    ),
    cohorts: z.array(
      z.object({
        month: month.describe('In which they first paid a fee'),
        customers: z.int(),
        months: z
          .array(z.object({ month, paying: z.int().describe('Of them, at its end'), fees: decimal }))
          .describe('From that month on'),
      }),
    ),
    billed: z
      .array(
        z.object({
          month: month.describe('In which the invoice was written'),
          plan: z.string(),
          meter: z.string().nullable().describe('Null for fees and minimums'),
          amount: decimal,
        }),
      )
      .describe('What was billed, by plan and meter'),
    usageRunRate: decimal.describe(
      'What the usage of the last thirty whole days (UTC) comes to by the price that each has now, rated as the usage of a month; × 365 ÷ 12 ÷ 30, as a month is longer on average',
    ),
    organizations: z
      .array(organizationRevenueSchema)
      .describe(
        'The hundred from whom most was billed in those months; GET /v1/admin/revenue-by-organization.csv has all',
      ),
  })
  .meta({
    id: 'Revenue',
    examples: [
      {
        currency: 'usd',
        months: [EXAMPLE_MONTH],
        cohorts: [{ month: '2026-11', customers: 2, months: [{ month: '2026-11', paying: 2, fees: '200.00' }] }],
        billed: [{ month: '2026-11', plan: 'pro', meter: 'recommendation_requests', amount: '312.40' }],
        usageRunRate: '316.74',
        organizations: [
          {
            organization: { id: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3d', name: 'Corner Shop' },
            recurring: '49.00',
            usageRunRate: '12.17',
            revenue: '122.40',
          },
        ],
      },
    ],
  });

/** How many months there are from one to the other, both among them. */
export function monthsBetween(from: string, to: string): number {
  const [fromYear, fromMonth] = from.split('-').map(Number) as [number, number];
  const [toYear, toMonth] = to.split('-').map(Number) as [number, number];
  return 12 * (toYear - fromYear) + toMonth - fromMonth + 1;
}

export type RevenueQuery = z.infer<typeof revenueQuerySchema>;
export type OrganizationRevenue = z.infer<typeof organizationRevenueSchema>;
export type Revenue = z.infer<typeof revenueSchema>;
