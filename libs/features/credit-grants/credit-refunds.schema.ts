import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { currencySchema, decimal } from '../billing/index.js';

export const listCreditRefundsQuerySchema = pageQuerySchema.extend({
  state: z
    .enum(['open', 'blocked', 'all'])
    .default('open')
    .describe('open: on its way to Stripe; blocked: of those, what Stripe refuses'),
});

export const creditRefundSchema = z
  .object({
    id: z.uuid(),
    organizationId: z.uuid().describe('Which was deleted'),
    amount: decimal
      .describe('Of prepaid credits, without the tax that goes back with it')
      .meta({ examples: ['80.00'] }),
    currency: currencySchema,
    orderedAt: z.iso.datetime(),
    status: z
      .enum(['waiting', 'blocked', 'done'])
      .describe('blocked: Stripe refuses it or the bank did not take it; looked at every ten minutes'),
    blockedReason: z
      .string()
      .nullable()
      .describe(
        'In the words of Stripe; `refund failed` where the bank did not take it, so that it is with us again: give it back by other means',
      ),
    doneAt: z.iso.datetime().nullable(),
    stripeInvoiceId: z.string().describe('Of the purchase'),
    stripeCreditNoteId: z.string().nullable().describe('Null before, and where all had gone back already'),
  })
  .meta({
    id: 'CreditRefund',
    examples: [
      {
        id: EXAMPLE_IDS.override,
        organizationId: EXAMPLE_IDS.organization,
        amount: '80.00',
        currency: 'usd',
        orderedAt: EXAMPLE_TIME,
        status: 'done' as const,
        blockedReason: null,
        doneAt: EXAMPLE_TIME,
        stripeInvoiceId: 'in_1SZ3xK2eZvKYlo2C',
        stripeCreditNoteId: 'cn_1SZ3xK2eZvKYlo2C',
      },
    ],
  });

export const creditRefundListSchema = pageSchema(creditRefundSchema);

export type ListCreditRefundsQuery = z.infer<typeof listCreditRefundsQuerySchema>;
export type CreditRefundView = z.infer<typeof creditRefundSchema>;
