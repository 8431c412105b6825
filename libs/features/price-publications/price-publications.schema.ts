import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { currencySchema, planSchema } from '../billing/index.js';
import { priceDraftSchema, priceSimulationSchema } from '../price-simulations/index.js';

const EXAMPLE_DRAFT = {
  plan: 'pro',
  currency: 'usd',
  months: 12,
  monthlyFee: '59.00',
  commitment: '0',
  meters: [],
};

const validFrom = z.iso.datetime().nullable().describe('For new customers; null: once it is confirmed');
const movesAt = z.iso
  .datetime()
  .nullable()
  .describe(
    'Present subscribers of the plan go on with their first period that starts then or later, at least thirty days ahead; null: they keep the price that they have',
  );

export const proposePriceSchema = z
  .object({
    draft: priceDraftSchema,
    validFrom: validFrom.default(null),
    movesAt: movesAt.default(null),
    acceptsDifference: z
      .boolean()
      .default(false)
      .describe('Publish it also where rating by the price that they had does not give what was billed'),
  })
  .meta({
    examples: [
      { draft: EXAMPLE_DRAFT, validFrom: null, movesAt: '2027-02-01T00:00:00.000Z', acceptsDifference: false },
    ],
  });

const simulationSchema = priceSimulationSchema.pick({
  organizations: true,
  periods: true,
  before: true,
  after: true,
  change: true,
  reproduces: true,
  winnersCount: true,
  losersCount: true,
});

export const pricePublicationSchema = z
  .object({
    id: z.uuid(),
    plan: z.string(),
    currency: currencySchema,
    status: z
      .enum(['proposed', 'published', 'declined', 'withdrawn', 'expired'])
      .describe('proposed: waits for another operator; expired: waited for longer than seven days'),
    draft: priceDraftSchema,
    simulation: simulationSchema.describe('What came of the draft when it was proposed'),
    validFrom,
    movesAt,
    proposedBy: z.string().describe('Address of the operator; empty where their account is gone'),
    isYours: z.boolean().describe('You proposed it'),
    mayConfirm: z
      .boolean()
      .describe('You may confirm it: another proposed it, or you did and there is no other operator'),
    mayWithdraw: z.boolean(),
    proposedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    decidedBy: z.string().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    withdrawnAt: z.iso.datetime().nullable(),
  })
  .meta({
    id: 'PricePublication',
    examples: [
      {
        id: EXAMPLE_IDS.override,
        plan: 'pro',
        currency: 'usd',
        status: 'published' as const,
        draft: EXAMPLE_DRAFT,
        simulation: {
          organizations: 1,
          periods: 1,
          before: '53.69',
          after: '77.36',
          change: '23.67',
          reproduces: true,
          winnersCount: 0,
          losersCount: 1,
        },
        validFrom: EXAMPLE_TIME,
        movesAt: null,
        proposedBy: 'ada@operator.example',
        isYours: false,
        mayConfirm: false,
        mayWithdraw: false,
        proposedAt: EXAMPLE_TIME,
        expiresAt: EXAMPLE_TIME,
        decidedBy: 'grace@operator.example',
        decidedAt: EXAMPLE_TIME,
        withdrawnAt: null,
      },
    ],
  });

export const listPricePublicationsQuerySchema = pageQuerySchema;
export const pricePublicationListSchema = pageSchema(pricePublicationSchema);

export const priceChangeSchema = z.object({
  priceChange: z
    .object({
      at: z.iso.datetime().describe('The billing period that starts then, and each later one, is of the new price'),
      toldAt: z.iso.datetime(),
      plan: planSchema.describe('The same plan, by the new price'),
    })
    .nullable()
    .describe('Null where the plan goes on by the price that it has'),
});

export type ProposePrice = z.infer<typeof proposePriceSchema>;
export type PricePublicationView = z.infer<typeof pricePublicationSchema>;
export type ListPricePublicationsQuery = z.infer<typeof listPricePublicationsQuerySchema>;
export type PriceChange = z.infer<typeof priceChangeSchema>;
export type SimulationSummary = z.infer<typeof simulationSchema>;
