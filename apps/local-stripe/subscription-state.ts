import { type Account } from './account.js';
import { type Customer, type Invoice, pendingOf, type Subscription, type SubscriptionItem } from './objects.js';

export function subscriptionOf(account: Account, { parent }: Pick<Invoice, 'parent'>): Subscription | undefined {
  const id = parent?.subscription_details?.subscription;
  return id ? account.store.get('subscription', id) : undefined;
}

export function customerOf(account: Account, { customer }: { customer: string | null }): Customer {
  return account.needCustomer(customer!, 'customer');
}

export function changeSubscription(account: Account, subscription: Subscription, changes: Partial<Subscription>): void {
  account.change(subscription, changes, 'customer.subscription.updated');
}

/** Ends a subscription at once. What it billed stays to be paid, but nobody collects it any more. */
export function endSubscription(
  account: Account,
  subscription: Subscription,
  reason: 'cancellation_requested' | 'payment_failed',
  { keepsProrations = false } = {},
): void {
  const now = account.now(subscription.test_clock);
  Object.assign(subscription, {
    status: 'canceled',
    canceled_at: subscription.canceled_at ?? now,
    ended_at: now,
    pending_update: null,
    cancellation_details: { ...subscription.cancellation_details!, reason },
  });
  delete account.store.notes('subscription', subscription.id).pending;
  stopCollecting(account, subscription);
  if (!keepsProrations) for (const { id } of pendingProrations(account, subscription)) account.store.remove(id);
  account.emit('customer.subscription.deleted', subscription);
}

function pendingProrations(account: Account, { id, customer }: Subscription) {
  return account.store
    .findOf('invoiceitem', pendingOf(customer))
    .filter(({ proration, parent }) => proration && parent?.subscription_details?.subscription === id);
}

/** No finalized invoice of the customer's, and no draft of the subscription's, is collected by itself any more. */
export function stopCollecting(account: Account, subscription: Subscription): void {
  for (const invoice of account.store.find('invoice', subscription.customer)) {
    const isOfIt = invoice.parent?.subscription_details?.subscription === subscription.id;
    if (invoice.status === 'open' || (invoice.status === 'draft' && isOfIt))
      Object.assign(invoice, { auto_advance: false, next_payment_attempt: null, automatically_finalizes_at: null });
  }
}

export function invoicesOf(account: Account, { id }: Subscription): Invoice[] {
  return account.store.findOf('invoice', id);
}

/** What the payment of an invoice changes on its subscription. */
export function followPaid(account: Account, invoice: Invoice): void {
  const customer = customerOf(account, invoice);
  if (customer.delinquent) account.change(customer, { delinquent: false }, 'customer.updated');
  const subscription = subscriptionOf(account, invoice);
  if (!subscription || subscription.ended_at) return;
  if (isPendingUpdate(account, subscription, invoice)) applyPending(account, subscription);
  if (subscription.status === 'incomplete') changeSubscription(account, subscription, { status: 'active' });
  if (subscription.status === 'past_due' || subscription.status === 'unpaid') {
    const isAnyOpen = invoicesOf(account, subscription).some(
      ({ id, status, attempted }) => id !== invoice.id && status === 'open' && attempted,
    );
    if (!isAnyOpen) changeSubscription(account, subscription, { status: 'active' });
  }
  if (subscription.status === 'paused' && invoice.billing_reason === 'subscription_update') {
    changeSubscription(account, subscription, { status: 'active' });
    account.emit('customer.subscription.resumed', subscription);
  }
}

/** What a failed attempt to collect changes. */
export function followFailed(account: Account, invoice: Invoice): void {
  const customer = customerOf(account, invoice);
  if (!customer.delinquent) account.change(customer, { delinquent: true }, 'customer.updated');
  const subscription = subscriptionOf(account, invoice);
  if (!subscription || isPendingUpdate(account, subscription, invoice)) return;
  if (subscription.status === 'active' || subscription.status === 'trialing')
    changeSubscription(account, subscription, { status: 'past_due' });
}

export function isPendingUpdate(account: Account, subscription: Subscription, invoice: Invoice): boolean {
  return account.store.notes('subscription', subscription.id).pending?.invoice === invoice.id;
}

function applyPending(account: Account, subscription: Subscription): void {
  const notes = account.store.notes('subscription', subscription.id);
  const { items, billed, fields } = notes.pending!;
  delete notes.pending;
  account.follow(subscription, 'customer.subscription.updated', () => {
    setItems(subscription, items);
    Object.assign(subscription, fields, { pending_update: null });
  });
  notes.billed = billed;
  account.emit('customer.subscription.pending_update_applied', subscription);
}

/** What is done when the last retry failed too, as the account is set. */
export function giveUp(account: Account, invoice: Invoice): void {
  const subscription = subscriptionOf(account, invoice);
  if (!subscription || subscription.ended_at) return;
  if (account.settings.afterLastRetry === 'cancel') endSubscription(account, subscription, 'payment_failed');
  else changeSubscription(account, subscription, { status: 'unpaid' });
}

export function periodOf(subscription: Subscription): { start: number; end: number } {
  const [item] = subscription.items.data;
  return { start: item!.current_period_start, end: item!.current_period_end };
}

export function setPeriod(subscription: Subscription, { start, end }: { start: number; end: number }): void {
  for (const item of subscription.items.data)
    Object.assign(item, { current_period_start: start, current_period_end: end });
}

export function setItems(subscription: Subscription, items: SubscriptionItem[]): void {
  subscription.items = { ...subscription.items, data: items };
}
