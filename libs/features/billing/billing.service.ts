import { Injectable } from '@nestjs/common';
import { Decimal } from 'decimal.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { periodAt, UsageService } from '../usage/index.js';
import { unknownPlan } from './billing.errors.js';
import { BillingRepository } from './billing.repository.js';
import type { PlanView, UpcomingInvoice } from './billing.schema.js';
import { minorDigits, type PriceVersion, rate } from './invoice-lines.js';

export const FREE_PLAN = 'free';

@Injectable()
export class BillingService {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly usage: UsageService,
    private readonly clock: Clock,
  ) {}

  /** Every organization has a subscription from its first moment; the ledger relies on it. */
  async subscribeToFree(transaction: Transaction, tenantId: string): Promise<void> {
    const price = await this.requirePrice(transaction, FREE_PLAN);
    await this.repository.createSubscription(transaction, {
      tenantId,
      priceVersionId: price.id,
      anchorAt: this.clock.now(),
    });
  }

  /**
   * The price on offer now.
   *
   * @throws Problem 404 where there is no such plan
   */
  async requirePrice(transaction: Transaction, plan: string): Promise<PriceVersion> {
    const price = (await this.repository.listCurrentPrices(transaction)).find(({ planKey }) => planKey === plan);
    if (!price) throw unknownPlan(plan);
    return price;
  }

  async listPlans(tenantId: string): Promise<{ plans: PlanView[] }> {
    const prices = await this.database.tenant(tenantId, (transaction) =>
      this.repository.listCurrentPrices(transaction),
    );
    return { plans: prices.map(toPlanView) };
  }

  /** What the invoice of the running period would say if it were written now, rated from the ledger. */
  upcomingInvoice(tenantId: string): Promise<UpcomingInvoice> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { status, anchorAt, priceVersion } = await this.repository.findSubscription(transaction, tenantId);
      const { start, end } = periodAt(anchorAt, this.clock.now());
      const used = await this.usage.sumByPrice(transaction, start);
      const earlierIds = used.map((row) => row.priceVersionId).filter((id) => id !== priceVersion.id);
      const earlier = await this.repository.findPriceVersions(transaction, [...new Set(earlierIds)]);
      return {
        plan: { key: priceVersion.planKey, name: priceVersion.planName },
        status,
        currency: priceVersion.currency,
        periodStart: start.toISOString(),
        periodEnd: end.toISOString(),
        ...rate(priceVersion, used, earlier),
      };
    });
  }
}

function toPlanView({ planKey, planName, currency, monthlyFeeMinor, meters }: PriceVersion): PlanView {
  const digits = minorDigits(currency);
  return {
    key: planKey,
    name: planName,
    currency,
    monthlyFee: new Decimal(monthlyFeeMinor.toString()).div(new Decimal(10).pow(digits)).toFixed(digits),
    meters: meters.map(({ meter, deviceClass, unit, includedQuantity, unitAmount }) => ({
      meter,
      deviceClass,
      unit,
      includedQuantity: includedQuantity.toFixed(),
      unitAmount: unitAmount.toFixed(),
    })),
  };
}
