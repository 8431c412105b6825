import { z } from 'zod';
import { SCHEMES } from '../../platform/database/price-list.js';
import { OVERDUE_STAGES } from './overdue.js';
import { PAUSE_MONTHS_MAX } from './pause.js';

/** An amount or a quantity on the wire. */
export const decimal = z
  .string()
  .regex(/^-?\d+(\.\d+)?$/)
  .describe('Exact decimal')
  .meta({ examples: ['12.5'] });

export const currencySchema = z
  .string()
  .regex(/^[a-z]{3}$/, 'must be the three lower-case letters of a currency, such as usd')
  .describe('ISO 4217, lower case')
  .meta({ examples: ['usd'] });

const tierSchema = z.object({
  from: decimal.describe('Units above this one, beyond those included, are in the tier'),
  unitAmount: decimal.describe('Price of one unit in the tier'),
  flatAmount: decimal.describe('Paid once where the tier is reached'),
});

/** How the units beyond those included are priced. */
const schemeShape = {
  scheme: z
    .enum(SCHEMES)
    .describe(
      'per_unit: each unit costs the same; package: begun packages are paid whole; graduated: each unit costs what its tier says; volume: all units cost what the tier says that they reach together',
    ),
  packageSize: decimal.nullable().describe('Units in a package; null in the other schemes'),
};

const EXAMPLE_PLAN = {
  key: 'pro',
  name: 'Pro',
  currency: 'usd',
  monthlyFee: '49.00',
  commitment: '0.00',
  trialDays: 14,
  nextPrice: null,
  meters: [
    {
      meter: 'recommendation_requests',
      deviceClass: '',
      unit: 'request',
      includedQuantity: '100000',
      scheme: 'per_unit' as const,
      packageSize: null,
      unitAmount: '0.0002',
      tiers: [],
    },
  ],
};

export const planSchema = z
  .object({
    key: z.string(),
    name: z.string(),
    currency: currencySchema,
    monthlyFee: decimal,
    commitment: decimal.describe('What the meters of a month come to at least'),
    trialDays: z
      .int()
      .describe('Days without a fee, of an organization that has had no trial and paid for no plan before'),
    nextPrice: z
      .object({ validFrom: z.iso.datetime(), monthlyFee: decimal })
      .nullable()
      .describe('From when whoever subscribes pays another price; null where none is known'),
    meters: z.array(
      z.object({
        meter: z.string(),
        deviceClass: z.string().describe('Empty: every class without a price of its own'),
        unit: z.string(),
        includedQuantity: decimal,
        ...schemeShape,
        unitAmount: decimal.describe('Of a unit or of a package; 0 where there are tiers'),
        tiers: z.array(tierSchema),
      }),
    ),
  })
  .meta({
    id: 'Plan',
    examples: [EXAMPLE_PLAN],
  });

export const currencyQuerySchema = z.object({
  currency: currencySchema.optional().describe('usd, unless another is named or the organization pays in another'),
});

const currenciesSchema = z
  .array(currencySchema)
  .describe('Those in which plans are sold and which can still be chosen');

export const plansSchema = z.object({ plans: z.array(planSchema), currencies: currenciesSchema });

export const priceListSchema = z.object({
  currencies: currenciesSchema,
  plans: z.array(
    planSchema
      .extend({
        requestsPerSecond: z.int(),
        trainingJobsMax: z.int().describe('Training jobs at a time'),
        trainingSecondsMax: z.int().describe('Longest time of one training job'),
        limits: z
          .array(z.object({ resource: z.string(), quantity: decimal }))
          .describe('The most of a meter in a billing period, or of things at a time, where the plan limits it'),
      })
      .meta({
        id: 'PublicPlan',
        examples: [
          {
            ...EXAMPLE_PLAN,
            requestsPerSecond: 1_000,
            trainingJobsMax: 4,
            trainingSecondsMax: 21_600,
            limits: [{ resource: 'models', quantity: '500' }],
          },
        ],
      }),
  ),
});

const USES_MAX = 32;

export const estimatePriceSchema = z
  .object({
    currency: currencySchema.default('usd'),
    uses: z
      .array(
        z.object({
          resource: z.string().max(64).describe('A meter, or what a plan limits, of GET /v1/price-list'),
          quantity: z.number().min(0).max(1e12).describe('In one month, or at a time'),
        }),
      )
      .max(USES_MAX),
  })
  .meta({ examples: [{ uses: [{ resource: 'recommendation_requests', quantity: 250_001 }] }] });

export const invoiceLineSchema = z.object({
  kind: z.enum(['plan', 'meter', 'commitment']),
  description: z.string(),
  plan: z.string().describe('Name of the plan whose price this is'),
  meter: z.string().nullable(),
  deviceClass: z.string(),
  quantity: decimal.describe('Used in the period so far'),
  allowance: decimal.describe('What the plan covers in the period, used or not'),
  includedQuantity: decimal.describe('Part of the quantity that the plan covers'),
  ...schemeShape,
  unitAmount: decimal.describe('Price of one unit, or package, beyond what is included; in tiers, of the next'),
  tiers: z.array(tierSchema.extend({ quantity: decimal.describe('Units in the tier') })),
  amount: decimal.describe("Rounded, half up, to the currency's smallest unit"),
});

const ratedSchema = z.object({ lines: z.array(invoiceLineSchema), total: decimal.describe('Sum of the lines') });

const ONE_MONTH = {
  lines: [
    {
      kind: 'plan' as const,
      description: 'Pro plan, monthly fee',
      plan: 'Pro',
      meter: null,
      deviceClass: '',
      quantity: '1',
      allowance: '0',
      includedQuantity: '0',
      scheme: 'per_unit' as const,
      packageSize: null,
      unitAmount: '49.00',
      tiers: [],
      amount: '49.00',
    },
  ],
  total: '49.00',
};

export const priceEstimateSchema = z.object({
  plans: z.array(
    z
      .object({
        key: z.string(),
        name: z.string(),
        currency: z.string(),
        ...ratedSchema.shape,
        exceeded: z
          .array(z.object({ resource: z.string(), quantity: decimal }))
          .describe('What is more than the plan allows, with what it allows'),
        isCheapest: z.boolean().describe('Of the plans that allow as much'),
      })
      .meta({
        id: 'PlanEstimate',
        examples: [{ key: 'pro', name: 'Pro', currency: 'usd', ...ONE_MONTH, exceeded: [], isCheapest: true }],
      }),
  ),
});

const planKeySchema = z.object({ key: z.string(), name: z.string() });

export const pauseSchema = z
  .object({
    from: z.iso.datetime().describe('From when Free holds in place of the plan: the end of the month that is paid'),
    until: z.iso.datetime().describe('When the plan goes on by itself, and its fee is charged'),
    isOn: z.boolean().describe('Whether it has begun'),
  })
  .meta({
    id: 'Pause',
    examples: [{ from: '2026-12-01T00:00:00.000Z', until: '2027-02-01T00:00:00.000Z', isOn: false }],
  });

export const pausePlanSchema = z
  .object({
    months: z.int().min(1).max(PAUSE_MONTHS_MAX).describe('Billing months, after which the plan goes on by itself'),
  })
  .meta({ examples: [{ months: 2 }] });

export const upcomingInvoiceSchema = z
  .object({
    plan: planKeySchema,
    status: z.enum(['active', 'past_due', 'cancelled']),
    currency: z.string(),
    periodStart: z.iso.datetime().describe('Inclusive'),
    periodEnd: z.iso.datetime().describe('Exclusive'),
    isPaidThroughStripe: z.boolean().describe('Whether a subscription at Stripe pays the fee'),
    paidInAdvance: decimal.describe(
      'What of the total Stripe has charged already: the fee, at the start of the period',
    ),
    overdue: z
      .object({
        stage: z
          .enum(OVERDUE_STAGES)
          .describe(
            'grace: nothing is withheld; restricted: no training and no import begins; read_only: nothing is changed or called',
          ),
        until: z.iso.datetime().describe('When the next stage begins, or after the last one the subscription ends'),
      })
      .nullable()
      .describe('Where a payment failed and none has been made since'),
    trial: z
      .object({
        endsAt: z.iso.datetime(),
        monthlyFee: decimal.describe('Of the plan, charged when the trial ends'),
      })
      .nullable()
      .describe(
        'Where the plan is on trial: without fee and minimum; what is used beyond what it includes is billed as always',
      ),
    next: planKeySchema
      .extend({ at: z.iso.datetime() })
      .nullable()
      .describe('The plan that takes the place of this one, and when; null where this one goes on'),
    pause: pauseSchema.nullable().describe('Where the plan is paused, or going to be'),
    ...ratedSchema.shape,
    forecast: ratedSchema
      .nullable()
      .describe(
        'The invoice at the end of the period, were every day to come like the last seven; null in the first three',
      ),
  })
  .meta({
    id: 'UpcomingInvoice',
    examples: [
      {
        plan: { key: 'pro', name: 'Pro' },
        status: 'active',
        currency: 'usd',
        periodStart: '2026-11-01T00:00:00.000Z',
        periodEnd: '2026-12-01T00:00:00.000Z',
        isPaidThroughStripe: true,
        paidInAdvance: '49.00',
        overdue: null,
        trial: null,
        next: null,
        pause: null,
        ...ONE_MONTH,
        forecast: ONE_MONTH,
      },
    ],
  });

export const changePlanSchema = z
  .object({ plan: z.string().max(64).describe('Key of another plan, of GET /v1/billing/plans') })
  .meta({ examples: [{ plan: 'scale' }] });

export const planChangePreviewSchema = z
  .object({
    plan: planKeySchema,
    currency: currencySchema,
    monthlyFee: decimal.describe('Of the plan, from then on'),
    takesEffect: z.enum(['now', 'at_period_end']),
    effectiveAt: z.iso.datetime(),
    dueNow: decimal.describe(
      'What Stripe charges at once: a month of the plan less credit for the rest of the month that is paid',
    ),
    tax: decimal.describe('Of what is due now, where taxes are asked for'),
    lines: z
      .array(z.object({ description: z.string(), amount: decimal }))
      .describe('Of what is due now, as on Stripe’s invoice, without tax'),
    usageDue: decimal
      .nullable()
      .describe(
        'What was used so far beyond what the part of the month includes, billed an hour later; null where the present period goes on',
      ),
  })
  .meta({
    id: 'PlanChangePreview',
    examples: [
      {
        plan: { key: 'scale', name: 'Scale' },
        currency: 'usd',
        monthlyFee: '499.00',
        takesEffect: 'now' as const,
        effectiveAt: '2026-11-16T09:30:00.000Z',
        dueNow: '474.50',
        tax: '0.00',
        lines: [
          { description: 'Unused time on Kindred Pro after 16 Nov 2026', amount: '-24.50' },
          { description: '1 × Kindred Scale (at $499.00 / month)', amount: '499.00' },
        ],
        usageDue: '0.00',
      },
    ],
  });

export const planChangeSchema = z
  .object({
    plan: z.string(),
    takesEffect: z
      .enum(['now', 'when_paid', 'at_period_end'])
      .describe('when_paid: the card was refused or asks who you are; the plan begins once `payUrl` is paid'),
    effectiveAt: z.iso.datetime().nullable().describe('Null where it is to be paid first'),
    payUrl: z.url().nullable(),
  })
  .meta({
    id: 'PlanChange',
    examples: [
      { plan: 'pro', takesEffect: 'at_period_end' as const, effectiveAt: '2026-12-01T00:00:00.000Z', payUrl: null },
    ],
  });

export const portalSessionSchema = z
  .object({ url: z.url().describe('Good for a few minutes') })
  .meta({ examples: [{ url: 'https://billing.stripe.com/p/session/test_123' }] });

export const createCheckoutSessionSchema = z
  .object({
    plan: z.string().max(64).describe('Key of a plan with a fee, of GET /v1/billing/plans'),
    currency: currencySchema
      .optional()
      .describe('Chosen with the first plan that is paid for, and the same from then on'),
  })
  .meta({ examples: [{ plan: 'pro' }] });

export const checkoutSessionSchema = z
  .object({
    id: z.string(),
    url: z.url().describe('Send the browser here to pay'),
  })
  .meta({ examples: [{ id: 'cs_test_a1', url: 'https://checkout.example/cs_test_a1' }] });

export type PlanView = z.infer<typeof planSchema>;
export type TierView = z.infer<typeof tierSchema>;
export type CurrencyQuery = z.infer<typeof currencyQuerySchema>;
export type Plans = z.infer<typeof plansSchema>;
export type PriceList = z.infer<typeof priceListSchema>;
export type EstimatePrice = z.infer<typeof estimatePriceSchema>;
export type PriceEstimate = z.infer<typeof priceEstimateSchema>;
export type UpcomingInvoice = z.infer<typeof upcomingInvoiceSchema>;
export type InvoiceLine = UpcomingInvoice['lines'][number];
export type PauseView = z.infer<typeof pauseSchema>;
export type PausePlan = z.infer<typeof pausePlanSchema>;
export type ChangePlan = z.infer<typeof changePlanSchema>;
export type PlanChangePreview = z.infer<typeof planChangePreviewSchema>;
export type PlanChange = z.infer<typeof planChangeSchema>;
export type PortalSession = z.infer<typeof portalSessionSchema>;
export type CreateCheckoutSession = z.infer<typeof createCheckoutSessionSchema>;
