import { z } from 'zod';
import { type Account, newId } from './account.js';
import { changeBalance } from './customers.js';
import { invalid, required } from './errors.js';
import { int, isWithin, list, mergeMetadata, metadataParam, oneOf, pages, range, text } from './form.js';
import { paymentOf, settle } from './invoice-life.js';
import type { CreditNote, Invoice } from './objects.js';
import { type Operation, operation, page, pageOf, retrieve } from './operation.js';
import { prorate, total } from './rating.js';
import { chargeOf, createRefund } from './refunds.js';
import { customerOf } from './subscription-state.js';

const line = z.strictObject({
  type: oneOf('custom_line_item', 'invoice_line_item'),
  amount: int.optional(),
  description: text.optional(),
  invoice_line_item: text.optional(),
  quantity: int.optional(),
  unit_amount: int.optional(),
});
const fields = {
  invoice: text,
  amount: int.optional(),
  credit_amount: int.optional(),
  email_type: oneOf('credit_note', 'none').optional(),
  lines: list(line).optional(),
  memo: text.optional(),
  metadata: metadataParam.optional(),
  out_of_band_amount: int.optional(),
  reason: oneOf('duplicate', 'fraudulent', 'order_change', 'product_unsatisfactory').optional(),
  refund_amount: int.optional(),
};
type Params = z.output<z.ZodObject<typeof fields>>;

/** Takes back a part of an invoice: what is unpaid is asked for no more, what was paid is refunded, credited or given back elsewhere. */
function createCreditNote(account: Account, params: Params): CreditNote {
  const invoice = account.need('invoice', params.invoice, 'invoice');
  if (invoice.status !== 'open' && invoice.status !== 'paid')
    throw invalid('A credit note needs an invoice that is open or paid.', { param: 'invoice' });
  const lines = linesOf(params, invoice);
  const amount = total(lines);
  if (amount <= 0) throw required('amount');
  const credited = invoice.pre_payment_credit_notes_amount + invoice.post_payment_credit_notes_amount;
  if (amount > invoice.total - credited)
    throw invalid(
      `The credit note (${amount}) is greater than what is left of the invoice (${invoice.total - credited}).`,
      { param: 'amount' },
    );
  const unpaid = Math.min(amount, invoice.status === 'open' ? invoice.amount_remaining : 0);
  const { refund_amount = 0, credit_amount = 0, out_of_band_amount = 0 } = params;
  if (refund_amount + credit_amount + out_of_band_amount !== amount - unpaid) {
    const message = `refund_amount, credit_amount and out_of_band_amount must add up to what was paid of the credit note: ${amount - unpaid}.`;
    throw invalid(message, { param: 'refund_amount' });
  }
  const id = newId('cn');
  const customer = customerOf(account, invoice);
  const count = account.store.findOf('credit_note', invoice.id).length;
  const note: CreditNote = account.store.add<'credit_note'>({
    id,
    object: 'credit_note',
    amount,
    amount_shipping: 0,
    created: account.now(invoice.test_clock),
    currency: invoice.currency,
    customer: customer.id,
    customer_account: null,
    customer_balance_transaction: null,
    discount_amount: 0,
    discount_amounts: [],
    effective_at: account.now(invoice.test_clock),
    invoice: invoice.id,
    lines: { object: 'list', data: lines, has_more: false, url: `/v1/credit_notes/${id}/lines` },
    livemode: false,
    memo: params.memo ?? null,
    metadata: mergeMetadata({}, params.metadata),
    number: `${invoice.number}-CN-${String(count + 1).padStart(2, '0')}`,
    out_of_band_amount: out_of_band_amount || null,
    pdf: `${account.url}/i/${invoice.id}/pdf`,
    post_payment_amount: amount - unpaid,
    pre_payment_amount: unpaid,
    pretax_credit_amounts: [],
    reason: params.reason ?? null,
    refunds: [],
    shipping_cost: null,
    status: 'issued',
    subtotal: amount,
    subtotal_excluding_tax: amount,
    total: amount,
    total_excluding_tax: amount,
    total_taxes: [],
    type: unpaid === 0 ? 'post_payment' : unpaid === amount ? 'pre_payment' : 'mixed',
    voided_at: null,
  });
  if (refund_amount > 0) {
    const payment = paymentOf(account, invoice);
    const charge = chargeOf(account, payment?.payment.payment_intent ?? '', 'refund_amount');
    const refund = createRefund(account, charge, { amount: refund_amount });
    note.refunds = [{ amount_refunded: refund_amount, payment_record_refund: null, refund: refund.id, type: 'refund' }];
  }
  if (credit_amount > 0) {
    const of = { type: 'credit_note', currency: invoice.currency, credit_note: note.id, invoice: invoice.id } as const;
    note.customer_balance_transaction = changeBalance(account, customer, -credit_amount, of).id;
  }
  account.emit('credit_note.created', note);
  invoice.pre_payment_credit_notes_amount += unpaid;
  invoice.post_payment_credit_notes_amount += amount - unpaid;
  if (unpaid > 0) {
    invoice.amount_due -= unpaid;
    invoice.amount_remaining -= unpaid;
    if (invoice.amount_remaining === 0) settle(account, invoice);
  }
  return note;
}

function linesOf(
  { lines, refund_amount = 0, credit_amount = 0, out_of_band_amount = 0, ...params }: Params,
  invoice: Invoice,
) {
  const given = lines ?? [
    {
      type: 'custom_line_item' as const,
      amount: params.amount ?? refund_amount + credit_amount + out_of_band_amount,
      description: 'Credit',
    },
  ];
  return given.map((each): CreditNote['lines']['data'][number] => {
    const of = each.invoice_line_item ? invoice.lines.data.find(({ id }) => id === each.invoice_line_item) : undefined;
    if (each.type === 'invoice_line_item' && !of)
      throw invalid(`No such invoice line item: '${each.invoice_line_item}'`, {
        code: 'resource_missing',
        param: 'lines',
      });
    const quantity = each.quantity ?? null;
    const ofLine =
      of &&
      (quantity && of.quantity
        ? prorate(of.amount, of.quantity - quantity, { start: 0, end: of.quantity })
        : of.amount);
    const amount = each.amount ?? ofLine ?? (each.unit_amount ?? 0) * (quantity ?? 1);
    return {
      id: newId('cnli'),
      object: 'credit_note_line_item',
      amount,
      description: each.description ?? of?.description ?? null,
      discount_amount: 0,
      discount_amounts: [],
      ...(of && { invoice_line_item: of.id }),
      livemode: false,
      metadata: {},
      pretax_credit_amounts: [],
      quantity,
      tax_rates: [],
      taxes: [],
      type: each.type,
      unit_amount: each.unit_amount ?? null,
      unit_amount_decimal: each.unit_amount === undefined ? null : String(each.unit_amount),
    };
  });
}

export const creditNoteOperations: Operation[] = [
  operation('POST', '/v1/credit_notes', fields, createCreditNote),
  operation('GET', '/v1/credit_notes/preview', fields, (account, params) =>
    account.store.imagine(() => structuredClone(createCreditNote(account, params))),
  ),
  retrieve('credit_note', '/v1/credit_notes'),
  operation(
    'POST',
    '/v1/credit_notes/:id',
    { memo: text.optional(), metadata: metadataParam.optional() },
    (account, { memo, metadata }, { id }) => {
      const note = account.need('credit_note', id!);
      account.change(
        note,
        { memo: memo ?? note.memo, metadata: mergeMetadata(note.metadata, metadata) },
        'credit_note.updated',
      );
      return note;
    },
  ),
  operation('POST', '/v1/credit_notes/:id/void', {}, (account, _, { id }) => {
    const note = account.need('credit_note', id!);
    const invoice = account.need('invoice', note.invoice);
    if (note.status === 'void' || invoice.status !== 'open')
      throw invalid('Only a credit note of an invoice that is still open can be voided.');
    Object.assign(note, { status: 'void', voided_at: account.now(invoice.test_clock) });
    invoice.pre_payment_credit_notes_amount -= note.amount;
    invoice.amount_due += note.amount;
    invoice.amount_remaining += note.amount;
    account.emit('credit_note.voided', note);
    return note;
  }),
  operation('GET', '/v1/credit_notes/:id/lines', pages, (account, cursor, { id }) => {
    const { lines } = account.need('credit_note', id!);
    return pageOf(lines.url, lines.data, cursor);
  }),
  operation(
    'GET',
    '/v1/credit_notes',
    { ...pages, created: range.optional(), customer: text.optional(), invoice: text.optional() },
    (account, { created, customer, invoice, ...cursor }) =>
      page(account, '/v1/credit_notes', 'credit_note', cursor, {
        owner: customer,
        isWanted: (note) => (!created || isWithin(note.created, created)) && (!invoice || note.invoice === invoice),
      }),
  ),
];
