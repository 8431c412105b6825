import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { beingDeleted, payFirst, periodEnding, withoutSubscription } from './billing.errors.js';
import { BillingRepository } from './billing.repository.js';
import type { PriceVersion } from './invoice-lines.js';
import { type Pause, pauseOf } from './pause.js';
import { isWaiting, toLiveState } from './subscription-follower.js';

/** So near to its end a period may have turned at Stripe while we ask. */
export const TURNING_MS = 120_000;

/** A subscription at Stripe whose payments are made. */
export interface PaidSubscription {
  customer: string;
  /** Of its plan, also in a pause. */
  current: PriceVersion;
  subscription: Stripe.Subscription;
  item: Stripe.SubscriptionItem;
  pause: Pause | null;
}

/** What is changed of an organization that pays through Stripe, as Stripe has it now. */
@Injectable()
export class PaidSubscriptions {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly stripe: Stripe,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 409 where there is none, a payment is missing, the organization is being deleted, or the period turns just now */
  async find(tenantId: string): Promise<PaidSubscription> {
    const { organization, known } = await this.database.tenant(tenantId, async (transaction) => ({
      known: await this.repository.findSubscription(transaction, tenantId),
      organization: await this.repository.findOrganization(transaction, tenantId),
    }));
    if (organization.isEnding) throw beingDeleted();
    if (!known.stripeSubscriptionId) throw withoutSubscription();
    const subscription = await this.stripe.subscriptions.retrieve(known.stripeSubscriptionId);
    if (known.overdue || !['active', 'trialing'].includes(subscription.status)) throw payFirst();
    const item = subscription.items.data[0]!;
    // The plan is what Stripe says it is, who may have begun another period before we heard of it.
    const current = await this.priceVersion(toLiveState(subscription).priceVersionId);
    const leftMs = 1_000 * item.current_period_end - this.clock.now().getTime();
    if (leftMs < TURNING_MS) throw periodEnding();
    return { customer: organization.stripeCustomerId!, current, subscription, item, pause: pauseOf(subscription) };
  }

  /** Not where the same plan goes on with another price, which is not theirs to take back. */
  async hasOtherPlanNext({ subscription, current }: PaidSubscription): Promise<boolean> {
    if (subscription.cancel_at_period_end) return true;
    if (!isWaiting(subscription)) return false;
    return (await this.priceVersion(toLiveState(subscription).nextPrice ?? current.id)).planKey !== current.planKey;
  }

  async priceVersion(id: string): Promise<PriceVersion> {
    const [price] = await this.database.system((transaction) => this.repository.findPriceVersions(transaction, [id]));
    return price!;
  }
}
