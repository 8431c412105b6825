import { z } from 'zod';
import { EXAMPLE_IDS } from '../../platform/http/examples.js';
import { currencySchema, decimal } from '../billing/index.js';

const MONTHS_MAX = 12;

/** What becomes of what the ledger comes to: each part of it is in one of these. */
export const PARTS = [
  'running',
  'closing',
  'late',
  'draft',
  'blocked',
  'open',
  'paid',
  'uncollectible',
  'void',
] as const;

/** What is looked at besides: of invoices that are among the parts. */
export const ASIDES = ['credited', 'unfollowed'] as const;

export const KINDS = [...PARTS, ...ASIDES];
export type Kind = (typeof KINDS)[number];

const MEANINGS: Record<Kind, string> = {
  running: 'Of periods that go on',
  closing: 'Of periods that have ended and whose invoice is still to be written: an hour after the end',
  late: 'Used or corrected after the invoice of its period was written, less what was taken back: the next invoice bills it',
  draft: 'On invoices that are on their way to Stripe',
  blocked: 'On invoices that Stripe is not let collect; the reason stands at each',
  open: 'On invoices that are issued and not paid',
  paid: 'On invoices that are paid',
  uncollectible: 'On invoices that are given up',
  void: 'On invoices that are taken back',
  credited: 'Of the invoices, what was credited or given back since',
  unfollowed: 'On invoices of which Stripe said that they are paid, and that are not paid here: none is expected',
};

const month = z
  .string()
  .regex(/^\d{4}-(0[1-9]|1[0-2])$/, 'must be a month such as 2026-11')
  .describe('A month (UTC): of periods that end in it, or with it')
  .meta({ examples: ['2026-11'] });

const currency = currencySchema.default('usd').describe('ISO 4217, lower case: nothing is converted');

export const reconciliationQuerySchema = z
  .strictObject({ currency, from: month.describe('The first month'), to: month.describe('The last month') })
  .refine(({ from, to }) => monthsBetween(from, to) >= 1 && monthsBetween(from, to) <= MONTHS_MAX, {
    error: `must not be before from, nor more than ${MONTHS_MAX} months in all`,
    path: ['to'],
  });

export const reconciliationEntriesQuerySchema = z.strictObject({
  currency,
  month,
  kind: z.enum(KINDS).describe('Of what the entries are listed'),
});

const amount = (description: string) => decimal.describe(description).meta({ examples: ['12.50'] });
const amounts = Object.fromEntries(KINDS.map((kind) => [kind, amount(MEANINGS[kind])])) as Record<Kind, typeof decimal>;

export const reconciliationSchema = z
  .object({
    currency: z.string().meta({ examples: ['usd'] }),
    months: z.array(
      z.object({
        month,
        rated: amount(
          'What the ledger comes to by the prices of its periods, with fees but for those that Stripe bills itself; the sum of running, closing, late and invoiced',
        ),
        invoiced: amount('What invoices bill of it; the sum of draft, blocked, open, paid, uncollectible and void'),
        atStripe: amount('What of it is on invoices that Stripe has issued'),
        ...amounts,
      }),
    ),
  })
  .meta({ id: 'Reconciliation' });

export const reconciliationEntriesSchema = z
  .object({
    count: z.int(),
    amount: amount('Of all of them'),
    data: z
      .array(
        z.object({
          organization: z.object({ id: z.uuid(), name: z.string() }),
          periodStart: z.iso.datetime(),
          periodEnd: z.iso.datetime(),
          invoiceId: z.uuid().nullable().describe('Null where there is none yet'),
          number: z.string().nullable(),
          stripeInvoiceId: z.string().nullable(),
          reason: z.string().nullable().describe('Why Stripe is not let collect the invoice'),
          amount: decimal,
        }),
      )
      .describe('At most 200, the largest first; the CSV has all'),
  })
  .meta({
    id: 'ReconciliationEntries',
    examples: [
      {
        count: 1,
        amount: '4.69',
        data: [
          {
            organization: { id: EXAMPLE_IDS.organization, name: 'Corner Shop' },
            periodStart: '2026-10-01T00:00:00.000Z',
            periodEnd: '2026-11-01T00:00:00.000Z',
            invoiceId: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3d',
            number: null,
            stripeInvoiceId: 'in_1SZ3xK2eZvKYlo2C',
            reason: 'other_total',
            amount: '4.69',
          },
        ],
      },
    ],
  });

export function monthsBetween(from: string, to: string): number {
  const [a, b] = [from, to].map((name) => name.split('-').map(Number) as [number, number]);
  return 12 * (b![0] - a![0]) + b![1] - a![1] + 1;
}

export type ReconciliationQuery = z.infer<typeof reconciliationQuerySchema>;
export type ReconciliationEntriesQuery = z.infer<typeof reconciliationEntriesQuerySchema>;
export type Reconciliation = z.infer<typeof reconciliationSchema>;
export type ReconciliationEntries = z.infer<typeof reconciliationEntriesSchema>;
