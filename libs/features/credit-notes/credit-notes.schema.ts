import { z } from 'zod';
import { EXAMPLE_IDS, EXAMPLE_TIME } from '../../platform/http/examples.js';
import { pageQuerySchema, pageSchema } from '../../platform/http/page.js';
import { textSchema } from '../../platform/http/text.js';
import { amountSchema, currencySchema, decimal } from '../billing/index.js';

const kind = z
  .enum(['credit', 'refund'])
  .describe('credit: taken off what is due of an open invoice; refund: given back of a paid one');

export const proposeCreditNoteSchema = z
  .object({
    kind,
    amount: amountSchema.describe('In the main unit of the currency, with tax where the invoice has some'),
    currency: currencySchema.describe("The invoice's, so that no amount is taken for one in another"),
    reason: textSchema.trim().min(10).max(500).describe('The customer reads it'),
  })
  .meta({ examples: [{ kind: 'refund', amount: '12.50', currency: 'usd', reason: 'Counted twice on 3 November' }] });

const issuedShape = {
  id: z.uuid(),
  invoiceId: z.uuid(),
  number: z.string().nullable().describe('Without a gap within a year; null until it is issued'),
  kind,
  amount: decimal,
  asCredits: decimal.describe('Of it, what goes back as prepaid credits, which paid it; 0 until it is issued'),
  currency: z.string(),
  reason: z.string(),
};
const EXAMPLE = {
  id: EXAMPLE_IDS.override,
  invoiceId: '01980d5c-7a3e-7c61-9d55-0f4b7e1a2c3d',
  number: 'CN-2026-000007',
  kind: 'refund' as const,
  amount: '12.50',
  asCredits: '0.00',
  currency: 'usd',
  reason: 'Counted twice on 3 November',
};

export const issuedCreditNotesSchema = z.object({
  data: z.array(
    z
      .object({ ...issuedShape, issuedAt: z.iso.datetime() })
      .meta({ id: 'CreditNote', examples: [{ ...EXAMPLE, issuedAt: EXAMPLE_TIME }] }),
  ),
});

export const creditNoteProposalSchema = z
  .object({
    ...issuedShape,
    organization: z.object({ id: z.uuid(), name: z.string() }),
    invoiceNumber: z.string().nullable(),
    status: z
      .enum(['proposed', 'issued', 'declined', 'expired'])
      .describe('proposed: waits for another operator; expired: waited for longer than seven days'),
    proposedBy: z.string().describe('Address of the operator; empty where their account is gone'),
    isYours: z.boolean().describe('You proposed it, and cannot be the second person'),
    proposedAt: z.iso.datetime(),
    expiresAt: z.iso.datetime(),
    decidedBy: z.string().nullable(),
    decidedAt: z.iso.datetime().nullable(),
    collection: z
      .enum(['none', 'waiting', 'blocked', 'sent'])
      .describe(
        'How far it got at Stripe; none: it is not issued, or Stripe does not collect its invoice; blocked: Stripe refuses it, and is asked again every ten minutes',
      ),
    blockedReason: z.string().nullable().describe('In the words of Stripe'),
    blockedSince: z.iso.datetime().nullable(),
    stripeCreditNoteId: z.string().nullable(),
  })
  .meta({
    id: 'CreditNoteProposal',
    examples: [
      {
        ...EXAMPLE,
        organization: { id: EXAMPLE.invoiceId, name: 'Corner Shop' },
        invoiceNumber: '2026-000042',
        status: 'issued' as const,
        proposedBy: 'ada@operator.example',
        isYours: true,
        proposedAt: EXAMPLE_TIME,
        expiresAt: EXAMPLE_TIME,
        decidedBy: 'grace@operator.example',
        decidedAt: EXAMPLE_TIME,
        collection: 'blocked' as const,
        blockedReason: 'Charge ch_3SZ3xK2eZvKYlo2C has already been refunded.',
        blockedSince: EXAMPLE_TIME,
        stripeCreditNoteId: null,
      },
    ],
  });

export const creditNotesOfInvoiceSchema = z.object({
  data: z.array(creditNoteProposalSchema),
  left: decimal
    .describe(
      'What may still be credited or refunded: of what is due where it is open, of what was paid where it is paid',
    )
    .meta({ examples: ['41.19'] }),
  aloneMax: decimal.describe('What one operator may do of it without a second person').meta({ examples: ['100.00'] }),
});

export const listCreditNotesQuerySchema = pageQuerySchema.extend({
  state: z
    .enum(['proposed', 'blocked', 'all'])
    .default('proposed')
    .describe('proposed: what waits for a second person; blocked: what Stripe refuses'),
});

export const exportCreditNotesQuerySchema = listCreditNotesQuerySchema.pick({ state: true });

export const creditNoteListSchema = pageSchema(creditNoteProposalSchema);

export type ProposeCreditNote = z.infer<typeof proposeCreditNoteSchema>;
export type CreditNoteProposal = z.infer<typeof creditNoteProposalSchema>;
export type CreditNotesOfInvoice = z.infer<typeof creditNotesOfInvoiceSchema>;
export type IssuedCreditNotes = z.infer<typeof issuedCreditNotesSchema>;
export type ListCreditNotesQuery = z.infer<typeof listCreditNotesQuerySchema>;
export type ExportCreditNotesQuery = z.infer<typeof exportCreditNotesQuerySchema>;
