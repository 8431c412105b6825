import { type Account, realNow } from './account.js';
import { expireSession } from './checkout.js';
import { attempt, finalize } from './invoice-life.js';
import {
  type CheckoutSession,
  type CreditNote,
  type CreditTransaction,
  type Invoice,
  type InvoiceItem,
  type InvoicePayment,
  type Notes,
  pendingOf,
  type Refund,
  type Subscription,
} from './objects.js';
import {
  expire,
  expirePendingUpdate,
  incompleteUntil,
  renew,
  tellTrialEnd,
  trialNoticeAt,
} from './subscription-renewal.js';
import { changeSubscription, endSubscription, periodOf } from './subscription-state.js';

/** Whose an object is, of what it is a part, on whose clock, and when something is next due on it. */
export function keysOf(
  object: { id: string; object: string },
  notes: object,
): { owner: string; whole: string; clock: string; due: number | null } {
  const { customer, test_clock } = object as { customer?: string | null; test_clock?: string | null };
  const owner = customer ?? (notes as { customer?: string }).customer ?? '';
  return { owner, whole: wholeOf(object) ?? '', clock: test_clock ?? '', due: dueOf(object, notes) };
}

function wholeOf(object: { object: string }): string | null | undefined {
  switch (object.object) {
    case 'invoice':
      return (object as Invoice).parent?.subscription_details?.subscription;
    case 'invoice_payment':
    case 'credit_note':
      return (object as InvoicePayment | CreditNote).invoice;
    case 'invoiceitem': {
      const { invoice, customer } = object as InvoiceItem;
      return invoice ?? pendingOf(customer);
    }
    case 'billing.credit_balance_transaction':
      return (object as CreditTransaction).credit_grant;
    case 'refund':
      return (object as Refund).charge;
    default:
      return null;
  }
}

function dueOf(object: { object: string }, notes: object): number | null {
  switch (object.object) {
    case 'subscription':
      return earliest(subscriptionSteps(object as Subscription, notes as Notes['subscription']).map(({ at }) => at));
    case 'invoice':
      return invoiceDue(object as Invoice);
    case 'checkout.session': {
      const { status, expires_at } = object as CheckoutSession;
      return status === 'open' ? expires_at : null;
    }
    default:
      return null;
  }
}

interface Step {
  at: number;
  take(account: Account, subscription: Subscription): void;
}

/** What is to come for a subscription as it stands. */
function subscriptionSteps(subscription: Subscription, notes: Notes['subscription']): Step[] {
  const { status, pause_collection, pending_update, cancel_at } = subscription;
  if (status === 'incomplete') return [{ at: incompleteUntil(subscription), take: expire }];
  const steps: Step[] = [];
  if (status === 'canceled' || status === 'incomplete_expired') return steps;
  if (pending_update) steps.push({ at: pending_update.expires_at, take: expirePendingUpdate });
  if (pause_collection?.resumes_at) {
    const take: Step['take'] = (account, each) => changeSubscription(account, each, { pause_collection: null });
    steps.push({ at: pause_collection.resumes_at, take });
  }
  if (status === 'trialing' && !notes.isTrialEndTold)
    steps.push({ at: trialNoticeAt(subscription), take: tellTrialEnd });
  if (cancel_at !== null)
    steps.push({ at: cancel_at, take: (account, each) => endSubscription(account, each, 'cancellation_requested') });
  if (status !== 'paused') steps.push({ at: periodOf(subscription).end, take: renew });
  return steps;
}

function invoiceDue({
  status,
  auto_advance,
  automatically_finalizes_at,
  next_payment_attempt,
}: Invoice): number | null {
  if (!auto_advance) return null;
  return status === 'draft' ? automatically_finalizes_at : status === 'open' ? next_payment_attempt : null;
}

function earliest(times: number[]): number | null {
  return times.length === 0 ? null : Math.min(...times);
}

/** Does what is due on one object. */
function doDue(account: Account, id: string): void {
  const object = account.store.getAny(id)!;
  if (object.object === 'subscription') {
    const subscription = object as Subscription;
    const steps = subscriptionSteps(subscription, account.store.notes('subscription', id));
    steps.sort((a, b) => a.at - b.at)[0]!.take(account, subscription);
  } else if (object.object === 'invoice') {
    const invoice = object as Invoice;
    if (invoice.status === 'draft') finalize(account, invoice);
    if (invoice.status !== 'open') return;
    if (invoice.collection_method === 'charge_automatically') attempt(account, invoice, { isScheduled: true });
    else invoice.auto_advance = false;
  } else if (object.object === 'checkout.session') {
    expireSession(account, object as CheckoutSession);
  }
}

/** The time without a test clock is ahead of the real one where it was moved there, and goes back no more. */
export function advanceTo(account: Account, time: number): void {
  const { offset, target } = account.store.clock();
  account.store.setClock({ offset: Math.max(offset, time - realNow()), target });
}

/**
 * Does the first thing that is due by then on a clock, each in a transaction of its own, so that a restart goes on from there.
 *
 * @returns whether there was one
 */
export function step(account: Account, clock: string, until: number): boolean {
  return account.store.transaction(() => {
    const next = account.store.nextDue(clock, until);
    if (!next) return false;
    // A clock stands where it has come to, so that what happens is of that time.
    if (clock) {
      const running = account.need('test_helpers.test_clock', clock);
      running.frozen_time = Math.max(running.frozen_time, next.due);
    } else advanceTo(account, next.due);
    doDue(account, next.id);
    return true;
  });
}
