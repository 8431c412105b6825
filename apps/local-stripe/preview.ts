import { z } from 'zod';
import type { Account } from './account.js';
import { createDiscounts, discountParam } from './discounts.js';
import { invalid, missing, required } from './errors.js';
import { bool, currencyParam, emptyable, int, list, metadataParam, oneOf, text } from './form.js';
import { addInvoiceItem, itemFields, readItem } from './invoice-items.js';
import { addUp } from './invoice-life.js';
import type { Invoice, Subscription } from './objects.js';
import { type Operation, operation } from './operation.js';
import { cancelNow } from './subscription-changes.js';
import { createSubscription } from './subscription-create.js';
import { renew } from './subscription-renewal.js';
import { invoicesOf } from './subscription-state.js';
import { anchorChange, itemChange, readNewSubscription, updateSubscription } from './subscriptions.js';

const { pricing: _, ...amounts } = itemFields;
const previewItem = z.strictObject({ ...amounts, invoiceitem: text.optional(), price: text.optional() });
const params = z.strictObject({
  customer: text.optional(),
  currency: currencyParam.optional(),
  discounts: emptyable(list(discountParam)).optional(),
  invoice_items: list(previewItem).optional(),
  preview_mode: oneOf('next', 'recurring').optional(),
  subscription: text.optional(),
  subscription_details: z
    .strictObject({
      billing_cycle_anchor: anchorChange,
      cancel_at: emptyable(int).optional(),
      cancel_at_period_end: bool.optional(),
      cancel_now: bool.optional(),
      items: list(itemChange).optional(),
      metadata: metadataParam.optional(),
      proration_behavior: oneOf('always_invoice', 'create_prorations', 'none').optional(),
      proration_date: int.optional(),
      trial_end: z.union([z.literal('now'), int]).optional(),
    })
    .optional(),
});
type Params = z.output<typeof params>;

/** The invoice that would come: what is asked for is done in imagination, and of what came of it only the invoice is kept. */
function preview(account: Account, given: Params): Invoice {
  return account.store.imagine(() => {
    const invoice = structuredClone(imagine(account, given));
    const id = invoice.id.replace(/^in_/, 'upcoming_in_');
    invoice.lines.url = `/v1/invoices/upcoming/lines?invoice=${id}`;
    for (const line of invoice.lines.data) line.invoice = id;
    const open = { number: null, hosted_invoice_url: null, invoice_pdf: null, effective_at: null };
    const draft = {
      id,
      status: 'draft',
      attempt_count: 0,
      attempted: false,
      amount_paid: 0,
      ending_balance: null,
    } as const;
    const transitions = { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null };
    return { ...invoice, ...open, ...draft, amount_remaining: invoice.amount_due, status_transitions: transitions };
  });
}

function imagine(account: Account, given: Params): Invoice {
  const details = given.subscription_details ?? {};
  if (!given.subscription) return imagineNew(account, given);
  const subscription = account.need('subscription', given.subscription, 'subscription');
  if (given.customer && given.customer !== subscription.customer)
    throw invalid('The subscription is not this customer’s.', { param: 'subscription' });
  addItems(account, given, subscription);
  const before = newestInvoice(account, subscription);
  const { cancel_now, metadata: _unasked, ...changes } = details;
  if (cancel_now) {
    cancelNow(account, subscription, { invoice_now: true, prorate: details.proration_behavior !== 'none' });
  } else {
    const isChanged = Object.values(changes).some((value) => value !== undefined);
    // Whether the card would be taken is not asked: the invoice is the same.
    if (isChanged) updateSubscription(account, subscription, { ...changes, payment_behavior: 'default_incomplete' });
  }
  const now = newestInvoice(account, subscription);
  if (now && now.id !== before?.id) return now;
  if (subscription.ended_at || subscription.cancel_at_period_end)
    throw invalid('No upcoming invoices: the subscription ends before the next.', { code: 'invoice_upcoming_none' });
  return discounted(account, given, imagineRenewal(account, subscription));
}

function imagineRenewal(account: Account, subscription: Subscription): Invoice {
  const before = newestInvoice(account, subscription);
  renew(account, subscription);
  const invoice = newestInvoice(account, subscription);
  if (!invoice || invoice.id === before?.id)
    throw invalid('No upcoming invoices: the subscription ends before the next.', { code: 'invoice_upcoming_none' });
  const { start, end } = { start: invoice.period_start, end: invoice.period_end };
  return Object.assign(invoice, {
    created: end,
    period_start: start,
    period_end: end,
    automatically_finalizes_at: null,
    next_payment_attempt: end + 3600,
  });
}

function imagineNew(account: Account, given: Params): Invoice {
  if (!given.customer) throw required('customer');
  const { items, proration_behavior, trial_end, metadata } = given.subscription_details ?? {};
  addItems(account, given);
  if (!items) throw invalid(`No upcoming invoices for customer: ${given.customer}`, { code: 'invoice_upcoming_none' });
  const { customer } = given;
  const asked = {
    customer,
    items,
    proration_behavior,
    trial_end,
    metadata,
    payment_behavior: 'default_incomplete' as const,
  };
  const made = createSubscription(account, {
    ...readNewSubscription(account, asked),
    discounts: given.discounts ?? undefined,
  });
  return newestInvoice(account, made)!;
}

function addItems(
  account: Account,
  { invoice_items = [], customer, currency }: Params,
  subscription?: Subscription,
): void {
  const owner = account.needCustomer(subscription?.customer ?? customer!, 'customer');
  for (const { invoiceitem, price, ...each } of invoice_items) {
    if (invoiceitem) throw missing('invoiceitem', invoiceitem, 'invoice_items');
    const asked = { currency: subscription?.currency ?? currency, ...each, ...(price && { pricing: { price } }) };
    const read = readItem(account, asked, account.now(owner.test_clock));
    addInvoiceItem(account, owner, { ...read, subscription: subscription?.id });
  }
}

function discounted(account: Account, { discounts }: Params, invoice: Invoice): Invoice {
  if (!discounts) return invoice;
  invoice.discounts = createDiscounts(account, discounts, { customer: invoice.customer!, invoice: invoice.id });
  addUp(account, invoice);
  return invoice;
}

function newestInvoice(account: Account, subscription: Subscription): Invoice | undefined {
  return invoicesOf(account, subscription).at(-1);
}

export const previewOperations: Operation[] = [operation('POST', '/v1/invoices/create_preview', params.shape, preview)];
