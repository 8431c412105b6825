import type { Account } from './account.js';
import { takeDiscounts } from './discounts.js';
import { invalid, StripeError } from './errors.js';
import { addInvoiceItem, nameOf } from './invoice-items.js';
import type { NewInvoice } from './invoice-life.js';
import { netOf, pricingOf, ratePrice } from './lines.js';
import type { Customer, Invoice, Price, Subscription } from './objects.js';
import { cardError } from './payment-methods.js';
import type { Outcome } from './payments.js';
import { total } from './rating.js';

export type ProrationBehavior = 'always_invoice' | 'create_prorations' | 'none';
export type PaymentBehavior =
  | 'allow_incomplete'
  | 'default_incomplete'
  | 'error_if_incomplete'
  | 'pending_if_incomplete';

/** What is not paid by then is given up: the first payment of a subscription, and a change that waits for its own. */
export const INCOMPLETE_SECONDS = 23 * 3600;

/** @throws StripeError 400 where prices cannot be billed together */
export function recurringOf(prices: Price[]): NonNullable<Price['recurring']> {
  const [first] = prices;
  if (!first) throw invalid('A subscription needs at least one item.', { code: 'parameter_missing', param: 'items' });
  for (const { id, recurring, currency } of prices) {
    if (!recurring)
      throw invalid(`The price ${id} is for one time: a subscription takes recurring prices.`, { param: 'items' });
    const { interval, interval_count } = first.recurring!;
    if (recurring.interval !== interval || recurring.interval_count !== interval_count || currency !== first.currency)
      throw invalid('All prices of a subscription must have the same currency and interval.', { param: 'items' });
  }
  return first.recurring!;
}

/** What every invoice of a subscription takes from it. */
export function billingOf(account: Account, subscription: Subscription, now: number): Omit<NewInvoice, 'reason'> {
  const { currency, pause_collection, status } = subscription;
  const isKept = pause_collection?.behavior === 'keep_as_draft' || status === 'unpaid';
  return {
    currency,
    subscription,
    autoAdvance: !isKept,
    discounts: takeDiscounts(account, subscription, now),
    description: subscription.invoice_settings.description ?? subscription.description,
    footer: subscription.invoice_settings.footer,
  };
}

/** Remembers what each item was billed for, without what discounts took off: unused time is credited from that. */
export function recordBilled(account: Account, subscription: Subscription, invoice: Invoice): void {
  const { billed } = account.store.notes('subscription', subscription.id);
  for (const { id, current_period_start: start, current_period_end: end } of subscription.items.data) {
    const lines = invoice.lines.data.filter(({ parent }) => {
      const details = parent?.subscription_item_details;
      return details?.subscription_item === id && !details.proration;
    });
    if (lines.length > 0) billed[id] = { amount: lines.reduce((sum, line) => sum + netOf(line), 0), start, end };
  }
}

export function addOneTime(account: Account, customer: Customer, price: Price, quantity: number, now: number): void {
  if (price.recurring) throw invalid('An invoice item takes a price for one time.', { param: 'add_invoice_items' });
  const parts = ratePrice(account, price, quantity);
  addInvoiceItem(account, customer, {
    amount: total(parts),
    currency: price.currency,
    description: nameOf(account, price),
    period: { start: now, end: now },
    quantity,
    pricing: pricingOf(price, parts.length === 1 ? parts[0]!.unitAmount : null),
  });
}

export function noPaymentMethod(): StripeError {
  const message =
    'This customer has no default payment method: attach one and set it as the default, or pay the invoice with one.';
  return invalid(message, { code: 'resource_missing' });
}

/** @throws StripeError 402, and nothing of the call stays */
export function refuseUnpaid(outcome: Outcome | { status: 'no_method' }): void {
  if (outcome.status === 'declined') throw cardError(outcome.decline);
  if (outcome.status === 'no_method') throw noPaymentMethod();
  if (outcome.status === 'requires_action') {
    const message = 'Payment for this subscription requires additional user action before it can be completed.';
    throw new StripeError(402, 'card_error', message, { code: 'subscription_payment_intent_requires_action' });
  }
}
