import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { type Mail, NotificationsService } from '../notifications/index.js';
import { BillingPeriods } from './billing-periods.js';
import { BillingRepository, type SubscriptionState, type TrialOutcome } from './billing.repository.js';
import { BillingService } from './billing.service.js';
import { toMain } from './invoice-lines.js';
import { type Pause, pauseOf } from './pause.js';
import { fromStripe } from './stripe-time.js';

/**
 * Of a subscription at Stripe that has another price already: the second at which the period ends that is paid by the price of before, which goes
 * on until then. With any other period, the next one or one that an upgrade began, the item's own price holds.
 */
export const WAITS_UNTIL = 'waits_until';

/** Stripe puts the rest of the month that was paid on the customer's balance, which pays for the next invoice. */
const WITH_CREDIT = {
  prorate: true,
  invoice_now: true,
  cancellation_details: { comment: 'Credited for the rest of the period' },
} satisfies Stripe.SubscriptionCancelParams;

/** Stripe would give credit for a month that nobody has paid, too, as one in a pause. */
export function creditOf(subscription: Stripe.Subscription): Stripe.SubscriptionCancelParams {
  const isUnpaid = subscription.status === 'past_due' || subscription.status === 'unpaid';
  return isUnpaid || pauseOf(subscription)?.isOn ? {} : WITH_CREDIT;
}

const STATUS: Partial<Record<Stripe.Subscription.Status, SubscriptionState['status']>> = {
  active: 'active',
  trialing: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
};

/** Of following one event; each but the first finds that another event of the customer was followed meanwhile. */
const TRIES_MAX = 8;

/** Writes down what became of an organization's subscription at Stripe. */
@Injectable()
export class SubscriptionFollower {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly billing: BillingService,
    private readonly periods: BillingPeriods,
    private readonly stripe: Stripe,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  /** The tenant that pays as that customer. */
  findTenant(customer: string): Promise<string | null> {
    return this.database.system((transaction) => this.repository.findTenantByCustomer(transaction, customer));
  }

  /**
   * Fetches the customer's subscriptions afresh, so that duplicates, late and reordered events all end in Stripe's present state.
   *
   * @throws Error where others change it all the while
   */
  async follow(tenantId: string, customer: string): Promise<'changed' | 'unchanged'> {
    for (let tries = 1; tries <= TRIES_MAX; tries++) {
      const outcome = await this.tryToFollow(tenantId, customer);
      if (outcome) return outcome;
    }
    throw new Error('The subscription is changing too fast to keep up with.');
  }

  /**
   * Asks Stripe, then writes down what it said unless somebody else has meanwhile: theirs may be newer than ours. No transaction
   * is open while Stripe is waited for.
   */
  private async tryToFollow(tenantId: string, customer: string): Promise<'changed' | 'unchanged' | null> {
    const find = (transaction: Transaction) => this.repository.findSubscription(transaction, tenantId);
    const { before, isEnding } = await this.database.tenant(tenantId, async (transaction) => ({
      before: await find(transaction),
      isEnding: (await this.repository.findOrganization(transaction, tenantId)).isEnding,
    }));
    // No retries: the event is followed again.
    const { data } = await this.stripe.subscriptions.list({ customer, limit: 100 }, ONE_CALL);
    // A Checkout that was opened before the organization was to be deleted can still be paid.
    const [found, ...replaced] = data
      .filter(({ status, metadata }) => STATUS[status] && metadata['price_version_id'])
      .sort((a, b) => b.created - a.created);
    const live = found && toLiveState(found);
    if (isEnding && live) {
      const { stripeSubscriptionId: id } = live;
      const isKnown = id === before.stripeSubscriptionId;
      // First, as nobody looks at it again once it has ended.
      if (!isKnown) await this.refund(found.latest_invoice);
      await this.stripe.subscriptions.cancel(id, isKnown ? creditOf(found) : {});
      return null;
    }
    // Who buys another plan pays for one alone: what is left of the month paid before becomes credit at Stripe.
    for (const each of replaced) await this.stripe.subscriptions.cancel(each.id, creditOf(each));
    const trial = live?.trialEndsAt ? await this.beginTrial(tenantId, live, found!) : 'begun';
    if (trial !== 'begun') {
      // Nobody is charged at once who was told of a trial: whose card had one elsewhere buys the plan again, without.
      if (trial === 'card_had_one') await this.stripe.subscriptions.cancel(live!.stripeSubscriptionId);
      else await this.stripe.subscriptions.update(live!.stripeSubscriptionId, { trial_end: 'now' });
      return null;
    }
    const isCredited = !live && before.stripeSubscriptionId && (await this.isCredited(before.stripeSubscriptionId));
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lockSubscription(transaction, tenantId);
      const current = await find(transaction);
      if (current.updatedAt.getTime() !== before.updatedAt.getTime()) return null;
      const { priceVersion, status, anchorAt, stripeSubscriptionId, trialEndsAt } = current;
      const former = { status, anchorAt, stripeSubscriptionId, trialEndsAt, priceVersionId: priceVersion.id };
      const now = this.clock.now();
      const free = (await this.billing.requirePrice(transaction, FREE_PLAN, priceVersion.currency)).id;
      const { startedAt, periodStartedAt, nextPrice, nextAt, pause, ...ofStripe } = live ?? {
        // Without one that lives the organization is on Free, from now on where it was not.
        priceVersionId: free,
        status: 'active' as const,
        anchorAt: stripeSubscriptionId ? now : anchorAt,
        stripeSubscriptionId: null,
        trialEndsAt: null,
        startedAt: now,
        periodStartedAt: now,
        nextPrice: null,
        nextAt: null,
        pause: null,
      };
      const state = { ...ofStripe, ...(pause?.isOn && { priceVersionId: free }) };
      const next = nextAt && { priceVersionId: nextPrice ?? free, at: nextAt };
      // Later than before by the least that the column tells, however fast they follow each other.
      const updatedAt = new Date(Math.max(Date.now(), current.updatedAt.getTime() + 1));
      if (isOther(former, state))
        await this.periods.change(transaction, tenantId, former, state, {
          since: state.stripeSubscriptionId === stripeSubscriptionId ? periodStartedAt : startedAt,
          // Who goes on with another plan gets credit for the rest of the month, as does whoever is deleted; who simply ends does not, and a trial was not paid.
          isPaidByPart: trialEndsAt === null && (live !== undefined || Boolean(isCredited)),
          now,
        });
      await this.repository.updateSubscription(transaction, tenantId, { ...state, next, pause, updatedAt }, now);
      const was = { priceVersionId: priceVersion.id, status };
      const is = { priceVersionId: state.priceVersionId, status: state.status };
      // Most of what Stripe says of changes nothing here.
      const isChanged = was.priceVersionId !== is.priceVersionId || was.status !== is.status;
      if (isChanged) await audit(transaction, tenantId, 'subscription.changed', tenantId, { before: was, after: is });
      return isChanged || isOther(former, state) ? 'changed' : 'unchanged';
    });
  }

  /** Whether no fee is charged for a period that starts then. */
  async isPaused(transaction: Transaction, tenantId: string, at: Date): Promise<boolean> {
    const { pause } = await this.repository.findSubscription(transaction, tenantId);
    return pause !== null && at >= pause.from && at < pause.until;
  }

  /** What they are told once before their trial ends; null where they were, or where it ends in nothing to pay. */
  async trialMail(transaction: Transaction, tenantId: string): Promise<Mail | null> {
    const { trialEndsAt, priceVersion, next } = await this.repository.findSubscription(transaction, tenantId);
    const { currency } = priceVersion;
    const price = next ? await this.billing.requirePrice(transaction, next.plan.key, currency) : priceVersion;
    if (!trialEndsAt || price.planKey === FREE_PLAN) return null;
    if (!(await this.repository.tellTrialEnd(transaction, tenantId, this.clock.now()))) return null;
    const { monthlyFeeMinor } = await this.repository.lessCoupon(transaction, tenantId, price, trialEndsAt);
    const values = {
      plan: priceVersion.planName,
      endsAt: trialEndsAt.toISOString(),
      nextPlan: price.planName,
      monthlyFee: toMain(monthlyFeeMinor, currency),
      currency,
    };
    return { template: 'trial_ending', values };
  }

  private async beginTrial(
    tenantId: string,
    { stripeSubscriptionId, startedAt: beganAt, priceVersionId }: LiveState,
    subscription: Stripe.Subscription,
  ): Promise<TrialOutcome> {
    const find = (transaction: Transaction) => this.repository.findTrial(transaction, tenantId, stripeSubscriptionId);
    const known = await this.database.tenant(tenantId, find);
    if (known) return known;
    const cardFingerprint = await this.fingerprintOf(subscription);
    return this.database.tenant(tenantId, async (transaction) => {
      const now = this.clock.now();
      const trial = { tenantId, stripeSubscriptionId, beganAt, cardFingerprint };
      if (!(await this.repository.beginTrial(transaction, trial, now))) {
        const [price] = await this.repository.findPriceVersions(transaction, [priceVersionId]);
        await audit(transaction, tenantId, 'subscription.trial_refused', tenantId);
        const mail = { template: 'trial_refused', values: { plan: price!.planName } } as const;
        await this.notifications.email(transaction, tenantId, mail);
      }
      return (await find(transaction))!;
    });
  }

  /** Of the card that is charged when the trial ends, the same for every customer of Stripe's; null where there is none. */
  private async fingerprintOf({
    default_payment_method: method,
    customer,
  }: Stripe.Subscription): Promise<string | null> {
    const id = typeof customer === 'string' ? customer : customer.id;
    const owner = method ? null : await this.stripe.customers.retrieve(id, {}, ONE_CALL);
    const card = method ?? (owner && !owner.deleted ? owner.invoice_settings.default_payment_method : null);
    if (!card) return null;
    const found = typeof card === 'string' ? await this.stripe.paymentMethods.retrieve(card, {}, ONE_CALL) : card;
    return found.card?.fingerprint ?? null;
  }

  private async isCredited(id: string): Promise<boolean> {
    const ended = await this.stripe.subscriptions.retrieve(id, {}, ONE_CALL).catch((error: unknown) => {
      // Stripe knows it no more.
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    });
    return ended?.cancellation_details?.comment === WITH_CREDIT.cancellation_details.comment;
  }

  /** Gives back what was paid of an invoice: to the card, and what came from the balance to that. Once, however often it is asked for. */
  private async refund(latest: Stripe.Subscription['latest_invoice']): Promise<void> {
    const id = typeof latest === 'string' ? latest : latest?.id;
    if (!id) return;
    const { status, total, amount_paid: paid } = await this.stripe.invoices.retrieve(id, {}, ONE_CALL);
    const { data: before } = await this.stripe.creditNotes.list({ invoice: id, limit: 1 }, ONE_CALL);
    if (status !== 'paid' || total <= 0 || before.length > 0) return;
    await this.stripe.creditNotes.create(
      {
        invoice: id,
        amount: total,
        ...(paid > 0 && { refund_amount: paid }),
        ...(total > paid && { credit_amount: total - paid }),
        reason: 'order_change',
      },
      { ...ONE_CALL, idempotencyKey: `refund-${id}` },
    );
  }
}

type Terms = Omit<SubscriptionState, 'next' | 'pause'>;

/** Its price is that of the plan, also in a pause. */
type LiveState = Terms & {
  stripeSubscriptionId: string;
  startedAt: Date;
  periodStartedAt: Date;
  /** Null of Free. */
  nextPrice: string | null;
  /** Null where the present price goes on. */
  nextAt: Date | null;
  pause: Pause | null;
};

/** Whether it is billed by other terms. */
function isOther(before: Terms, after: Terms): boolean {
  return (
    before.priceVersionId !== after.priceVersionId ||
    before.stripeSubscriptionId !== after.stripeSubscriptionId ||
    before.anchorAt.getTime() !== after.anchorAt.getTime()
  );
}

/** Whether another plan has taken the present one's place at Stripe, for the next period. */
export function isWaiting({ metadata, items }: Stripe.Subscription): boolean {
  return metadata[WAITS_UNTIL] === String(items.data[0]!.current_period_end);
}

/** What a subscription that still lives amounts to. */
export function toLiveState(subscription: Stripe.Subscription): LiveState {
  const {
    id,
    status,
    metadata,
    billing_cycle_anchor,
    start_date,
    trial_end,
    items,
    cancel_at_period_end: isCancelled,
  } = subscription;
  const item = items.data[0]!;
  const ofItem = /^kindred-(.+)$/.exec(item.price.lookup_key ?? '')?.[1] ?? metadata['price_version_id']!;
  const isTrial = status === 'trialing';
  const waits = isWaiting(subscription);
  const planned = pauseOf(subscription);
  const pause = planned?.isOn || !isCancelled ? planned : null;
  const hasNext = waits || isCancelled || pause;
  const endsAt = fromStripe(item.current_period_end);
  return {
    priceVersionId: waits ? metadata['price_version_id']! : ofItem,
    status: STATUS[status]!,
    // What was called before a trial is not counted in it, as it would be from the end of a trial backwards.
    anchorAt: fromStripe(isTrial ? start_date : billing_cycle_anchor),
    stripeSubscriptionId: id,
    trialEndsAt: isTrial ? fromStripe(trial_end!) : null,
    startedAt: fromStripe(start_date),
    periodStartedAt: fromStripe(item.current_period_start),
    nextPrice: isCancelled || (pause && !pause.isOn) ? null : ofItem,
    nextAt: pause?.isOn && !isCancelled ? pause.until : hasNext ? endsAt : null,
    pause,
  };
}
