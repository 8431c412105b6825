import { z } from 'zod';
import { type Account } from './account.js';
import { createDiscounts, discountParam } from './discounts.js';
import { invalid, required, StripeError } from './errors.js';
import {
  bool,
  currencyParam,
  emptyable,
  int,
  isWithin,
  list,
  mergeMetadata,
  metadataParam,
  oneOf,
  pages,
  range,
  text,
} from './form.js';
import { addInvoiceItem, itemFields, pendingItems, readItem, takeItems } from './invoice-items.js';
import {
  addUp,
  announce,
  attempt,
  type Attempt,
  finalize,
  markUncollectible,
  methodOf,
  newInvoice,
  settle,
  voidInvoice,
} from './invoice-life.js';
import type { Invoice } from './objects.js';
import { type Operation, operation, page, pageOf, retrieve } from './operation.js';
import { cardError, findPaymentMethod } from './payment-methods.js';
import { periodOf, subscriptionOf } from './subscription-state.js';
import { automaticTaxParam, requireLocation } from './tax.js';

const fields = {
  auto_advance: bool.optional(),
  automatic_tax: automaticTaxParam.optional(),
  collection_method: oneOf('charge_automatically', 'send_invoice').optional(),
  days_until_due: int.optional(),
  default_payment_method: text.optional(),
  description: text.optional(),
  discounts: emptyable(list(discountParam)).optional(),
  due_date: int.optional(),
  footer: text.optional(),
  metadata: metadataParam.optional(),
  statement_descriptor: text.optional(),
};
const newInvoiceParams = z.strictObject({
  ...fields,
  currency: currencyParam.optional(),
  customer: text,
  pending_invoice_items_behavior: oneOf('exclude', 'include').optional(),
  subscription: text.optional(),
});

function createInvoice(account: Account, params: z.output<typeof newInvoiceParams>): Invoice {
  const customer = account.needCustomer(params.customer, 'customer');
  const subscription = params.subscription
    ? account.need('subscription', params.subscription, 'subscription')
    : undefined;
  if (
    params.collection_method === 'send_invoice' &&
    params.days_until_due === undefined &&
    params.due_date === undefined
  )
    throw required('days_until_due');
  const included = params.pending_invoice_items_behavior === 'include' || subscription;
  const items = included
    ? pendingItems(account, customer.id, { subscription: subscription?.id, currency: params.currency })
    : [];
  if (subscription && items.length === 0)
    throw invalid('Nothing to invoice for subscription: it has no pending items.', {
      code: 'invoice_no_subscription_line_items',
    });
  const invoice = newInvoice(account, customer, {
    reason: subscription ? 'subscription_update' : 'manual',
    currency: params.currency ?? items[0]?.currency ?? customer.currency ?? 'usd',
    ...(subscription && { subscription, period: periodOf(subscription) }),
    autoAdvance: params.auto_advance ?? false,
    ...(params.automatic_tax && { isTaxed: params.automatic_tax.enabled }),
    collectionMethod: params.collection_method ?? 'charge_automatically',
    daysUntilDue: params.days_until_due ?? null,
    dueDate: params.due_date ?? null,
    defaultPaymentMethod: params.default_payment_method
      ? account.need('payment_method', params.default_payment_method, 'default_payment_method').id
      : null,
    description: params.description ?? null,
    footer: params.footer ?? null,
    metadata: mergeMetadata({}, params.metadata),
    statementDescriptor: params.statement_descriptor ?? null,
  });
  if (params.discounts)
    invoice.discounts = createDiscounts(account, params.discounts, { customer: customer.id, invoice: invoice.id });
  const lines = items.filter((item) => item.currency === invoice.currency);
  announce(account, invoice, takeItems(invoice.id, lines));
  return invoice;
}

function needDraft(account: Account, id: string): Invoice {
  const invoice = account.need('invoice', id);
  if (invoice.status !== 'draft')
    throw invalid('This invoice is finalized and can no longer be changed.', { code: 'invoice_not_editable' });
  return invoice;
}

function updateInvoice(account: Account, invoice: Invoice, params: z.output<z.ZodObject<typeof fields>>): Invoice {
  const { auto_advance, automatic_tax, metadata, discounts, days_until_due, default_payment_method, ...rest } = params;
  const isDraft = invoice.status === 'draft';
  const fixed = Object.keys({
    ...rest,
    ...(discounts !== undefined && { discounts }),
    ...(automatic_tax && { automatic_tax }),
  });
  if (!isDraft && fixed.length > 0)
    throw invalid(`This invoice is finalized: ${fixed.join(', ')} can no longer be changed.`, {
      code: 'invoice_not_editable',
      param: fixed[0],
    });
  account.follow(invoice, 'invoice.updated', () => {
    Object.assign(invoice, Object.fromEntries(Object.entries(rest).filter(([, value]) => value !== undefined)));
    if (default_payment_method !== undefined)
      invoice.default_payment_method = default_payment_method
        ? account.need('payment_method', default_payment_method, 'default_payment_method').id
        : null;
    if (automatic_tax) invoice.automatic_tax.enabled = automatic_tax.enabled;
    if (metadata !== undefined) invoice.metadata = mergeMetadata(invoice.metadata, metadata);
    if (days_until_due !== undefined) invoice.due_date = account.now(invoice.test_clock) + days_until_due * 86_400;
    if (discounts !== undefined)
      invoice.discounts = createDiscounts(account, discounts ?? [], {
        customer: invoice.customer!,
        invoice: invoice.id,
      });
    if (auto_advance !== undefined) {
      invoice.auto_advance = auto_advance;
      const inAnHour = account.now(invoice.test_clock) + 3600;
      if (isDraft) invoice.automatically_finalizes_at = auto_advance ? inAnHour : null;
      if (invoice.status === 'open' && invoice.collection_method === 'charge_automatically')
        invoice.next_payment_attempt = auto_advance ? (invoice.next_payment_attempt ?? inAnHour) : null;
    }
    if (isDraft) addUp(account, invoice);
  });
  return invoice;
}

/** Pays by hand: with the card that is named, or the one that it would be charged to anyway. */
export function payInvoice(
  account: Account,
  invoice: Invoice,
  given: Attempt & { isOutOfBand?: boolean | undefined } = {},
): Invoice {
  if (invoice.status === 'draft') finalize(account, invoice);
  if (invoice.status === 'paid' && given.isOutOfBand !== undefined && invoice.attempted && invoice.amount_due === 0)
    return invoice;
  if (invoice.status === 'paid') throw invalid('Invoice is already paid', { code: 'invoice_already_paid' });
  if (invoice.status === 'void') throw invalid('This invoice is void and cannot be paid.');
  if (given.isOutOfBand) {
    settle(account, invoice);
    return invoice;
  }
  if (!given.method && !methodOf(account, invoice))
    throw invalid(
      'There is no default_payment_method on this invoice, its subscription or its customer: set one, or name one.',
      { code: 'resource_missing' },
    );
  const outcome = attempt(account, invoice, given);
  if (outcome.status === 'succeeded') return invoice;
  const error =
    outcome.status === 'declined'
      ? cardError(outcome.decline)
      : new StripeError(
          402,
          'card_error',
          'Payment for this invoice requires additional user action before it can be completed.',
          {
            code: 'invoice_payment_intent_requires_action',
          },
        );
  // The failed payment happened, whatever is answered.
  error.isKept = true;
  throw error;
}

const line = z.strictObject({
  amount: itemFields.amount,
  description: itemFields.description,
  discountable: itemFields.discountable,
  invoice_item: text.optional(),
  metadata: itemFields.metadata,
  period: itemFields.period,
  price_data: itemFields.price_data,
  pricing: itemFields.pricing,
  quantity: itemFields.quantity,
});

function addLines(account: Account, invoice: Invoice, lines: z.output<typeof line>[]): Invoice {
  const customer = account.needCustomer(invoice.customer!, 'customer');
  const now = account.now(invoice.test_clock);
  const items = lines.map(({ invoice_item, ...each }, index) => {
    if (invoice_item) return account.need('invoiceitem', invoice_item, `lines[${index}][invoice_item]`);
    return addInvoiceItem(account, customer, { ...readItem(account, { ...each, currency: invoice.currency }, now) });
  });
  account.follow(invoice, 'invoice.updated', () => {
    invoice.lines.data.push(...takeItems(invoice.id, items));
    addUp(account, invoice);
  });
  return invoice;
}

function removeLines(
  account: Account,
  invoice: Invoice,
  lines: { id: string; behavior: 'delete' | 'unassign' }[],
): Invoice {
  account.follow(invoice, 'invoice.updated', () => {
    for (const { id, behavior } of lines) {
      const found = invoice.lines.data.find((each) => each.id === id);
      if (!found) throw invalid(`No such line item: '${id}'`, { code: 'resource_missing', param: 'lines' });
      const itemId =
        found.parent?.invoice_item_details?.invoice_item ?? found.parent?.subscription_item_details?.invoice_item;
      const item = itemId ? account.store.get('invoiceitem', itemId) : undefined;
      if (item && behavior === 'unassign') item.invoice = null;
      else if (item) account.store.remove(item.id);
      invoice.lines.data.splice(invoice.lines.data.indexOf(found), 1);
    }
    addUp(account, invoice);
  });
  return invoice;
}

export const invoiceOperations: Operation[] = [
  operation('POST', '/v1/invoices', newInvoiceParams.shape, createInvoice),
  retrieve('invoice', '/v1/invoices'),
  operation('POST', '/v1/invoices/:id', fields, (account, params, { id }) =>
    updateInvoice(account, account.need('invoice', id!), params),
  ),
  operation('DELETE', '/v1/invoices/:id', {}, (account, _, { id }) => {
    const invoice = needDraft(account, id!);
    if (subscriptionOf(account, invoice))
      throw invalid('The draft of a subscription cannot be deleted: void it when it is open.');
    for (const item of account.store.findOf('invoiceitem', invoice.id)) account.store.remove(item.id);
    account.emit('invoice.deleted', invoice);
    account.store.remove(invoice.id);
    return { id, object: 'invoice', deleted: true };
  }),
  operation(
    'POST',
    '/v1/invoices/:id/finalize',
    { auto_advance: bool.optional() },
    (account, { auto_advance }, { id }) => {
      const invoice = account.need('invoice', id!);
      if (auto_advance !== undefined) invoice.auto_advance = auto_advance;
      requireLocation(invoice.automatic_tax.enabled, account.needCustomer(invoice.customer!));
      finalize(account, invoice);
      const isCollected =
        invoice.auto_advance && invoice.status === 'open' && invoice.collection_method === 'charge_automatically';
      // Collected about an hour later, as a draft that opens itself is.
      if (isCollected) invoice.next_payment_attempt = account.now(invoice.test_clock) + 3600;
      return invoice;
    },
  ),
  operation(
    'POST',
    '/v1/invoices/:id/pay',
    { off_session: bool.optional(), paid_out_of_band: bool.optional(), payment_method: text.optional() },
    (account, { paid_out_of_band, payment_method }, { id }) => {
      const invoice = account.need('invoice', id!);
      const method = payment_method ? findPaymentMethod(account, payment_method, 'payment_method') : undefined;
      return payInvoice(account, invoice, { method, isOutOfBand: paid_out_of_band });
    },
  ),
  operation('POST', '/v1/invoices/:id/send', {}, (account, _, { id }) => {
    const invoice = account.need('invoice', id!);
    if (invoice.status === 'draft') finalize(account, invoice);
    account.emit('invoice.sent', invoice);
    return invoice;
  }),
  operation('POST', '/v1/invoices/:id/void', {}, (account, _, { id }) => {
    const invoice = account.need('invoice', id!);
    if (invoice.status !== 'open' && invoice.status !== 'uncollectible')
      throw invalid('Only open and uncollectible invoices can be voided.', { code: 'status_transition_invalid' });
    voidInvoice(account, invoice);
    return invoice;
  }),
  operation('POST', '/v1/invoices/:id/mark_uncollectible', {}, (account, _, { id }) => {
    const invoice = account.need('invoice', id!);
    if (invoice.status !== 'open')
      throw invalid('Only open invoices can be marked uncollectible.', { code: 'status_transition_invalid' });
    markUncollectible(account, invoice);
    return invoice;
  }),
  operation(
    'POST',
    '/v1/invoices/:id/add_lines',
    { lines: list(line), invoice_metadata: metadataParam.optional() },
    (account, { lines, invoice_metadata }, { id }) => {
      const invoice = needDraft(account, id!);
      if (invoice_metadata !== undefined) invoice.metadata = mergeMetadata(invoice.metadata, invoice_metadata);
      return addLines(account, invoice, lines);
    },
  ),
  operation(
    'POST',
    '/v1/invoices/:id/remove_lines',
    {
      lines: list(z.strictObject({ id: text, behavior: oneOf('delete', 'unassign') })),
      invoice_metadata: metadataParam.optional(),
    },
    (account, { lines, invoice_metadata }, { id }) => {
      const invoice = needDraft(account, id!);
      if (invoice_metadata !== undefined) invoice.metadata = mergeMetadata(invoice.metadata, invoice_metadata);
      return removeLines(account, invoice, lines);
    },
  ),
  operation('GET', '/v1/invoices/:id/lines', pages, (account, cursor, { id }) => {
    const { lines } = account.need('invoice', id!);
    return pageOf(lines.url, lines.data, cursor);
  }),
  operation(
    'GET',
    '/v1/invoices',
    {
      ...pages,
      collection_method: oneOf('charge_automatically', 'send_invoice').optional(),
      created: range.optional(),
      customer: text.optional(),
      due_date: range.optional(),
      status: oneOf('draft', 'open', 'paid', 'uncollectible', 'void').optional(),
      subscription: text.optional(),
    },
    (account, { collection_method, created, customer, due_date, status, subscription, ...cursor }) =>
      page(account, '/v1/invoices', 'invoice', cursor, {
        owner: customer,
        isWanted: (invoice) =>
          (!collection_method || invoice.collection_method === collection_method) &&
          (!created || isWithin(invoice.created, created)) &&
          (!due_date || isWithin(invoice.due_date, due_date)) &&
          (!status || invoice.status === status) &&
          (!subscription || invoice.parent?.subscription_details?.subscription === subscription),
      }),
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id/confirm',
    { off_session: bool.optional(), payment_method: text.optional(), return_url: text.optional() },
    (account, { payment_method }, { id }) => {
      const intent = account.need('payment_intent', id!);
      const [payment] = account.store.find(
        'invoice_payment',
        intent.customer!,
        (each) => each.payment.payment_intent === id,
      );
      const invoice = account.need('invoice', payment?.invoice ?? '');
      if (intent.status === 'succeeded' || intent.status === 'canceled')
        throw invalid(`This PaymentIntent's status is ${intent.status}: it can no longer be confirmed.`, {
          code: 'payment_intent_unexpected_state',
        });
      const method = payment_method ? findPaymentMethod(account, payment_method, 'payment_method') : undefined;
      try {
        payInvoice(account, invoice, { method });
      } catch (error) {
        // Whose holder is to be asked is no error here: the intent says so.
        if (!(error instanceof StripeError) || error.details.code !== 'invoice_payment_intent_requires_action')
          throw error;
      }
      return intent;
    },
  ),
  retrieve('invoice_payment', '/v1/invoice_payments'),
  operation(
    'GET',
    '/v1/invoice_payments',
    {
      ...pages,
      created: range.optional(),
      invoice: text.optional(),
      payment: z.strictObject({ type: oneOf('payment_intent'), payment_intent: text }).optional(),
      status: oneOf('canceled', 'open', 'paid').optional(),
    },
    (account, { created, invoice, payment, status, ...cursor }) =>
      page(account, '/v1/invoice_payments', 'invoice_payment', cursor, {
        isWanted: (each) =>
          (!created || isWithin(each.created, created)) &&
          (!invoice || each.invoice === invoice) &&
          (!payment || each.payment.payment_intent === payment.payment_intent) &&
          (!status || each.status === status),
      }),
  ),
];
