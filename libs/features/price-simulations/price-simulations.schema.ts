import { z } from 'zod';
import { SCHEMES } from '../../platform/database/price-list.js';
import { currencySchema, decimal, minorDigits } from '../billing/index.js';

const MONTHS_MAX = 24;
const METERS_MAX = 64;
const TIERS_MAX = 32;

/** As many digits as the columns of a price hold. */
const amount = z
  .string()
  .regex(/^\d{1,8}(\.\d{1,12})?$/, 'must be an amount of 0 or more, such as 0.0002, with at most 12 decimals')
  .describe('In the main unit of the currency')
  .meta({ examples: ['0.0002'] });
const quantity = z
  .string()
  .regex(/^\d{1,14}$/, 'must be a whole number of 0 or more')
  .meta({ examples: ['100000'] });

const draftMeterSchema = z
  .object({
    meter: z.string().max(64),
    deviceClass: z.string().max(64).default('').describe('Empty: every class without a price of its own'),
    includedQuantity: quantity,
    scheme: z.enum(SCHEMES),
    packageSize: quantity.nullable().default(null).describe('Units in a package; null in the other schemes'),
    unitAmount: amount.default('0').describe('Of a unit or of a package; 0 where there are tiers'),
    tiers: z
      .array(
        z.object({
          from: quantity.describe('Units above this one, beyond those included, are in the tier'),
          unitAmount: amount,
          flatAmount: amount.default('0').describe('Paid once where the tier is reached'),
        }),
      )
      .max(TIERS_MAX)
      .default([]),
  })
  .superRefine(({ scheme, packageSize, unitAmount, tiers }, context) => {
    const refuse = (message: string, path: (string | number)[]) => context.addIssue({ code: 'custom', message, path });
    const hasTiers = scheme === 'graduated' || scheme === 'volume';
    if (hasTiers && tiers.length === 0) refuse('must have a tier in the schemes graduated and volume', ['tiers']);
    if (!hasTiers && tiers.length > 0) refuse('must be empty in the schemes per_unit and package', ['tiers']);
    if (hasTiers && Number(unitAmount) !== 0) refuse('must be 0 where tiers say the price', ['unitAmount']);
    if (scheme === 'package' && !(Number(packageSize) > 0))
      refuse('must be more than 0 in the scheme package', ['packageSize']);
    if (scheme !== 'package' && packageSize !== null)
      refuse('must be null outside the scheme package', ['packageSize']);
    for (const [index, { from }] of tiers.entries()) {
      const before = tiers[index - 1]?.from;
      if (before === undefined ? BigInt(from) !== 0n : BigInt(from) <= BigInt(before))
        refuse('must be 0 in the first tier, and more than that of the tier before in each other', [
          'tiers',
          index,
          'from',
        ]);
    }
  });

const EXAMPLE_METER = {
  meter: 'recommendation_requests',
  deviceClass: '',
  includedQuantity: '50000',
  scheme: 'per_unit' as const,
  packageSize: null,
  unitAmount: '0.00025',
  tiers: [],
};

/** A plan of GET /v1/price-list is one as it is. */
export const priceDraftSchema = z
  .object({
    plan: z.string().max(64).describe('Key of the plan whose usage is rated'),
    currency: currencySchema,
    months: z
      .int()
      .min(1)
      .max(MONTHS_MAX)
      .default(12)
      .describe('Billing periods that ended since the first of the month (UTC) so many months ago'),
    monthlyFee: amount,
    commitment: amount.default('0').describe('What the meters of a month come to at least'),
    meters: z.array(draftMeterSchema).max(METERS_MAX),
  })
  .superRefine(({ currency, meters, ...draft }, context) => {
    const digits = minorDigits(currency);
    for (const field of ['monthlyFee', 'commitment'] as const)
      if ((draft[field].split('.')[1]?.length ?? 0) > digits)
        context.addIssue({
          code: 'custom',
          message: `must have at most as many decimals as ${currency} has: ${digits}`,
          path: [field],
        });
    const keys = meters.map(({ meter, deviceClass }) => `${meter} ${deviceClass}`);
    for (const [index, key] of keys.entries())
      if (keys.indexOf(key) < index)
        context.addIssue({
          code: 'custom',
          message: 'must not be priced twice for the same class',
          path: ['meters', index, 'meter'],
        });
  })
  .meta({
    examples: [
      { plan: 'pro', currency: 'usd', months: 12, monthlyFee: '59.00', commitment: '0', meters: [EXAMPLE_METER] },
    ],
  });

const organizationSchema = z.object({ id: z.uuid(), name: z.string() });
const changedSchema = z.object({
  organization: organizationSchema,
  before: decimal.describe('What its periods came to'),
  after: decimal.describe('What they would have come to'),
  change: decimal,
});
const percentiles = {
  p50: decimal.nullable().describe('Of the organization in the middle; null where there is none'),
  p95: decimal.nullable().describe('Which 95 of 100 do not exceed'),
};

const EXAMPLE_CHANGED = {
  organization: { id: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3d', name: 'Corner Shop' },
  before: '53.69',
  after: '77.36',
  change: '23.67',
};

export const priceSimulationSchema = z
  .object({
    plan: z.string(),
    currency: z.string(),
    since: z.iso.datetime().describe('Periods that ended after this'),
    until: z.iso.datetime().describe('And not after this'),
    organizations: z.int(),
    periods: z.int(),
    before: decimal.describe('All fees, minimums and meters by the price that they had'),
    after: decimal.describe('By the draft'),
    change: decimal,
    reproduces: z.boolean().describe('Whether rating by the price that they had gives what was billed, to the cent'),
    differing: z.object({
      count: z.int(),
      periods: z
        .array(
          z.object({
            organization: organizationSchema,
            periodStart: z.iso.datetime(),
            invoiceId: z.uuid().nullable().describe('The invoice of the period; null where there is none'),
            billed: decimal.describe('What all invoices bill of the period so far'),
            rated: decimal.describe('What the ledger comes to now'),
          }),
        )
        .describe('The first twenty: usage that came after its invoice, and is not on the next yet, is among them'),
    }),
    winners: z.array(changedSchema).describe('The twenty who would pay less by the most'),
    winnersCount: z.int(),
    losers: z.array(changedSchema).describe('The twenty who would pay more by the most'),
    losersCount: z.int(),
    billChange: z.object(percentiles).describe('Of an organization over all its periods'),
    billChangeShare: z.object(percentiles).describe('The same as a share of what it paid, of those who paid anything'),
    tiers: z
      .array(
        z.object({
          meter: z.string(),
          deviceClass: z.string(),
          from: decimal
            .nullable()
            .describe('Of the tier of the draft that the period reaches; null: no more than is included'),
          periods: z.int(),
        }),
      )
      .describe('How many of the periods that used a meter end in which tier of the draft'),
    breakEven: decimal
      .nullable()
      .describe(
        'Share of the revenue from those who would pay more that may leave before the draft earns less than the price it replaces; 0 where it does anyway, null where nobody would pay more',
      ),
    margin: z
      .object({
        cost: decimal.describe('Of those organizations in those months'),
        before: decimal.nullable().describe('What it leaves, as a share of the bills; null where they come to nothing'),
        after: decimal.nullable(),
      })
      .nullable()
      .describe('Null where no cost is known in the currency'),
  })
  .meta({
    id: 'PriceSimulation',
    examples: [
      {
        plan: 'pro',
        currency: 'usd',
        since: '2025-11-01T00:00:00.000Z',
        until: '2026-11-30T00:00:00.000Z',
        organizations: 1,
        periods: 1,
        before: '53.69',
        after: '77.36',
        change: '23.67',
        reproduces: true,
        differing: { count: 0, periods: [] },
        winners: [],
        winnersCount: 0,
        losers: [EXAMPLE_CHANGED],
        losersCount: 1,
        billChange: { p50: '23.67', p95: '23.67' },
        billChangeShare: { p50: '0.440864', p95: '0.440864' },
        tiers: [{ meter: 'recommendation_requests', deviceClass: '', from: '0', periods: 1 }],
        breakEven: '0.305972',
        margin: { cost: '12.5', before: '0.767182', after: '0.838418' },
      },
    ],
  });

export type PriceDraft = z.infer<typeof priceDraftSchema>;
export type PriceSimulation = z.infer<typeof priceSimulationSchema>;
