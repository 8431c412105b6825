import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Sql } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { NIL_ID } from '../../platform/http/ids.js';
import {
  BillingRepository,
  BillingService,
  minorDigits,
  type PriceVersion,
  toMain,
  toMinor,
} from '../billing/index.js';
import { CostsService } from '../costs/index.js';
import { simulationUnderWay, unknownMeter } from './price-simulations.errors.js';
import { PriceSimulationsRepository, type SliceRating, type Span } from './price-simulations.repository.js';
import type { PriceDraft, PriceSimulation } from './price-simulations.schema.js';
import { ratingTables } from './rating-tables.js';
import { type Bill, outcomeOf } from './simulation-outcome.js';

/** Organizations that are rated at a time: their rows fit in memory. */
const SLICE = 1_000;
const SHOWN = 20;
const SHARE_DIGITS = 6;

@Injectable()
export class PriceSimulationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: PriceSimulationsRepository,
    private readonly billing: BillingService,
    private readonly prices: BillingRepository,
    private readonly costs: CostsService,
    private readonly clock: Clock,
  ) {}

  /**
   * @throws Problem 400 for a meter that there is none of, 404 for a plan or a currency that nothing is sold of or in, 409 while another simulation
   * is being run
   */
  async run(draft: PriceDraft): Promise<PriceSimulation> {
    const { plan, currency } = draft;
    const { current, versions } = await this.database.system(async (transaction) => ({
      current: await this.billing.requirePrice(transaction, plan, currency),
      versions: await this.prices.listPriceVersions(transaction, currency),
    }));
    const until = this.clock.now();
    const span: Span = {
      versionIds: versions.filter(({ planKey }) => planKey === plan).map(({ id }) => id),
      since: startOfMonthBefore(until, draft.months),
      until,
    };
    return this.database.longSystemSql(async (sql) => {
      const moment = await this.repository.begin(sql);
      if (!moment) throw simulationUnderWay();
      await this.requireMeters(sql, draft);
      return this.rate(sql, moment, toPriceVersion(draft, current), versions, span);
    });
  }

  private async requireMeters(sql: Sql, { meters }: PriceDraft): Promise<void> {
    const known = await this.repository.listMeters(sql);
    const unknown = meters.findIndex(({ meter }) => !known.includes(meter));
    if (unknown >= 0) throw unknownMeter(`meters.${unknown}.meter`, meters[unknown]!.meter);
  }

  private async rate(
    sql: Sql,
    moment: string,
    draft: PriceVersion,
    versions: PriceVersion[],
    span: Span,
  ): Promise<PriceSimulation> {
    const { currency, monthlyFeeMinor, commitmentMinor } = draft;
    const tables = ratingTables(draft, versions);
    const terms = {
      currency,
      scale: new Decimal(10).pow(minorDigits(currency)).toFixed(),
      fee: monthlyFeeMinor.toString(),
      commitment: commitmentMinor.toString(),
    };
    const ids = await this.repository.listOrganizations(sql, span);
    const bills: Bill[] = [];
    const reached = tables.tiers.map(() => 0);
    const differing: SliceRating['differing'] = [];
    let [periods, differingCount] = [0, 0];
    let next = 0;
    const rateSlices = async (connection: Sql) => {
      for (let start = next; start < ids.length; start = next) {
        next = start + SLICE;
        const slice = { from: ids[start]!, to: ids[Math.min(start + SLICE, ids.length) - 1]! };
        const rated = await this.repository.rateSlice(connection, span, slice, tables, terms);
        for (const [organizationId, count, before, after] of rated.organizations) {
          periods += count;
          bills.push({ organizationId, before: BigInt(before), after: BigInt(after) });
        }
        for (const [tier, count] of Object.entries(rated.tiers)) reached[Number(tier)]! += count;
        differingCount += rated.differing.length;
        differing.push(...rated.differing.slice(0, SHOWN - differing.length));
      }
    };
    const other = this.database.longSystemSql(async (connection) => {
      await this.repository.join(connection, moment);
      await rateSlices(connection);
    });
    await Promise.all([rateSlices(sql), other]);
    const outcome = outcomeOf(bills);
    const costs = await this.costs.costByOrganization(currency, span.since, span.until);
    const [winners, losers] = [outcome.winners.slice(0, SHOWN), outcome.losers.slice(0, SHOWN)];
    const shown = [...winners, ...losers].map(({ organizationId }) => organizationId);
    const names = await this.repository.listNames(sql, [...shown, ...differing.map(({ tenantId }) => tenantId)]);
    const organizationOf = (id: string) => ({ id, name: names.get(id) ?? '' });
    const main = (minor: bigint) => toMain(minor, currency);
    const toChanged = ({ organizationId, before, after }: Bill) => ({
      organization: organizationOf(organizationId),
      before: main(before),
      after: main(after),
      change: main(after - before),
    });
    const { change, changeShare, breakEven } = outcome;
    return {
      plan: draft.planKey,
      currency,
      since: span.since.toISOString(),
      until: span.until.toISOString(),
      organizations: bills.length,
      periods,
      before: main(outcome.before),
      after: main(outcome.after),
      change: main(outcome.after - outcome.before),
      reproduces: differingCount === 0,
      differing: {
        count: differingCount,
        periods: differing.map(({ tenantId, periodStart, invoiceId, billed, rated }) => ({
          organization: organizationOf(tenantId),
          periodStart: new Date(periodStart).toISOString(),
          invoiceId,
          billed: main(BigInt(billed)),
          rated: main(BigInt(rated)),
        })),
      },
      winners: winners.map(toChanged),
      winnersCount: outcome.winners.length,
      losers: losers.map(toChanged),
      losersCount: outcome.losers.length,
      billChange: mapped(change, main),
      billChangeShare: mapped(changeShare, toShare),
      tiers: tables.tiers.map((tier, index) => ({ ...tier, periods: reached[index]! })),
      breakEven: breakEven && toShare(breakEven),
      margin: costs && marginsOf(outcome, sumOfCosts(bills, costs), currency),
    };
  }
}

function sumOfCosts(bills: Bill[], costs: Map<string, Decimal>): Decimal {
  return bills.reduce((sum, { organizationId }) => sum.plus(costs.get(organizationId) ?? 0), new Decimal(0));
}

/** What is left of the bills, as shares of them. */
function marginsOf({ before, after }: { before: bigint; after: bigint }, cost: Decimal, currency: string) {
  const shareOf = (minor: bigint) =>
    minor > 0n ? toShare(new Decimal(1).minus(cost.div(toMain(minor, currency)))) : null;
  return { cost: cost.toDecimalPlaces(SHARE_DIGITS).toFixed(), before: shareOf(before), after: shareOf(after) };
}

function mapped<T>({ p50, p95 }: { p50: T | null; p95: T | null }, to: (value: T) => string) {
  return { p50: p50 === null ? null : to(p50), p95: p95 === null ? null : to(p95) };
}

function toShare(share: Decimal): string {
  return share.toDecimalPlaces(SHARE_DIGITS).toFixed();
}

/** The first of the month that was so many months ago (UTC). */
function startOfMonthBefore(at: Date, months: number): Date {
  return new Date(Date.UTC(at.getUTCFullYear(), at.getUTCMonth() - months));
}

/** What the draft would be as a version; without an id, and without days of trial. */
export function toPriceVersion(draft: PriceDraft, { planKey, planName }: PriceVersion): PriceVersion {
  const { currency, monthlyFee, commitment, meters } = draft;
  return {
    id: NIL_ID,
    planKey,
    planName,
    currency,
    monthlyFeeMinor: toMinor(monthlyFee, currency),
    commitmentMinor: toMinor(commitment, currency),
    trialDays: 0,
    meters: meters.map(({ includedQuantity, packageSize, unitAmount, tiers, ...meter }) => ({
      ...meter,
      unit: '',
      includedQuantity: new Decimal(includedQuantity),
      packageSize: packageSize === null ? null : new Decimal(packageSize),
      unitAmount: new Decimal(unitAmount),
      tiers: tiers.map((tier) => ({
        from: new Decimal(tier.from),
        unitAmount: new Decimal(tier.unitAmount),
        flatAmount: new Decimal(tier.flatAmount),
      })),
    })),
  };
}
