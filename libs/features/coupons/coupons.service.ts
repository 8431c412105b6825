import { Injectable, Logger } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { BillingRepository, otherCurrencyThanCoupon, requireMinor, toMain } from '../billing/index.js';
import { CouponApplication } from './coupon-application.js';
import { codeTaken, couponRunning, notRedeemable, takesOffNothing } from './coupons.errors.js';
import { type CouponRow, CouponsRepository, type RedemptionRow } from './coupons.repository.js';
import type { CouponView, CreateCoupon, Redeem, Redemption } from './coupons.schema.js';

/** Coupons, which operators make and customers redeem: something off the fee of a plan. */
@Injectable()
export class CouponsService {
  private readonly logger = new Logger(CouponsService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: CouponsRepository,
    private readonly billing: BillingRepository,
    private readonly application: CouponApplication,
    private readonly buckets: TokenBuckets,
    private readonly clock: Clock,
  ) {}

  list(query: PageQuery) {
    return this.database.system(async (transaction) =>
      toPage((await this.repository.list(transaction, query)).map(toView), query),
    );
  }

  /** @throws Problem 400, or 409 where the code is taken */
  create({ percentOff, amountOff, currency, redeemBy, ...coupon }: CreateCoupon): Promise<CouponView> {
    if ((percentOff === null) === (amountOff === null) || (amountOff === null) !== (currency === null))
      throw takesOffNothing();
    const amountOffMinor = amountOff === null ? null : requireMinor(amountOff, currency!, 'amountOff');
    return this.database.system(async (transaction) => {
      const row = await this.repository.create(transaction, {
        ...coupon,
        id: newId(),
        percentOff,
        amountOffMinor,
        currency,
        redeemBy,
        createdAt: this.clock.now(),
      });
      if (!row) throw codeTaken(coupon.code);
      const view = toView(row);
      const { id, code, months, redemptionsMax } = view;
      const after = { code, percentOff, amountOff: view.amountOff, currency, months, redeemBy, redemptionsMax };
      await audit(transaction, null, 'coupon.created', id, { after });
      return view;
    });
  }

  /** Nobody redeems it any more; who has keeps it. @throws Problem 404 */
  async end(id: string): Promise<void> {
    await this.database.system(async (transaction) => {
      const row = await this.repository.find(transaction, parseId('coupon', id));
      if (!row) throw notFound('coupon', id);
      if (await this.repository.end(transaction, id, this.clock.now()))
        await audit(transaction, null, 'coupon.ended', id, { before: { code: row.code } });
    });
  }

  listRedeemed(tenantId: string): Promise<{ data: Redemption[] }> {
    return this.database.tenant(tenantId, async (transaction) => ({
      data: (await this.repository.listRedeemed(transaction)).map(toRedemption),
    }));
  }

  /**
   * From now on it is taken off the fee: of the subscription that there is, or of the next Checkout.
   *
   * @throws Problem 404 where it cannot be redeemed; 409 where the organization has one already, or pays in another currency
   */
  async redeem(tenantId: string, { code }: Redeem): Promise<Redemption> {
    // Nobody guesses codes.
    await this.buckets.take({ key: `coupon/organization/${tenantId}`, burst: 20, perSecond: 1 / 30 });
    await this.database.tenant(tenantId, async (transaction) => {
      await this.billing.lockSubscription(transaction, tenantId);
      const now = this.clock.now();
      const coupon = await this.repository.findByCode(transaction, code);
      if (!coupon) throw notRedeemable(code);
      const redeemed = await this.repository.listRedeemed(transaction);
      const { fixedCurrency } = await this.billing.findSubscription(transaction, tenantId);
      const isOfUse = ({ currency }: CouponRow) => !currency || !fixedCurrency || currency === fixedCurrency;
      const other = redeemed.find(
        (each) => each.couponId === coupon.id || ((!each.endsAt || each.endsAt > now) && isOfUse(each.coupon)),
      );
      if (other) throw couponRunning(other.coupon.code);
      if (coupon.currency && fixedCurrency && coupon.currency !== fixedCurrency)
        throw otherCurrencyThanCoupon(coupon.currency, fixedCurrency);
      if (!(await this.repository.count(transaction, coupon.id, now))) throw notRedeemable(code);
      await this.repository.redeem(transaction, { tenantId, couponId: coupon.id, redeemedAt: now });
      await audit(transaction, tenantId, 'coupon.redeemed', coupon.id, { after: { code } });
    });
    // It is redeemed, whatever Stripe answers: a worker goes on.
    await this.application.apply(tenantId).catch((error: Error) => this.logger.warn(error.message));
    return (await this.listRedeemed(tenantId)).data[0]!;
  }
}

function toTakenOff({ code, percentOff, amountOffMinor, currency, months }: CouponRow) {
  return {
    code,
    percentOff: percentOff && new Decimal(percentOff.toString()).toFixed(),
    amountOff: amountOffMinor === null ? null : toMain(amountOffMinor, currency!),
    currency,
    months,
  };
}

function toView(row: CouponRow): CouponView {
  const { id, redeemBy, redemptionsMax, redemptions, createdAt, endedAt } = row;
  return {
    id,
    ...toTakenOff(row),
    redeemBy: redeemBy?.toISOString() ?? null,
    redemptionsMax,
    redemptions,
    createdAt: createdAt.toISOString(),
    endedAt: endedAt?.toISOString() ?? null,
  };
}

function toRedemption({ coupon, redeemedAt, appliedAt, endsAt }: RedemptionRow): Redemption {
  return {
    ...toTakenOff(coupon),
    redeemedAt: redeemedAt.toISOString(),
    appliedAt: appliedAt?.toISOString() ?? null,
    endsAt: endsAt?.toISOString() ?? null,
  };
}
