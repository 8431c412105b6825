import { type Account, newId } from './account.js';
import { createDiscounts, type DiscountParam } from './discounts.js';
import { invalid } from './errors.js';
import { pendingItems, takeItems } from './invoice-items.js';
import { announce, attempt, type Attempt, finalize, methodOf, newInvoice } from './invoice-life.js';
import { itemLines, trialLine } from './lines.js';
import type { Customer, Price, Subscription, SubscriptionItem } from './objects.js';
import { nextBoundary, previousBoundary } from './periods.js';
import { planOf } from './prices.js';
import { prorate } from './rating.js';
import {
  addOneTime,
  billingOf,
  noPaymentMethod,
  type PaymentBehavior,
  type ProrationBehavior,
  recordBilled,
  recurringOf,
  refuseUnpaid,
} from './subscription-billing.js';
import { TRIAL_NOTICE_SECONDS, tellTrialEnd } from './subscription-renewal.js';
import { changeSubscription } from './subscription-state.js';
import { automaticTaxOf, requireLocation } from './tax.js';

export interface NewSubscription {
  customer: Customer;
  items: { price: Price; quantity: number; metadata?: Record<string, string> }[];
  anchor?: number | undefined;
  trialEnd?: number | undefined;
  missingPaymentMethod?: 'cancel' | 'create_invoice' | 'pause' | undefined;
  prorationBehavior?: ProrationBehavior | undefined;
  paymentBehavior?: PaymentBehavior | undefined;
  collectionMethod?: 'charge_automatically' | 'send_invoice' | undefined;
  daysUntilDue?: number | undefined;
  defaultPaymentMethod?: string | undefined;
  savesPaymentMethod?: boolean;
  cancelAt?: number | undefined;
  cancelAtPeriodEnd?: boolean | undefined;
  description?: string | null | undefined;
  discounts?: DiscountParam[] | undefined;
  isTaxed?: boolean | undefined;
  metadata?: Record<string, string> | undefined;
  addInvoiceItems?: { price: Price; quantity: number }[];
}

export function createSubscription(account: Account, given: NewSubscription, first: Attempt = {}): Subscription {
  const { customer, prorationBehavior = 'create_prorations', paymentBehavior = 'allow_incomplete' } = given;
  const now = account.now(customer.test_clock);
  requireLocation(given.isTaxed ?? false, customer);
  const recurring = recurringOf(given.items.map(({ price }) => price));
  const isTrial = given.trialEnd !== undefined && given.trialEnd > now;
  const anchor = given.anchor ?? (isTrial ? given.trialEnd! : now);
  if (anchor < now) throw invalid('The anchor of billing must not be in the past.', { param: 'billing_cycle_anchor' });
  if (!isTrial && anchor > nextBoundary(now, recurring, now))
    throw invalid('The anchor of billing must not be later than the next natural billing date.', {
      param: 'billing_cycle_anchor',
    });
  const period = { start: now, end: isTrial ? given.trialEnd! : nextBoundary(anchor, recurring, now) };
  const subscription = account.store.add<'subscription'>(draft(given, { now, anchor, period, isTrial }), {
    billed: {},
  });
  const { id } = subscription;
  if (given.discounts)
    subscription.discounts = createDiscounts(account, given.discounts, { customer: customer.id, subscription: id });
  customer.currency ??= subscription.currency;

  const invoice = newInvoice(account, customer, {
    ...billingOf(account, subscription, now),
    reason: 'subscription_create',
  });
  subscription.latest_invoice = invoice.id;
  account.emit('customer.subscription.created', subscription);
  // Until an anchor to come only that part of a whole period is billed.
  const whole = { start: previousBoundary(anchor, recurring, period.end), end: period.end };
  const share = (amount: number) => {
    if (anchor === now) return amount;
    return prorationBehavior === 'none' ? 0 : prorate(amount, now, whole);
  };
  const lines = subscription.items.data.flatMap((item) =>
    isTrial
      ? trialLine(account, invoice.id, subscription, item, period)
      : itemLines(account, invoice.id, subscription, item, period, share),
  );
  for (const { price, quantity } of given.addInvoiceItems ?? []) addOneTime(account, customer, price, quantity, now);
  const pending = pendingItems(account, customer.id, { subscription: id, currency: invoice.currency });
  announce(account, invoice, [...lines, ...takeItems(invoice.id, pending)]);
  recordBilled(account, subscription, invoice);
  if (isTrial && given.trialEnd! - now <= TRIAL_NOTICE_SECONDS) tellTrialEnd(account, subscription);
  if (subscription.collection_method === 'send_invoice') {
    if (subscription.status === 'incomplete') changeSubscription(account, subscription, { status: 'active' });
    return subscription;
  }
  finalize(account, invoice);
  if (invoice.status !== 'open' || paymentBehavior === 'default_incomplete') return subscription;
  if (!first.method && !methodOf(account, invoice)) throw noPaymentMethod();
  const outcome = attempt(account, invoice, first);
  if (paymentBehavior === 'error_if_incomplete') refuseUnpaid(outcome);
  return subscription;
}

function draft(
  given: NewSubscription,
  {
    now,
    anchor,
    period,
    isTrial,
  }: { now: number; anchor: number; period: { start: number; end: number }; isTrial: boolean },
): Subscription {
  const id = newId('sub');
  const { customer, cancelAt, cancelAtPeriodEnd = false, trialEnd } = given;
  const { enabled, liability } = automaticTaxOf(given.isTaxed ?? false, customer);
  return {
    id,
    object: 'subscription',
    application: null,
    application_fee_percent: null,
    automatic_tax: { disabled_reason: null, enabled, liability },
    billing_cycle_anchor: anchor,
    billing_cycle_anchor_config: null,
    billing_mode: { flexible: { proration_discounts: 'included' }, type: 'flexible', updated_at: now },
    billing_schedules: [],
    billing_thresholds: null,
    cancel_at: cancelAt ?? (cancelAtPeriodEnd ? period.end : null),
    cancel_at_period_end: cancelAtPeriodEnd,
    canceled_at: cancelAt || cancelAtPeriodEnd ? now : null,
    cancellation_details: {
      comment: null,
      feedback: null,
      feedback_option: null,
      reason: cancelAt || cancelAtPeriodEnd ? 'cancellation_requested' : null,
    },
    collection_method: given.collectionMethod ?? 'charge_automatically',
    created: now,
    currency: given.items[0]!.price.currency,
    customer: customer.id,
    customer_account: null,
    days_until_due: given.daysUntilDue ?? null,
    default_payment_method: given.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: given.description ?? null,
    discounts: [],
    ended_at: null,
    invoice_settings: {
      account_tax_ids: null,
      custom_fields: null,
      description: null,
      footer: null,
      issuer: { type: 'self' },
    },
    items: {
      object: 'list',
      url: `/v1/subscription_items?subscription=${id}`,
      has_more: false,
      data: given.items.map((item) => newItem(id, item, period, now)),
    },
    latest_invoice: null,
    livemode: false,
    managed_payments: null,
    metadata: given.metadata ?? {},
    next_pending_invoice_item_invoice: null,
    on_behalf_of: null,
    pause_collection: null,
    payment_settings: {
      payment_method_options: null,
      payment_method_types: null,
      save_default_payment_method: given.savesPaymentMethod ? 'on_subscription' : 'off',
    },
    pending_invoice_item_interval: null,
    pending_setup_intent: null,
    pending_update: null,
    schedule: null,
    start_date: now,
    status: isTrial ? 'trialing' : 'incomplete',
    test_clock: customer.test_clock ?? null,
    transfer_data: null,
    trial_end: isTrial ? trialEnd! : null,
    trial_settings: {
      end_behavior: {
        billing_cycle_anchor: null,
        missing_payment_method: given.missingPaymentMethod ?? 'create_invoice',
      },
    },
    trial_start: isTrial ? now : null,
  };
}

export function newItem(
  subscription: string,
  { price, quantity, metadata }: NewSubscription['items'][number],
  { start, end }: { start: number; end: number },
  now: number,
): SubscriptionItem {
  return {
    id: newId('si'),
    object: 'subscription_item',
    billing_thresholds: null,
    created: now,
    current_period_end: end,
    current_period_start: start,
    current_trial: null,
    discounts: [],
    metadata: metadata ?? {},
    plan: planOf(price),
    price: structuredClone(price),
    quantity,
    subscription,
    tax_rates: [],
  };
}
