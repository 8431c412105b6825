import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import type { EnteredCoupon } from './billing.repository.js';

/** Our coupons as Stripe's, which takes them off the fee. */
@Injectable()
export class StripeCoupons {
  constructor(private readonly stripe: Stripe) {}

  /** Stripe's coupon, of our id. */
  async findOrCreate({ id, code, percentOff, amountOffMinor, currency, months }: EnteredCoupon): Promise<string> {
    const coupon = `kindred-${id}`;
    const off =
      amountOffMinor === null
        ? { percent_off: percentOff! }
        : { amount_off: Number(amountOffMinor), currency: currency! };
    const duration =
      months === null
        ? ({ duration: 'forever' } as const)
        : ({ duration: 'repeating', duration_in_months: months } as const);
    await this.stripe.coupons
      .create({ id: coupon, name: code, ...off, ...duration }, ONE_CALL)
      .catch((error: unknown) => {
        if (!(error instanceof Stripe.errors.StripeError) || error.code !== 'resource_already_exists') throw error;
      });
    return coupon;
  }

  /** Puts it on the subscription, unless it is there. @returns since when it counts, and until when, in Stripe's seconds */
  async apply(subscription: string, entered: EnteredCoupon): Promise<{ start: number; end: number | null }> {
    const coupon = await this.findOrCreate(entered);
    const find = ({ discounts }: Stripe.Subscription) =>
      discounts.find((each): each is Stripe.Discount => typeof each !== 'string' && each.source.coupon === coupon);
    const before = await this.stripe.subscriptions.retrieve(subscription, { expand: ['discounts'] }, ONE_CALL);
    const found = find(before);
    if (found) return found;
    const discounts = before.discounts.map((each) => ({ discount: typeof each === 'string' ? each : each.id }));
    const after = await this.stripe.subscriptions.update(
      subscription,
      { discounts: [...discounts, { coupon }], expand: ['discounts'] },
      { ...ONE_CALL, idempotencyKey: `coupon-${subscription}-${entered.id}` },
    );
    return find(after)!;
  }
}
