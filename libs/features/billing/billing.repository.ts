import { Injectable } from '@nestjs/common';
import { Decimal } from 'decimal.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import type { PriceVersion } from './invoice-lines.js';

export type SubscriptionStatus = 'active' | 'past_due' | 'cancelled';

export interface Subscription {
  status: SubscriptionStatus;
  anchorAt: Date;
  updatedAt: Date;
  stripeSubscriptionId: string | null;
  priceVersion: PriceVersion;
}

export interface SubscriptionState {
  priceVersionId: string;
  status: SubscriptionStatus;
  anchorAt: Date;
  stripeSubscriptionId: string | null;
}

const withMeters = {
  plan: true,
  meterPrices: { include: { meter: true }, orderBy: [{ meter: { position: 'asc' } }, { deviceClass: 'asc' }] },
} satisfies Prisma.PriceVersionInclude;

@Injectable()
export class BillingRepository {
  async createSubscription(
    transaction: Transaction,
    row: { tenantId: string; priceVersionId: string; anchorAt: Date },
  ): Promise<void> {
    await transaction.subscription.create({ data: { ...row, status: 'active' } });
  }

  async findSubscription(transaction: Transaction, tenantId: string): Promise<Subscription> {
    const row = await transaction.subscription.findUniqueOrThrow({
      where: { tenantId },
      include: { priceVersion: { include: withMeters } },
    });
    const { status, anchorAt, updatedAt, stripeSubscriptionId } = row;
    return { status, anchorAt, updatedAt, stripeSubscriptionId, priceVersion: toPriceVersion(row.priceVersion) };
  }

  /** Writers of one subscription wait for each other, so that the state fetched last is the one kept. */
  async lockSubscription(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM subscriptions WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  }

  async updateSubscription(
    transaction: Transaction,
    tenantId: string,
    state: SubscriptionState & { updatedAt: Date },
  ): Promise<void> {
    await transaction.subscription.update({ where: { tenantId }, data: state });
  }

  /** The newest price version of each plan, in the order of the price list. */
  async listCurrentPrices(transaction: Transaction): Promise<PriceVersion[]> {
    const plans = await transaction.plan.findMany({
      orderBy: { position: 'asc' },
      include: { priceVersions: { orderBy: { version: 'desc' }, take: 1, include: withMeters } },
    });
    return plans.flatMap(({ priceVersions }) => priceVersions.map(toPriceVersion));
  }

  async findPriceVersions(transaction: Transaction, ids: string[]): Promise<PriceVersion[]> {
    return (await transaction.priceVersion.findMany({ where: { id: { in: ids } }, include: withMeters })).map(
      toPriceVersion,
    );
  }

  /** `isEnding`: it is going to be deleted, or was. */
  async findOrganization(
    transaction: Transaction,
    id: string,
  ): Promise<{ name: string; stripeCustomerId: string | null; isEnding: boolean }> {
    const { deletesAt, deletedAt, ...organization } = await transaction.organization.findUniqueOrThrow({
      where: { id },
      select: { name: true, stripeCustomerId: true, deletesAt: true, deletedAt: true },
    });
    return { ...organization, isEnding: Boolean(deletesAt ?? deletedAt) };
  }

  async setStripeCustomer(transaction: Transaction, id: string, stripeCustomerId: string): Promise<void> {
    await transaction.organization.update({ where: { id }, data: { stripeCustomerId } });
  }

  /** The tenant that pays as that customer; requires a system transaction. */
  async findTenantByCustomer(transaction: Transaction, stripeCustomerId: string): Promise<string | null> {
    return (
      (await transaction.organization.findUnique({ where: { stripeCustomerId }, select: { id: true } }))?.id ?? null
    );
  }
}

function toPriceVersion(row: Prisma.PriceVersionGetPayload<{ include: typeof withMeters }>): PriceVersion {
  const { id, planKey, currency, monthlyFeeMinor } = row;
  const meters = row.meterPrices.map(({ meter, deviceClass, includedQuantity, unitAmount }) => ({
    meter: meter.key,
    deviceClass,
    unit: meter.unit,
    includedQuantity: new Decimal(includedQuantity.toString()),
    unitAmount: new Decimal(unitAmount.toString()),
  }));
  return { id, planKey, planName: row.plan.name, currency, monthlyFeeMinor, meters };
}
