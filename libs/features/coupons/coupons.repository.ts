import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';

const withCoupon = { coupon: true };

export type CouponRow = Prisma.CouponGetPayload<object>;
export type RedemptionRow = Prisma.CouponRedemptionGetPayload<{ include: typeof withCoupon }>;

@Injectable()
export class CouponsRepository {
  /** Requires a system transaction. */
  list(transaction: Transaction, query: PageQuery): Promise<CouponRow[]> {
    return transaction.coupon.findMany(pageArguments(query));
  }

  /** Null where the code is taken; requires a system transaction. */
  async create(transaction: Transaction, data: Prisma.CouponUncheckedCreateInput): Promise<CouponRow | null> {
    const { count } = await transaction.coupon.createMany({ data, skipDuplicates: true });
    return count === 0 ? null : this.find(transaction, data.id);
  }

  find(transaction: Transaction, id: string): Promise<CouponRow | null> {
    return transaction.coupon.findUnique({ where: { id } });
  }

  /** @returns whether it went on until now; requires a system transaction */
  async end(transaction: Transaction, id: string, endedAt: Date): Promise<boolean> {
    return (await transaction.coupon.updateMany({ where: { id, endedAt: null }, data: { endedAt } })).count > 0;
  }

  findByCode(transaction: Transaction, code: string): Promise<CouponRow | null> {
    return transaction.coupon.findUnique({ where: { code } });
  }

  /** Counts one more, where one more may; who redeems it waits for who does so before them. */
  async count(transaction: Transaction, id: string, now: Date): Promise<boolean> {
    const count = await transaction.$executeRaw`
      UPDATE coupons SET redemptions = redemptions + 1
      WHERE id = ${id}::uuid AND ended_at IS NULL AND (redeem_by IS NULL OR redeem_by > ${now}) AND (redemptions_max IS NULL OR redemptions < redemptions_max)`;
    return count > 0;
  }

  async redeem(
    transaction: Transaction,
    data: { tenantId: string; couponId: string; redeemedAt: Date },
  ): Promise<void> {
    await transaction.couponRedemption.create({ data });
  }

  /** The organization's, the newest first. */
  listRedeemed(transaction: Transaction): Promise<RedemptionRow[]> {
    return transaction.couponRedemption.findMany({ orderBy: { redeemedAt: 'desc' }, include: withCoupon });
  }

  async setApplied(
    transaction: Transaction,
    couponId: string,
    data: { appliedAt: Date; endsAt: Date | null },
  ): Promise<void> {
    await transaction.couponRedemption.updateMany({ where: { couponId, appliedAt: null }, data });
  }

  /** Organizations that entered one and have a subscription that does not have it yet; requires a system transaction. */
  async listToApply(transaction: Transaction, limit: number): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ tenantId: string }[]>`
      SELECT tenant_id AS "tenantId" FROM coupon_redemptions JOIN subscriptions USING (tenant_id)
      WHERE applied_at IS NULL AND stripe_subscription_id IS NOT NULL ORDER BY redeemed_at LIMIT ${limit}`;
    return rows.map(({ tenantId }) => tenantId);
  }
}
