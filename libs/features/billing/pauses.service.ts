import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Database } from '../../platform/database/database.js';
import { notPaused, otherPlanNext, pausedPlan, resumeRefused, trialNotPaused, withoutCard } from './billing.errors.js';
import type { PausePlan, PauseView } from './billing.schema.js';
import { toPauseView } from './billing.service.js';
import { type PaidSubscription, PaidSubscriptions } from './paid-subscriptions.js';
import { pausedFor, pauseOf, UNPAUSED } from './pause.js';
import { SubscriptionFollower } from './subscription-follower.js';
import { SubscriptionPrices } from './subscription-prices.js';

/**
 * Pausing the plan of who pays through Stripe: Free holds in its place from the end of the month that is paid. Each is one call to Stripe, which has the
 * state; nothing changes here before Stripe says so, so that whoever is killed in between leaves nothing half done. It stays the same subscription.
 */
@Injectable()
export class PausesService {
  constructor(
    private readonly database: Database,
    private readonly paid: PaidSubscriptions,
    private readonly prices: SubscriptionPrices,
    private readonly follower: SubscriptionFollower,
    private readonly stripe: Stripe,
  ) {}

  /** @throws Problem 409 where nothing is paid for, a payment is missing, or it is on trial, paused or going to be another plan */
  pause(tenantId: string, { months }: PausePlan): Promise<PauseView> {
    return this.prices.exclusively(tenantId, async () => {
      const found = await this.paid.find(tenantId);
      if (found.pause) throw pausedPlan(found.current.planName);
      if (found.subscription.status === 'trialing') throw trialNotPaused();
      if (await this.paid.hasOtherPlanNext(found)) throw otherPlanNext();
      const changed = await this.stripe.subscriptions.update(
        found.subscription.id,
        pausedFor(found.subscription, months),
      );
      const view = toPauseView(pauseOf(changed)!, changed.items.data[0]!.current_period_start);
      await this.finish(tenantId, found, 'subscription.pause_scheduled', view);
      return view;
    });
  }

  /**
   * Takes a pause back that is to come; where it is on, the card is charged a month of the plan, which begins now.
   *
   * @throws Problem 409 where it is not paused, or the card is refused
   */
  resume(tenantId: string): Promise<void> {
    return this.prices.exclusively(tenantId, async () => {
      const found = await this.paid.find(tenantId);
      const { pause, subscription } = found;
      if (!pause) throw notPaused();
      if (pause.isOn) await this.begin(subscription.id);
      else await this.stripe.subscriptions.update(subscription.id, UNPAUSED);
      await this.finish(tenantId, found, pause.isOn ? 'subscription.resumed' : 'subscription.pause_withdrawn');
    });
  }

  private async begin(id: string): Promise<void> {
    try {
      await this.stripe.subscriptions.update(id, {
        ...UNPAUSED,
        cancel_at_period_end: false,
        billing_cycle_anchor: { type: 'now' },
        // Of a month in a pause nothing was paid.
        proration_behavior: 'none',
        payment_behavior: 'error_if_incomplete',
      });
    } catch (error) {
      if (error instanceof Stripe.errors.StripeCardError) throw resumeRefused();
      if (error instanceof Stripe.errors.StripeError && error.code === 'resource_missing') throw withoutCard();
      throw error;
    }
  }

  private async finish(
    tenantId: string,
    { customer }: PaidSubscription,
    action: 'subscription.pause_scheduled' | 'subscription.pause_withdrawn' | 'subscription.resumed',
    after?: PauseView,
  ): Promise<void> {
    await this.database.tenant(tenantId, (transaction) => audit(transaction, tenantId, action, tenantId, { after }));
    await this.follower.follow(tenantId, customer);
  }
}
