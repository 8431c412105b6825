import { z } from 'zod';
import type { Account } from './account.js';
import { createDiscounts, discountParam } from './discounts.js';
import { invalid, missing, required } from './errors.js';
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
import type { Customer, Price, Subscription, SubscriptionItem } from './objects.js';
import { type Operation, operation, page, pageOf, retrieve } from './operation.js';
import { oneTimePriceData, planOf, priceData, priceFrom } from './prices.js';
import { cancelNow, changeBilling } from './subscription-changes.js';
import { createSubscription, newItem } from './subscription-create.js';
import { resume } from './subscription-renewal.js';
import { periodOf } from './subscription-state.js';
import { automaticTaxOf, automaticTaxParam, requireLocation } from './tax.js';

const DAY = 86_400;

const prorationBehavior = oneOf('always_invoice', 'create_prorations', 'none').optional();
const paymentBehavior = oneOf(
  'allow_incomplete',
  'default_incomplete',
  'error_if_incomplete',
  'pending_if_incomplete',
).optional();
export const anchorChange = z.strictObject({ type: oneOf('now', 'unchanged') }).optional();
const itemFields = {
  metadata: metadataParam.optional(),
  price: text.optional(),
  price_data: priceData.optional(),
  quantity: int.optional(),
};
const cancellationDetails = z
  .strictObject({
    comment: emptyable(text).optional(),
    feedback: emptyable(
      oneOf(
        'customer_service',
        'low_quality',
        'missing_features',
        'other',
        'switched_service',
        'too_complex',
        'too_expensive',
        'unused',
      ),
    ).optional(),
  })
  .optional();
export const itemChange = z.strictObject({
  ...itemFields,
  id: text.optional(),
  deleted: bool.optional(),
});
const shared = {
  automatic_tax: automaticTaxParam.optional(),
  add_invoice_items: list(
    z.strictObject({ price: text.optional(), price_data: oneTimePriceData.optional(), quantity: int.optional() }),
  ).optional(),
  collection_method: oneOf('charge_automatically', 'send_invoice').optional(),
  days_until_due: int.optional(),
  default_payment_method: text.optional(),
  description: emptyable(text.max(500)).optional(),
  discounts: emptyable(list(discountParam)).optional(),
  metadata: metadataParam.optional(),
  off_session: bool.optional(),
  payment_behavior: paymentBehavior,
  payment_settings: z
    .strictObject({
      payment_method_types: list(text).optional(),
      save_default_payment_method: oneOf('off', 'on_subscription').optional(),
    })
    .optional(),
  proration_behavior: prorationBehavior,
  trial_settings: z
    .strictObject({
      end_behavior: z.strictObject({ missing_payment_method: oneOf('cancel', 'create_invoice', 'pause') }),
    })
    .optional(),
};
const newSubscription = z.strictObject({
  ...shared,
  customer: text,
  billing_cycle_anchor: int.optional(),
  billing_mode: z.strictObject({ type: oneOf('flexible', 'classic') }).optional(),
  cancel_at: int.optional(),
  cancel_at_period_end: bool.optional(),
  currency: currencyParam.optional(),
  items: list(z.strictObject(itemFields)).optional(),
  trial_end: z.union([z.literal('now'), int]).optional(),
  trial_from_plan: bool.optional(),
  trial_period_days: int.optional(),
});
const update = z.strictObject({
  ...shared,
  billing_cycle_anchor: anchorChange,
  cancel_at: emptyable(int).optional(),
  cancel_at_period_end: bool.optional(),
  cancellation_details: cancellationDetails,
  items: list(itemChange).optional(),
  pause_collection: emptyable(
    z.strictObject({ behavior: oneOf('keep_as_draft', 'mark_uncollectible', 'void'), resumes_at: int.optional() }),
  ).optional(),
  proration_date: int.optional(),
  trial_end: z.union([z.literal('now'), int]).optional(),
});
type Update = z.output<typeof update>;

/** What a change that waits for its payment may be, and no more. */
const WITH_PENDING = new Set([
  'items',
  'proration_behavior',
  'proration_date',
  'payment_behavior',
  'billing_cycle_anchor',
  'trial_end',
  'off_session',
  'expand',
]);

export function readNewSubscription(account: Account, params: z.output<typeof newSubscription>) {
  const customer = account.needCustomer(params.customer, 'customer');
  const now = account.now(customer.test_clock);
  const items = (params.items ?? []).map(({ quantity = 1, metadata, ...given }, index) => ({
    price: priceFrom(account, given, `items[${index}]`),
    quantity,
    metadata: mergeMetadata({}, metadata),
  }));
  if (items.length === 0) throw required('items');
  if (params.collection_method === 'send_invoice' && params.days_until_due === undefined)
    throw required('days_until_due');
  const days =
    params.trial_period_days ?? (params.trial_from_plan ? items[0]!.price.recurring?.trial_period_days : null);
  const trialEnd = params.trial_end === 'now' ? undefined : (params.trial_end ?? (days ? now + days * DAY : undefined));
  return {
    customer,
    items,
    anchor: params.billing_cycle_anchor,
    trialEnd,
    missingPaymentMethod: params.trial_settings?.end_behavior.missing_payment_method,
    prorationBehavior: params.proration_behavior,
    paymentBehavior: params.payment_behavior,
    collectionMethod: params.collection_method,
    daysUntilDue: params.days_until_due,
    defaultPaymentMethod: ownMethod(account, customer, params.default_payment_method) ?? undefined,
    savesPaymentMethod: params.payment_settings?.save_default_payment_method === 'on_subscription',
    cancelAt: params.cancel_at,
    cancelAtPeriodEnd: params.cancel_at_period_end,
    description: params.description,
    discounts: params.discounts ?? undefined,
    metadata: mergeMetadata({}, params.metadata),
    isTaxed: params.automatic_tax?.enabled,
    addInvoiceItems: oneTimeItems(account, params.add_invoice_items),
  };
}

function oneTimeItems(account: Account, given: Update['add_invoice_items'] = []): { price: Price; quantity: number }[] {
  return given.map(({ quantity = 1, ...each }, index) => ({
    price: priceFrom(account, each, `add_invoice_items[${index}]`),
    quantity,
  }));
}

function ownMethod(account: Account, customer: Customer, id: string | undefined): string | null {
  if (!id) return null;
  const method = account.need('payment_method', id, 'default_payment_method');
  if (method.customer !== customer.id)
    throw invalid(`The customer does not have a payment method with the ID ${id}: attach it to the customer first.`, {
      param: 'default_payment_method',
    });
  return method.id;
}

/** The items as they are to be: those that are not named stay. */
export function planItems(
  account: Account,
  subscription: Subscription,
  changes: z.output<typeof itemChange>[],
  at: number,
): SubscriptionItem[] {
  const items = structuredClone(subscription.items.data);
  for (const [index, { id, deleted, quantity, metadata, ...given }] of changes.entries()) {
    const param = `items[${index}]`;
    if (id === undefined) {
      const price = priceFrom(account, given, param);
      if (items.some((each) => each.price.id === price.id))
        throw invalid(`The subscription already has an item with the price ${price.id}.`, { param: `${param}[price]` });
      const added = { price, quantity: quantity ?? 1, metadata: mergeMetadata({}, metadata) };
      items.push(newItem(subscription.id, added, periodOf(subscription), at));
      continue;
    }
    const found = items.find((each) => each.id === id);
    if (!found) throw missing('subscription item', id, `${param}[id]`);
    if (deleted) {
      items.splice(items.indexOf(found), 1);
      continue;
    }
    if (given.price || given.price_data) {
      const price = priceFrom(account, given, param);
      Object.assign(found, { price: structuredClone(price), plan: planOf(price) });
    }
    if (quantity !== undefined) found.quantity = quantity;
    found.metadata = mergeMetadata(found.metadata, metadata);
  }
  return items;
}

export function updateSubscription(account: Account, subscription: Subscription, params: Update): Subscription {
  if (subscription.ended_at && Object.keys(params).some((name) => !['cancellation_details', 'metadata'].includes(name)))
    throw invalid('A canceled subscription can only update its cancellation_details and metadata.', {
      code: 'invalid_canceled_subscription_fields',
    });
  const isWaiting = params.payment_behavior === 'pending_if_incomplete';
  const unfit = isWaiting ? Object.keys(params).find((name) => !WITH_PENDING.has(name)) : undefined;
  if (unfit)
    throw invalid(`With payment_behavior=pending_if_incomplete ${unfit} cannot be changed: it would not wait.`, {
      param: unfit,
    });
  const customer = account.needCustomer(subscription.customer, 'customer');
  const now = account.now(subscription.test_clock);
  account.follow(subscription, 'customer.subscription.updated', () => {
    setFields(account, subscription, customer, params, now);
    const resetsAnchor = params.billing_cycle_anchor?.type === 'now';
    const trialEnd = params.trial_end === 'now' ? now : params.trial_end;
    if (!params.items && !resetsAnchor && trialEnd === undefined && !params.add_invoice_items) return;
    changeBilling(account, subscription, {
      items: planItems(account, subscription, params.items ?? [], now),
      at: params.proration_date ?? now,
      prorationBehavior: params.proration_behavior ?? 'create_prorations',
      paymentBehavior: params.payment_behavior ?? 'allow_incomplete',
      resetsAnchor,
      trialEnd,
      addInvoiceItems: oneTimeItems(account, params.add_invoice_items),
    });
  });
  return subscription;
}

function setFields(
  account: Account,
  subscription: Subscription,
  customer: Customer,
  params: Update,
  now: number,
): void {
  const { cancel_at_period_end, cancel_at, pause_collection, cancellation_details } = params;
  if (params.metadata !== undefined) subscription.metadata = mergeMetadata(subscription.metadata, params.metadata);
  if (params.automatic_tax) {
    requireLocation(params.automatic_tax.enabled, customer);
    const { enabled, liability } = automaticTaxOf(params.automatic_tax.enabled, customer);
    subscription.automatic_tax = { disabled_reason: null, enabled, liability };
  }
  if (params.description !== undefined) subscription.description = params.description;
  if (params.collection_method) subscription.collection_method = params.collection_method;
  if (params.days_until_due !== undefined) subscription.days_until_due = params.days_until_due;
  if (params.default_payment_method !== undefined)
    subscription.default_payment_method = ownMethod(account, customer, params.default_payment_method);
  if (params.payment_settings?.save_default_payment_method)
    subscription.payment_settings!.save_default_payment_method = params.payment_settings.save_default_payment_method;
  if (params.trial_settings)
    Object.assign(subscription.trial_settings!.end_behavior, params.trial_settings.end_behavior);
  if (params.discounts !== undefined)
    subscription.discounts = createDiscounts(account, params.discounts ?? [], {
      customer: customer.id,
      subscription: subscription.id,
    });
  if (pause_collection !== undefined)
    subscription.pause_collection = pause_collection && {
      behavior: pause_collection.behavior,
      resumes_at: pause_collection.resumes_at ?? null,
    };
  if (cancellation_details) Object.assign(subscription.cancellation_details!, cancellation_details);
  if (cancel_at_period_end !== undefined || cancel_at !== undefined) {
    const at = cancel_at_period_end ? periodOf(subscription).end : (cancel_at ?? null);
    Object.assign(subscription, {
      cancel_at_period_end: cancel_at_period_end ?? false,
      cancel_at: at,
      canceled_at: at === null ? null : now,
    });
    subscription.cancellation_details!.reason = at === null ? null : 'cancellation_requested';
  }
}

const ofItem = {
  payment_behavior: paymentBehavior,
  proration_behavior: prorationBehavior,
  proration_date: int.optional(),
};

function findItem(account: Account, id: string): { subscription: Subscription; item: SubscriptionItem } {
  for (const subscription of account.store.walk('subscription', { descending: true })) {
    const found = subscription.items.data.find((each) => each.id === id);
    if (found) return { subscription, item: found };
  }
  throw missing('subscription item', id);
}

export const subscriptionOperations: Operation[] = [
  operation('POST', '/v1/subscriptions', newSubscription.shape, (account, params) =>
    createSubscription(account, readNewSubscription(account, params)),
  ),
  retrieve('subscription', '/v1/subscriptions'),
  operation('POST', '/v1/subscriptions/:id', update.shape, (account, params, { id }) =>
    updateSubscription(account, account.need('subscription', id!), params),
  ),
  operation(
    'DELETE',
    '/v1/subscriptions/:id',
    { cancellation_details: cancellationDetails, invoice_now: bool.optional(), prorate: bool.optional() },
    (account, { cancellation_details, ...how }, { id }) => {
      const subscription = account.need('subscription', id!);
      if (subscription.ended_at) throw missing('subscription', id!);
      if (cancellation_details) Object.assign(subscription.cancellation_details!, cancellation_details);
      cancelNow(account, subscription, how);
      return subscription;
    },
  ),
  operation(
    'POST',
    '/v1/subscriptions/:id/resume',
    {
      billing_cycle_anchor: anchorChange,
      payment_behavior: oneOf('resume_on_payment_attempt', 'resume_on_payment_success').optional(),
      proration_behavior: prorationBehavior,
      proration_date: int.optional(),
    },
    (account, { billing_cycle_anchor, payment_behavior }, { id }) => {
      const subscription = account.need('subscription', id!);
      resume(account, subscription, {
        keepsAnchor: billing_cycle_anchor?.type === 'unchanged',
        needsPayment: payment_behavior !== 'resume_on_payment_attempt',
      });
      return subscription;
    },
  ),
  operation(
    'GET',
    '/v1/subscriptions',
    {
      ...pages,
      collection_method: oneOf('charge_automatically', 'send_invoice').optional(),
      created: range.optional(),
      customer: text.optional(),
      price: text.optional(),
      status: oneOf(
        'active',
        'all',
        'canceled',
        'ended',
        'incomplete',
        'incomplete_expired',
        'past_due',
        'paused',
        'trialing',
        'unpaid',
      ).optional(),
      test_clock: text.optional(),
    },
    (account, { collection_method, created, customer, price, status, test_clock, ...cursor }) =>
      page(account, '/v1/subscriptions', 'subscription', cursor, {
        owner: customer,
        isWanted: (each) =>
          isOfStatus(each, status) &&
          (!collection_method || each.collection_method === collection_method) &&
          (!created || isWithin(each.created, created)) &&
          (!price || each.items.data.some((item) => item.price.id === price)) &&
          (!test_clock || each.test_clock === test_clock),
      }),
  ),
  operation(
    'GET',
    '/v1/subscription_items',
    { ...pages, subscription: text },
    (account, { subscription, ...cursor }) => {
      const { data } = account.need('subscription', subscription, 'subscription').items;
      return pageOf('/v1/subscription_items', data, cursor);
    },
  ),
  operation('GET', '/v1/subscription_items/:id', {}, (account, _, { id }) => findItem(account, id!).item),
  operation('POST', '/v1/subscription_items', { ...itemFields, ...ofItem, subscription: text }, (account, params) => {
    const { subscription: id, price, price_data, quantity, metadata, ...how } = params;
    const subscription = account.need('subscription', id, 'subscription');
    updateSubscription(account, subscription, { ...how, items: [{ price, price_data, quantity, metadata }] });
    return subscription.items.data.at(-1)!;
  }),
  operation('POST', '/v1/subscription_items/:id', { ...itemFields, ...ofItem }, (account, params, { id }) => {
    const { price, price_data, quantity, metadata, ...how } = params;
    const { subscription } = findItem(account, id!);
    updateSubscription(account, subscription, { ...how, items: [{ id, price, price_data, quantity, metadata }] });
    return findItem(account, id!).item;
  }),
  operation('DELETE', '/v1/subscription_items/:id', ofItem, (account, { ...how }, { id }) => {
    updateSubscription(account, findItem(account, id!).subscription, { ...how, items: [{ id, deleted: true }] });
    return { id, object: 'subscription_item', deleted: true };
  }),
];

/** Without a status asked for, those that are over are left out. */
function isOfStatus({ status }: Subscription, wanted: string | undefined): boolean {
  if (wanted === undefined) return status !== 'canceled' && status !== 'incomplete_expired';
  if (wanted === 'ended') return status === 'canceled' || status === 'incomplete_expired';
  return wanted === 'all' || status === wanted;
}
