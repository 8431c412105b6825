import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { UsageService } from '../usage/index.js';
import { BillingPeriods } from './billing-periods.js';
import { unknownPeriod } from './billing.errors.js';
import { type BillingPeriod, BillingRepository } from './billing.repository.js';
import { rate, toMain, withTerms } from './invoice-lines.js';
import { type Spend, spendOf } from './spend.js';
import type { SpendQuery, SpendView } from './spend.schema.js';

const PERIODS_SHOWN = 24;

@Injectable()
export class SpendService {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly usage: UsageService,
    private readonly periods: BillingPeriods,
    private readonly clock: Clock,
  ) {}

  /**
   * What the metered lines of a period fall to, rated from the ledger: what came after the invoice of the period, the next one bills.
   *
   * @throws Problem 404 where no such period is among the organization's
   */
  async read(tenantId: string, { period: startsAt, groupBy }: SpendQuery): Promise<SpendView> {
    return this.database.tenant(tenantId, async (transaction) => {
      const known = await this.listPeriods(transaction, tenantId);
      const period = startsAt ? known.find((each) => each.startsAt.getTime() === startsAt.getTime()) : known[0]!;
      if (!period) throw unknownPeriod(startsAt!);
      const { currency, spends } = await this.spendIn(transaction, tenantId, period);
      const rows = [...Map.groupBy(spends, (spend) => keyOf(spend, groupBy))].map(([, ofGroup]) => ({
        ...(groupBy.includes('project') && { projectId: ofGroup[0]!.projectId }),
        ...(groupBy.includes('apiKey') && { apiKeyId: ofGroup[0]!.apiKeyId }),
        ...(groupBy.includes('meter') && {
          meter: ofGroup[0]!.meter,
          quantity: ofGroup.reduce((sum, { quantity }) => sum.plus(quantity), new Decimal(0)).toFixed(),
        }),
        amountMinor: sumOf(ofGroup),
      }));
      return {
        ...toView(period),
        currency,
        total: toMain(sumOf(spends), currency),
        rows: rows
          .toSorted((a, b) => (a.amountMinor === b.amountMinor ? 0 : a.amountMinor < b.amountMinor ? 1 : -1))
          .map(({ amountMinor, ...row }) => ({ ...row, amount: toMain(amountMinor, currency) })),
        periods: known.map(toView),
      };
    });
  }

  /** The newest first, of which the first is the one that runs. */
  private async listPeriods(transaction: Transaction, tenantId: string): Promise<BillingPeriod[]> {
    const now = this.clock.now();
    const { priceVersion, ...terms } = await this.repository.findSubscription(transaction, tenantId);
    const running = await this.periods.running(
      transaction,
      tenantId,
      { ...terms, priceVersionId: priceVersion.id },
      now,
    );
    const earlier = (await this.repository.listPeriods(transaction, tenantId, now)).filter(
      ({ startsAt }) => startsAt < running.startsAt,
    );
    return [running, ...earlier.toReversed()].slice(0, PERIODS_SHOWN);
  }

  private async spendIn(transaction: Transaction, tenantId: string, period: BillingPeriod) {
    const { startsAt, endsAt, priceVersionId } = period;
    const used = await this.usage.sumByOrigin(transaction, { from: startsAt, to: endsAt });
    const ids = [...new Set([priceVersionId, ...used.map((row) => row.priceVersionId)])];
    const until = endsAt <= this.clock.now() ? endsAt : null;
    const included = period.included ?? (await this.repository.findIncluded(transaction, tenantId, until));
    const prices = (await this.repository.findPriceVersions(transaction, ids)).map((price) =>
      withTerms(price, { ...period, included }),
    );
    const current = prices.find(({ id }) => id === priceVersionId)!;
    // The invoice in the currency of the period; what an earlier price in another one counts is on an invoice of its own.
    const others = prices.filter((price) => price !== current && price.currency === current.currency);
    const { lines } = rate(current, used, others);
    return { currency: current.currency, spends: spendOf(lines, used, [current, ...others], current.currency) };
  }
}

function keyOf({ projectId, apiKeyId, meter }: Spend, groupBy: SpendQuery['groupBy']): string {
  const parts = { project: projectId, apiKey: apiKeyId, meter };
  return groupBy.map((group) => parts[group] ?? '').join(' ');
}

function sumOf(spends: Spend[]): bigint {
  return spends.reduce((sum, { amountMinor }) => sum + amountMinor, 0n);
}

function toView({ startsAt, endsAt }: BillingPeriod) {
  return { periodStart: startsAt.toISOString(), periodEnd: endsAt.toISOString() };
}
