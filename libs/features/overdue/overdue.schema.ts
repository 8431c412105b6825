import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { textSchema } from '../../platform/http/text.js';
import { timeSchema } from '../../platform/http/time.js';
import { decimal, OVERDUE_STAGES } from '../billing/index.js';

const stage = z
  .enum(OVERDUE_STAGES)
  .describe(
    'grace: nothing is withheld; restricted: no training and no import begins; read_only: nothing is changed or called',
  );

export const listOverdueQuerySchema = z.strictObject({
  stage: z.enum(OVERDUE_STAGES).optional().describe('All when absent'),
  sort: z
    .enum(['age', 'amount'])
    .default('age')
    .describe(
      'age: who owes for longest first; amount: who owes most in any one currency first, nothing being converted',
    ),
});

const due = z.array(z.object({ currency: z.string(), amount: decimal })).describe('By currency; nothing is converted');

const failure = z
  .object({
    code: z.string().nullable(),
    declineCode: z.string().nullable().describe("The bank's"),
    message: z.string().nullable(),
  })
  .nullable()
  .describe('Why the card was refused last, as Stripe says; kept for 90 days');

const overdueShape = {
  organization: z.object({ id: z.uuid(), name: z.string() }),
  since: z.iso.datetime().describe('When the first payment failed of those that are missing'),
  stage,
  next: z
    .object({ stage: z.enum(['restricted', 'read_only', 'ended']), at: z.iso.datetime() })
    .nullable()
    .describe('What comes next, and when; ended: the subscription ends. Null of who is on Free by now'),
  graceUntil: z.iso.datetime().nullable().describe('Where an operator has given more time'),
  isRenewal: z.boolean().describe('Whether the fee of the plan is missing, beside or in place of usage'),
  due,
  invoices: z.array(
    z.object({
      id: z.uuid().nullable().describe("Null of Stripe's own, for the fee"),
      number: z.string().nullable(),
      currency: z.string(),
      due: decimal.describe('Less what was credited'),
      stripeInvoiceId: z.string(),
      hostedInvoiceUrl: z.string().nullable().describe('Where it is paid'),
    }),
  ),
  failure,
  lastMail: z
    .object({ template: z.enum(['payment_failed', 'payment_overdue']), at: z.iso.datetime() })
    .nullable()
    .describe('The last about it; kept for 30 days'),
  remindedAt: z.iso.datetime().nullable().describe('When an operator last had them reminded'),
};

const EXAMPLE = {
  organization: { id: EXAMPLE_IDS.organization, name: 'Corner Shop' },
  since: EXAMPLE_TIME,
  stage: 'restricted' as const,
  next: { stage: 'read_only' as const, at: '2026-12-07T10:12:05.000Z' },
  graceUntil: null,
  isRenewal: true,
  due: [{ currency: 'usd', amount: '49.00' }],
  invoices: [
    {
      id: null,
      number: 'KX3F-0002',
      currency: 'usd',
      due: '49.00',
      stripeInvoiceId: 'in_1SZ3xK2eZvKYlo2C',
      hostedInvoiceUrl: 'https://invoice.stripe.com/i/acct_1/test_1',
    },
  ],
  failure: {
    code: 'card_declined',
    declineCode: 'insufficient_funds',
    message: 'Card declined',
  },
  lastMail: { template: 'payment_overdue' as const, at: EXAMPLE_TIME },
  remindedAt: null,
};

export const overdueOrganizationSchema = z
  .object(overdueShape)
  .meta({ id: 'OverdueOrganization', examples: [EXAMPLE] });

export const overdueListSchema = z
  .object({
    stages: z
      .array(z.object({ stage, organizations: z.int(), due }))
      .describe('Over all organizations, whatever is chosen'),
    data: z.array(overdueOrganizationSchema).describe('At most 200; the CSV has all'),
  })
  .meta({
    id: 'OverdueList',
    examples: [{ stages: [{ stage: 'restricted', organizations: 1, due: EXAMPLE.due }], data: [EXAMPLE] }],
  });

export const extendGraceSchema = z
  .object({
    until: timeSchema.describe('After the present grace, at most 30 days from now; what is withheld counts from then'),
    reason: textSchema.trim().min(10).max(500).describe('For the audit log, which its people read too'),
  })
  .meta({ example: { until: '2026-12-10T12:00:00Z', reason: 'Their bank changes the card this week.' } });

export type ListOverdueQuery = z.infer<typeof listOverdueQuerySchema>;
export type OverdueOrganization = z.infer<typeof overdueOrganizationSchema>;
export type OverdueList = z.infer<typeof overdueListSchema>;
export type ExtendGrace = z.infer<typeof extendGraceSchema>;
