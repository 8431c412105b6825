import { Decimal } from 'decimal.js';
import type { Account } from './account.js';
import { couponOf } from './discounts.js';
import { addInvoiceItem, nameOf, pendingItems, takeItems } from './invoice-items.js';
import { announce, attempt, finalize, newInvoice } from './invoice-life.js';
import { itemLines, netOf, pricingOf, ratePrice } from './lines.js';
import type { Billed, Customer, Invoice, Price, Subscription, SubscriptionItem } from './objects.js';
import { dayOf, nextBoundary, previousBoundary } from './periods.js';
import { prorate, roundMoney, total } from './rating.js';
import {
  addOneTime,
  billingOf,
  INCOMPLETE_SECONDS,
  type PaymentBehavior,
  type ProrationBehavior,
  recurringOf,
  refuseUnpaid,
} from './subscription-billing.js';
import { customerOf, endSubscription, periodOf, setItems } from './subscription-state.js';

export interface Change {
  items: SubscriptionItem[];
  at: number;
  prorationBehavior: ProrationBehavior;
  paymentBehavior: PaymentBehavior;
  /** Begins a new period now, whatever the items are. */
  resetsAnchor: boolean;
  /** Where the trial is made to end at another time than it would. */
  trialEnd?: number | undefined;
  addInvoiceItems?: { price: Price; quantity: number }[];
}

/** How a subscription is to be once a change of it happened. */
interface Plan {
  items: SubscriptionItem[];
  fields: Partial<Subscription>;
  billed: Record<string, Billed>;
  /** A new period begins now, and is billed as a whole. */
  isReset: boolean;
  period: { start: number; end: number };
}

/** Changes what a subscription bills: credits what was paid and not used, debits what is used until the period ends, and invoices as asked. */
export function changeBilling(account: Account, subscription: Subscription, change: Change): void {
  const { at, prorationBehavior, paymentBehavior } = change;
  const customer = customerOf(account, subscription);
  const isWaiting = paymentBehavior === 'pending_if_incomplete';
  const of = { subscription: subscription.id, currency: subscription.currency };
  // What waited before does not hang on whether this change is paid for.
  const earlier = new Set(isWaiting ? pendingItems(account, customer.id, of).map(({ id }) => id) : []);
  const plan = planChange(account, subscription, customer, change);
  for (const { price, quantity } of change.addInvoiceItems ?? []) addOneTime(account, customer, price, quantity, at);
  const pending = pendingItems(account, customer.id, of).filter(({ id }) => !earlier.has(id));
  const isInvoiced = plan.isReset || (prorationBehavior === 'always_invoice' && pending.length > 0);
  if (!isWaiting || !isInvoiced) apply(account, subscription, plan);
  if (!isInvoiced) return;

  const invoice = newInvoice(account, customer, {
    ...billingOf(account, subscription, at),
    reason: 'subscription_update',
    period: { start: periodOf(subscription).start, end: at },
  });
  const whole = plan.isReset ? plan.items : [];
  const lines = whole.flatMap((item) => itemLines(account, invoice.id, subscription, item, plan.period));
  announce(account, invoice, [...takeItems(invoice.id, pending), ...lines]);
  subscription.latest_invoice = invoice.id;
  for (const item of whole) {
    const own = lines.filter(({ parent }) => parent?.subscription_item_details?.subscription_item === item.id);
    plan.billed[item.id] = { amount: own.reduce((sum, line) => sum + netOf(line), 0), ...plan.period };
  }
  if (isWaiting) waitForPayment(account, subscription, plan, invoice);
  else account.store.notes('subscription', subscription.id).billed = plan.billed;
  if (invoice.collection_method === 'send_invoice') return;
  finalize(account, invoice);
  if (invoice.status !== 'open' || paymentBehavior === 'default_incomplete') return;
  const outcome = attempt(account, invoice);
  if (paymentBehavior === 'error_if_incomplete') refuseUnpaid(outcome);
}

/** Works out what a change comes to, and puts its credits and debits aside for an invoice. */
function planChange(account: Account, subscription: Subscription, customer: Customer, change: Change): Plan {
  const { at, items, prorationBehavior, trialEnd } = change;
  const before = subscription.items.data;
  const was = periodOf(subscription);
  const isTrial = subscription.status === 'trialing';
  const recurring = recurringOf(items.map(({ price }) => price));
  const isOtherInterval = !isSameInterval(recurring, before[0]!.price.recurring!);
  const isMovedTrial = trialEnd !== undefined && trialEnd > at;
  const endsTrial = isTrial && trialEnd !== undefined && !isMovedTrial;
  const isReset = !isMovedTrial && (change.resetsAnchor || endsTrial || (isOtherInterval && !isTrial));
  const billed = structuredClone(account.store.notes('subscription', subscription.id).billed);
  const fields: Partial<Subscription> = {};
  let period = was;
  if (isReset) {
    period = { start: at, end: nextBoundary(at, recurring, at) };
    fields.billing_cycle_anchor = at;
    if (endsTrial) Object.assign(fields, { trial_end: at, status: 'active' });
  } else if (isMovedTrial) {
    period = { start: isTrial ? was.start : at, end: trialEnd };
    const trial_start = subscription.trial_start ?? at;
    Object.assign(fields, { billing_cycle_anchor: trialEnd, trial_end: trialEnd, trial_start, status: 'trialing' });
  }
  if (subscription.cancel_at_period_end) fields.cancel_at = period.end;
  if (prorationBehavior !== 'none') {
    const isLeft = (item: SubscriptionItem) => isReset || isMovedTrial || !items.some((other) => isSame(item, other));
    for (const item of before.filter(isLeft)) credit(account, subscription, customer, item, billed, at);
    const isNew = (item: SubscriptionItem) => !before.some((other) => isSame(item, other));
    // A whole period, and a trial, is not paid for by its rest.
    const added = isReset || isMovedTrial || isTrial ? [] : items.filter(isNew);
    for (const item of added) debit(account, subscription, customer, item, billed, { start: at, end: was.end });
  }
  for (const { id } of before) if (!items.some((item) => item.id === id)) delete billed[id];
  const during = { current_period_start: period.start, current_period_end: period.end };
  return { items: items.map((item) => ({ ...item, ...during })), fields, billed, isReset, period };
}

function apply(account: Account, subscription: Subscription, { items, fields, billed }: Plan): void {
  setItems(subscription, items);
  Object.assign(subscription, fields);
  account.store.notes('subscription', subscription.id).billed = billed;
}

/** Leaves the subscription as it is until the invoice of the change is paid. */
function waitForPayment(account: Account, subscription: Subscription, plan: Plan, invoice: Invoice): void {
  const { items, fields, billed } = plan;
  account.store.notes('subscription', subscription.id).pending = { invoice: invoice.id, items, fields, billed };
  subscription.pending_update = {
    billing_cycle_anchor: fields.billing_cycle_anchor ?? null,
    cancel_at_period_end: null,
    discount: null,
    discounts: null,
    expires_at: account.now(subscription.test_clock) + INCOMPLETE_SECONDS,
    metadata: null,
    subscription_items: items,
    trial_end: fields.trial_end ?? null,
    trial_from_plan: null,
  };
  // Nobody but its payer pays for it: where they do not, it does not happen.
  invoice.auto_advance = false;
}

const isSame = (a: SubscriptionItem, b: SubscriptionItem) =>
  a.id === b.id && a.price.id === b.price.id && a.quantity === b.quantity;

type Interval = Pick<NonNullable<Price['recurring']>, 'interval' | 'interval_count'>;
const isSameInterval = (a: Interval, b: Interval) => a.interval === b.interval && a.interval_count === b.interval_count;

/** Gives back what an item was billed for and will not use. */
function credit(
  account: Account,
  subscription: Subscription,
  customer: Customer,
  item: SubscriptionItem,
  billed: Record<string, Billed>,
  at: number,
): void {
  const paid = billed[item.id];
  if (!paid || paid.amount <= 0 || at >= paid.end) return;
  const name = nameOf(account, item.price);
  const quantity = item.quantity ?? 1;
  addInvoiceItem(account, customer, {
    amount: -prorate(paid.amount, at, paid),
    currency: item.price.currency,
    description: `Unused time on ${quantity === 1 ? '' : `${quantity} × `}${name} after ${dayOf(at)}`,
    // What was taken off is not given back: the amount is without it already.
    isDiscountable: false,
    isProration: true,
    period: { start: at, end: paid.end },
    pricing: pricingOf(item.price, item.price.unit_amount_decimal),
    quantity,
    subscription: subscription.id,
    subscriptionItem: item.id,
    metadata: subscription.metadata,
  });
  delete billed[item.id];
}

/** Asks for the rest of a running period. */
function debit(
  account: Account,
  subscription: Subscription,
  customer: Customer,
  item: SubscriptionItem,
  billed: Record<string, Billed>,
  rest: { start: number; end: number },
): void {
  const { price, quantity = 1 } = item;
  // A first period up to an anchor is shorter than what its price is for.
  const start = previousBoundary(subscription.billing_cycle_anchor, price.recurring!, rest.end);
  const amount = prorate(total(ratePrice(account, price, quantity)), rest.start, { start, end: rest.end });
  const name = nameOf(account, price);
  addInvoiceItem(account, customer, {
    amount,
    currency: price.currency,
    description: `Remaining time on ${quantity === 1 ? '' : `${quantity} × `}${name} after ${dayOf(rest.start)}`,
    isProration: true,
    period: rest,
    pricing: pricingOf(price, price.unit_amount_decimal),
    quantity,
    subscription: subscription.id,
    subscriptionItem: item.id,
    metadata: subscription.metadata,
  });
  billed[item.id] = { amount: roundMoney(new Decimal(amount).times(shareLeft(account, subscription))), ...rest };
}

/** What the subscription's discounts by percent leave of an amount. */
function shareLeft(account: Account, { discounts }: Subscription): Decimal {
  return discounts.reduce((share, id) => {
    const percent = couponOf(account, id).percent_off;
    return percent ? share.times(new Decimal(100).minus(percent)).div(100) : share;
  }, new Decimal(1));
}

/** Cancels at once; `prorate` gives back unused time, `invoice_now` bills what is pending. */
export function cancelNow(
  account: Account,
  subscription: Subscription,
  {
    invoice_now = false,
    prorate: isProrated = false,
  }: { invoice_now?: boolean | undefined; prorate?: boolean | undefined },
): void {
  const customer = customerOf(account, subscription);
  const now = account.now(subscription.test_clock);
  if (isProrated) {
    const { billed } = account.store.notes('subscription', subscription.id);
    for (const item of subscription.items.data) credit(account, subscription, customer, item, billed, now);
  }
  const pending = invoice_now
    ? pendingItems(account, customer.id, { subscription: subscription.id, currency: subscription.currency })
    : [];
  let last: Invoice | undefined;
  if (pending.length > 0) {
    last = newInvoice(account, customer, {
      ...billingOf(account, subscription, now),
      reason: 'subscription_update',
      period: { start: periodOf(subscription).start, end: now },
    });
    subscription.latest_invoice = last.id;
    announce(account, last, takeItems(last.id, pending));
  }
  endSubscription(account, subscription, 'cancellation_requested', { keepsProrations: isProrated || invoice_now });
  if (!last) return;
  finalize(account, last);
  if (last.status === 'open' && last.collection_method === 'charge_automatically') attempt(account, last);
}
