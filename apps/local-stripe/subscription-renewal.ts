import type { Account } from './account.js';
import { invalid } from './errors.js';
import { pendingItems, takeItems } from './invoice-items.js';
import { announce, attempt, finalize, methodOf, newInvoice, voidInvoice } from './invoice-life.js';
import { itemLines } from './lines.js';
import type { Customer, Subscription } from './objects.js';
import { nextBoundary } from './periods.js';
import { billingOf, INCOMPLETE_SECONDS, noPaymentMethod, recordBilled, recurringOf } from './subscription-billing.js';
import {
  changeSubscription,
  customerOf,
  endSubscription,
  invoicesOf,
  periodOf,
  setPeriod,
} from './subscription-state.js';

export const TRIAL_NOTICE_SECONDS = 3 * 86_400;

/** Begins the next period and drafts its invoice, or does what was set for this moment instead. */
export function renew(account: Account, subscription: Subscription): void {
  const { start, end } = periodOf(subscription);
  if (subscription.cancel_at !== null && subscription.cancel_at <= end)
    return endSubscription(account, subscription, 'cancellation_requested');
  const customer = customerOf(account, subscription);
  const isTrialOver = subscription.status === 'trialing';
  if (isTrialOver && !defaultMethod(subscription, customer)) {
    const behavior = subscription.trial_settings?.end_behavior.missing_payment_method;
    if (behavior === 'cancel') return endSubscription(account, subscription, 'cancellation_requested');
    if (behavior === 'pause') return pause(account, subscription);
  }
  const recurring = recurringOf(subscription.items.data.map(({ price }) => price));
  const period = { start: end, end: nextBoundary(subscription.billing_cycle_anchor, recurring, end) };
  const invoice = newInvoice(account, customer, {
    ...billingOf(account, subscription, end),
    reason: 'subscription_cycle',
    period: { start, end },
  });
  const { behavior } = subscription.pause_collection ?? {};
  if (behavior === 'void' || behavior === 'mark_uncollectible')
    account.store.notes('invoice', invoice.id).afterFinalizing = behavior;
  account.follow(subscription, 'customer.subscription.updated', () => {
    setPeriod(subscription, period);
    if (isTrialOver) subscription.status = 'active';
    subscription.latest_invoice = invoice.id;
  });
  const lines = subscription.items.data.flatMap((item) => itemLines(account, invoice.id, subscription, item, period));
  const pending = pendingItems(account, customer.id, { subscription: subscription.id, currency: invoice.currency });
  announce(account, invoice, [...takeItems(invoice.id, pending), ...lines]);
  recordBilled(account, subscription, invoice);
}

function defaultMethod({ default_payment_method }: Subscription, { invoice_settings }: Customer): string | null {
  return default_payment_method ?? invoice_settings.default_payment_method;
}

function pause(account: Account, subscription: Subscription): void {
  changeSubscription(account, subscription, { status: 'paused' });
  account.emit('customer.subscription.paused', subscription);
}

export function tellTrialEnd(account: Account, subscription: Subscription): void {
  account.store.notes('subscription', subscription.id).isTrialEndTold = true;
  account.emit('customer.subscription.trial_will_end', subscription);
}

/** Gives up a subscription whose first invoice was not paid in time. */
export function expire(account: Account, subscription: Subscription): void {
  const now = account.now(subscription.test_clock);
  for (const invoice of invoicesOf(account, subscription)) if (invoice.status === 'open') voidInvoice(account, invoice);
  changeSubscription(account, subscription, { status: 'incomplete_expired', ended_at: now });
}

export function expirePendingUpdate(account: Account, subscription: Subscription): void {
  const notes = account.store.notes('subscription', subscription.id);
  const invoice = account.need('invoice', notes.pending!.invoice);
  delete notes.pending;
  if (invoice.status === 'open') voidInvoice(account, invoice);
  changeSubscription(account, subscription, { pending_update: null });
  account.emit('customer.subscription.pending_update_expired', subscription);
}

export function incompleteUntil({ created }: Subscription): number {
  return created + INCOMPLETE_SECONDS;
}

export function trialNoticeAt({ trial_end }: Subscription): number {
  return trial_end! - TRIAL_NOTICE_SECONDS;
}

/** Brings a paused subscription back: it lives again when the invoice of its new period is paid, or was tried to be where that is enough. */
export function resume(
  account: Account,
  subscription: Subscription,
  { keepsAnchor, needsPayment }: { keepsAnchor: boolean; needsPayment: boolean },
): void {
  if (subscription.status !== 'paused') throw invalid('Only a paused subscription can be resumed.');
  const customer = customerOf(account, subscription);
  const now = account.now(subscription.test_clock);
  const recurring = recurringOf(subscription.items.data.map(({ price }) => price));
  const anchor = keepsAnchor ? subscription.billing_cycle_anchor : now;
  const period = { start: now, end: nextBoundary(anchor, recurring, now) };
  const invoice = newInvoice(account, customer, {
    ...billingOf(account, subscription, now),
    reason: 'subscription_update',
  });
  account.follow(subscription, 'customer.subscription.updated', () => {
    subscription.billing_cycle_anchor = anchor;
    setPeriod(subscription, period);
    subscription.latest_invoice = invoice.id;
  });
  const lines = subscription.items.data.flatMap((item) => itemLines(account, invoice.id, subscription, item, period));
  announce(account, invoice, lines);
  recordBilled(account, subscription, invoice);
  finalize(account, invoice);
  if (invoice.status !== 'open') return;
  if (!methodOf(account, invoice)) throw noPaymentMethod();
  attempt(account, invoice);
  if (invoice.status === 'open' && !needsPayment) changeSubscription(account, subscription, { status: 'past_due' });
}
