import { Injectable } from '@nestjs/common';
import { Database } from '../../platform/database/database.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { BillingRepository, fromStripe, StripeCoupons } from '../billing/index.js';
import { CouponsRepository } from './coupons.repository.js';

const MOST = 500;

/** Puts what was entered on subscriptions at Stripe. */
@Injectable()
export class CouponApplication {
  constructor(
    private readonly database: Database,
    private readonly repository: CouponsRepository,
    private readonly billing: BillingRepository,
    private readonly coupons: StripeCoupons,
  ) {}

  /** Does nothing where nothing was entered, or there is no subscription. Whoever is killed in between finds it at Stripe. */
  async apply(tenantId: string): Promise<void> {
    const { entered, subscription } = await this.database.tenant(tenantId, async (transaction) => ({
      entered: await this.billing.findEnteredCoupon(transaction),
      subscription: (await this.billing.findSubscription(transaction, tenantId)).stripeSubscriptionId,
    }));
    if (!entered || !subscription) return;
    const { start, end } = await this.coupons.apply(subscription, entered);
    const applied = { appliedAt: fromStripe(start), endsAt: end === null ? null : fromStripe(end) };
    await this.database.tenant(tenantId, (transaction) => this.repository.setApplied(transaction, entered.id, applied));
  }
}

/** Goes on with what Stripe did not answer, and with what Checkout has begun. Any worker may do it, and several at once. */
@Injectable()
export class CouponApplications extends RepeatedWork {
  protected readonly everyMs = 60_000;

  constructor(
    private readonly database: Database,
    private readonly repository: CouponsRepository,
    private readonly application: CouponApplication,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const tenants = await this.database.system((transaction) => this.repository.listToApply(transaction, MOST));
    // One that Stripe refuses keeps no other waiting.
    for (const tenantId of tenants)
      await this.application
        .apply(tenantId)
        .catch((error: Error) =>
          this.logger.warn({ msg: `the coupon of organization ${tenantId} is tried again in a minute`, err: error }),
        );
  }
}
