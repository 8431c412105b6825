import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageSchema } from '../../platform/http/page.js';
import { decimal, invoiceLineSchema } from '../billing/index.js';
import { BLOCKED_REASONS } from './invoices.repository.js';

const EXAMPLE = {
  id: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3d',
  number: '2026-000042',
  status: 'open' as const,
  currency: 'usd',
  periodStart: '2026-10-01T00:00:00.000Z',
  periodEnd: '2026-11-01T00:00:00.000Z',
  plan: 'Pro',
  subtotal: '4.69',
  tax: '0.00',
  total: '4.69',
  credits: '4.00',
  due: '0.69',
  disputed: '0.00',
  createdAt: '2026-11-01T01:00:12.000Z',
  issuedAt: '2026-11-01T01:00:12.000Z',
  paidAt: null,
  hostedInvoiceUrl: null,
};

const invoiceShape = {
  id: z.uuid(),
  number: z
    .string()
    .nullable()
    .describe("Stripe's where that collects, else ours without a gap within a year; null in drafts"),
  status: z
    .enum(['draft', 'open', 'paid', 'void', 'uncollectible'])
    .describe('draft: to be collected through Stripe; paid: also where nothing is due'),
  currency: z.string().describe('ISO 4217, lower case'),
  periodStart: z.iso.datetime().describe('Inclusive'),
  periodEnd: z.iso.datetime().describe('Exclusive'),
  plan: z.string().describe('Name of the plan at the end of the period'),
  subtotal: decimal.describe('Sum of the lines'),
  tax: decimal.describe('On top of the subtotal, where Stripe collects and taxes are asked for; 0 in drafts'),
  total: decimal.describe('With tax'),
  credits: decimal.describe(
    'Of the total, what prepaid credits pay; below 0 what they paid before and was taken back, or what is given back as credits',
  ),
  due: decimal.describe('The total without it; below 0 where it is in your favour'),
  createdAt: z.iso.datetime(),
  issuedAt: z.iso.datetime().nullable(),
  paidAt: z.iso.datetime().nullable(),
  disputed: decimal.describe('Of what was paid, what your bank took back or holds, as a charge is disputed'),
  hostedInvoiceUrl: z.string().nullable().describe('Where it is paid, if Stripe collects it'),
};

export const invoiceListSchema = pageSchema(z.object(invoiceShape).meta({ id: 'InvoiceSummary', examples: [EXAMPLE] }));

export const blockedInvoiceListSchema = pageSchema(
  z
    .object({
      id: z.uuid(),
      organization: z.object({ id: z.uuid(), name: z.string() }),
      currency: invoiceShape.currency,
      total: decimal,
      periodStart: z.iso.datetime(),
      periodEnd: z.iso.datetime(),
      reason: z
        .enum(BLOCKED_REASONS)
        .describe(
          'no_customer: Stripe knows no customer for the organization; customer_deleted: that was deleted there; no_tax_location: nobody knows in which country it is taxed; other_total: Stripe comes to another total without tax; more_than_paid: it gives back more than was paid in money or by credits that count; refused: Stripe refuses a call',
        ),
      since: z.iso.datetime(),
      stripeInvoiceId: z.string().nullable(),
    })
    .meta({
      id: 'BlockedInvoice',
      examples: [
        {
          id: EXAMPLE.id,
          organization: { id: EXAMPLE_IDS.organization, name: 'Corner Shop' },
          currency: 'usd',
          total: '4.69',
          periodStart: EXAMPLE.periodStart,
          periodEnd: EXAMPLE.periodEnd,
          reason: 'other_total' as const,
          since: EXAMPLE_TIME,
          stripeInvoiceId: 'in_1SZ3xK2eZvKYlo2C',
        },
      ],
    }),
);

export const invoiceSchema = z
  .object({
    ...invoiceShape,
    billedTo: z.string().describe('Name of the organization when the invoice was written'),
    credited: decimal.describe('What credit notes have taken off what is due'),
    refunded: decimal.describe('What was given back, by credit notes or at Stripe'),
    amountDue: decimal.describe('What is left to pay of an open invoice; 0 of every other'),
    lines: z.array(
      invoiceLineSchema.extend({
        periodStart: z.iso
          .datetime()
          .describe('Of the billing period that the line is for: of an earlier one where it came late'),
        periodEnd: z.iso.datetime(),
        quantity: decimal.describe('Of the meter, that no invoice has billed before'),
        amount: decimal.describe('What the period comes to beyond what was billed of it before'),
      }),
    ),
  })
  .meta({
    id: 'Invoice',
    examples: [
      {
        ...EXAMPLE,
        billedTo: 'Corner Shop',
        credited: '1.00',
        refunded: '0.00',
        amountDue: '3.69',
        lines: [
          {
            kind: 'meter' as const,
            description: 'Recommendation requests, Pro plan',
            plan: 'Pro',
            meter: 'recommendation_requests',
            deviceClass: '',
            quantity: '123456',
            allowance: '100000',
            includedQuantity: '100000',
            scheme: 'per_unit' as const,
            packageSize: null,
            unitAmount: '0.0002',
            tiers: [],
            amount: '4.69',
            periodStart: EXAMPLE.periodStart,
            periodEnd: EXAMPLE.periodEnd,
          },
        ],
      },
    ],
  });

export const invoicePdfQuerySchema = z.strictObject({
  language: z.enum(['en', 'zh']).optional().describe('Unless named, that of your mails; of API keys, en'),
});

export const invoicePdfSchema = z.string().meta({ format: 'binary', examples: ['%PDF-1.3…'] });

export const lineUsageSchema = pageSchema(
  z
    .object({
      id: z.uuid().describe('Of the work that was counted: a call, a training job, an import'),
      occurredAt: z.iso.datetime(),
      quantity: decimal.describe('Below 0 in corrections only'),
      deviceClass: z.string(),
      projectId: z.uuid().nullable(),
      apiKeyId: z.uuid().nullable(),
      deploymentId: z.uuid().nullable(),
      correctsId: z.uuid().nullable().describe('The entry that this one corrects'),
      reason: z.string().nullable().describe('Of a correction'),
    })
    .meta({
      id: 'LineUsageEvent',
      examples: [
        {
          id: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3e',
          occurredAt: '2026-10-14T08:12:05.000Z',
          quantity: '1',
          deviceClass: '',
          projectId: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3f',
          apiKeyId: null,
          deploymentId: null,
          correctsId: null,
          reason: null,
        },
      ],
    }),
).extend({
  quantity: decimal.describe('Sum of all entries, of which the page holds some').meta({ examples: ['123456'] }),
  billedQuantity: decimal.describe('What invoices have billed of it so far').meta({ examples: ['123456'] }),
});

export type InvoicePdfQuery = z.infer<typeof invoicePdfQuerySchema>;
export type LineUsage = z.infer<typeof lineUsageSchema>;
export type BlockedInvoiceList = z.infer<typeof blockedInvoiceListSchema>;
export type InvoiceSummary = z.infer<typeof invoiceListSchema>['data'][number];
export type InvoiceView = z.infer<typeof invoiceSchema>;
