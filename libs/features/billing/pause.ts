import type Stripe from 'stripe';
import { periodAt } from '../usage/index.js';
import { fromStripe } from './stripe-time.js';

/** Billing months that a pause lasts at most; the plan goes on by itself then. */
export const PAUSE_MONTHS_MAX = 3;

/** Of a subscription at Stripe, the second at which its pause begins and that at which it ends: both are starts of periods. */
const PAUSED_FROM = 'paused_from';
const PAUSED_UNTIL = 'paused_until';

/** Stripe collects again so long before the period that is to be paid. */
const COLLECTS_BEFORE_SECONDS = 3_600;

/** A time in which Free holds in place of the plan, and no fee is charged. */
export interface Pause {
  from: Date;
  until: Date;
  /** Whether it has begun. */
  isOn: boolean;
}

/** Metadata and all else by which a subscription at Stripe is paused no more. */
export const UNPAUSED = {
  pause_collection: '',
  metadata: { [PAUSED_FROM]: '', [PAUSED_UNTIL]: '' },
} satisfies Stripe.SubscriptionUpdateParams;

/**
 * The pause that a subscription at Stripe is in, or goes into with its next period. It is read off the period that runs there and no clock, so that it
 * begins and ends with Stripe's periods, whenever we hear of them.
 */
export function pauseOf({ metadata, items }: Stripe.Subscription): Pause | null {
  const [from, until] = [Number(metadata[PAUSED_FROM]), Number(metadata[PAUSED_UNTIL])];
  const { current_period_start: start, current_period_end: end } = items.data[0]!;
  if (!from || !until || start >= until) return null;
  const isOn = start >= from;
  // With another period than was thought of, as one that an upgrade began, there is none.
  return isOn || end === from ? { from: fromStripe(from), until: fromStripe(until), isOn } : null;
}

/** What pauses a subscription at Stripe for so many months from the end of the period that is paid. */
export function pausedFor(subscription: Stripe.Subscription, months: number): Stripe.SubscriptionUpdateParams {
  const { billing_cycle_anchor: anchor, items } = subscription;
  const from = items.data[0]!.current_period_end;
  let until = fromStripe(from);
  for (let month = 0; month < months; month++) until = periodAt(fromStripe(anchor), until).end;
  const untilSecond = until.getTime() / 1_000;
  return {
    pause_collection: { behavior: 'void', resumes_at: untilSecond - COLLECTS_BEFORE_SECONDS },
    metadata: { [PAUSED_FROM]: String(from), [PAUSED_UNTIL]: String(untilSecond) },
  };
}
