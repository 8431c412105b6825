import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { periodAt } from '../usage/index.js';
import { type BillingPeriod, BillingRepository, type SubscriptionState } from './billing.repository.js';

/**
 * The periods that organizations are billed by. They are written down, so that each moment of an organization belongs to exactly one, whatever
 * becomes of its anchor: usage counts for the period that its `periodStart` lies in.
 *
 * Whoever calls holds the lock of the organization's subscription.
 */
@Injectable()
export class BillingPeriods {
  constructor(private readonly repository: BillingRepository) {}

  /** Writes down the periods that have begun until now, under the terms that hold. @returns the one that runs */
  async advance(
    transaction: Transaction,
    tenantId: string,
    terms: Pick<SubscriptionState, 'anchorAt' | 'priceVersionId' | 'stripeSubscriptionId'>,
    now: Date,
  ): Promise<BillingPeriod> {
    const { anchorAt, priceVersionId, stripeSubscriptionId } = terms;
    const begin = (at: Date) => {
      // Before the anchor there is no month of its own: what is left until then is a period by itself.
      const endsAt = at < anchorAt ? anchorAt : periodAt(anchorAt, at).end;
      const isCollectedByStripe = stripeSubscriptionId !== null;
      return this.repository.createPeriod(transaction, tenantId, {
        startsAt: at,
        endsAt,
        priceVersionId,
        isCollectedByStripe,
      });
    };
    let last = (await this.repository.findLastPeriod(transaction, tenantId)) ?? (await begin(anchorAt));
    while (last.endsAt <= now) last = await begin(last.endsAt);
    return last;
  }

  /** What another plan or another anchor makes of the period that runs: another price, or its end where the new anchor is. */
  async follow(
    transaction: Transaction,
    tenantId: string,
    before: SubscriptionState,
    after: SubscriptionState,
    now: Date,
  ): Promise<void> {
    const { startsAt } = await this.advance(transaction, tenantId, before, now);
    const isCollectedByStripe = after.stripeSubscriptionId !== null;
    if (after.anchorAt > startsAt && after.anchorAt.getTime() !== before.anchorAt.getTime()) {
      await this.repository.updatePeriod(transaction, tenantId, startsAt, { endsAt: after.anchorAt });
      await this.advance(transaction, tenantId, after, now);
    } else {
      const { priceVersionId, anchorAt } = after;
      const endsAt = periodAt(anchorAt, now).end;
      await this.repository.updatePeriod(transaction, tenantId, startsAt, {
        priceVersionId,
        isCollectedByStripe,
        endsAt,
      });
    }
  }
}
