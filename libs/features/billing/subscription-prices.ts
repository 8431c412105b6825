import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { Database } from '../../platform/database/database.js';
import { changeUnderWay } from './billing.errors.js';
import { BillingRepository } from './billing.repository.js';
import type { PriceVersion } from './invoice-lines.js';
import { StripeCatalogue } from './stripe-catalogue.js';
import { WAITS_UNTIL } from './subscription-follower.js';

/** Longer than a change takes that Stripe answers slowly; so long others wait where who made it was killed. */
const CHANGE_SECONDS = 180;

/** The prices that subscriptions at Stripe have, and are to have with their next period. */
@Injectable()
export class SubscriptionPrices {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly catalogue: StripeCatalogue,
    private readonly stripe: Stripe,
  ) {}

  /**
   * Reads and changes the subscription at Stripe as the only one to do so: what somebody else changes in between would be undone.
   *
   * @throws Problem 409 where somebody else does
   */
  async exclusively<T>(tenantId: string, work: () => Promise<T>): Promise<T> {
    const until = await this.database.tenant(tenantId, (transaction) =>
      this.repository.claimChange(transaction, tenantId, CHANGE_SECONDS),
    );
    if (!until) throw changeUnderWay();
    try {
      return await work();
    } finally {
      await this.database.tenant(tenantId, (transaction) =>
        this.repository.giveChangeBack(transaction, tenantId, until),
      );
    }
  }

  /** The fee of `price` is charged with the next period; until then `current` goes on. Of the same one nothing is changed any more. */
  async schedule(subscription: Stripe.Subscription, current: PriceVersion, price: PriceVersion): Promise<void> {
    const item = subscription.items.data[0]!;
    const waitsUntil = price.id === current.id ? '' : String(item.current_period_end);
    await this.stripe.subscriptions.update(subscription.id, {
      cancel_at_period_end: false,
      items: [{ id: item.id, price: await this.catalogue.findOrCreatePrice(price) }],
      proration_behavior: 'none',
      metadata: { price_version_id: current.id, [WAITS_UNTIL]: waitsUntil },
    });
  }
}
