import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { Decimal } from '../../platform/decimal.js';
import { type MeteredQuantity, type Period, UsageService } from '../usage/index.js';
import { BillingPeriods } from './billing-periods.js';
import { unknownCurrency, unknownPlan, unknownResource } from './billing.errors.js';
import { BillingRepository, type Subscription } from './billing.repository.js';
import type {
  CurrencyQuery,
  EstimatePrice,
  Plans,
  PlanView,
  PriceEstimate,
  PriceList,
  UpcomingInvoice,
} from './billing.schema.js';
import { type PriceVersion, rate, toMain, toTierView, withTerms } from './invoice-lines.js';
import { countsFrom, stageEndsAt } from './overdue.js';

/** Of whoever has not chosen. */
export const DEFAULT_CURRENCY = 'usd';

const DAY_MS = 86_400_000;
const MINUTE_MS = 60_000;
const PACE_DAYS = 7;
/** The first days are those of large imports and trials. */
const TELLING_DAYS = 3;

@Injectable()
export class BillingService {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly usage: UsageService,
    private readonly periods: BillingPeriods,
    private readonly clock: Clock,
  ) {}

  /** Every organization has a subscription from its first moment; the ledger relies on it. */
  async subscribeToFree(transaction: Transaction, tenantId: string): Promise<void> {
    const price = await this.requirePrice(transaction, FREE_PLAN, DEFAULT_CURRENCY);
    // In whole seconds as Stripe's anchors, none of which is before it then.
    const anchorAt = new Date(Math.floor(this.clock.now().getTime() / 1_000) * 1_000);
    await this.repository.createSubscription(transaction, { tenantId, priceVersionId: price.id, anchorAt });
    const terms = { priceVersionId: price.id, anchorAt, stripeSubscriptionId: null };
    await this.periods.advance(transaction, tenantId, terms, anchorAt);
  }

  /**
   * The price on offer now.
   *
   * @throws Problem 404 where no such plan is sold in the currency
   */
  async requirePrice(transaction: Transaction, plan: string, currency: string): Promise<PriceVersion> {
    const prices = await this.repository.listCurrentPrices(transaction, currency);
    const price = prices.find(({ planKey }) => planKey === plan);
    if (!price) throw prices.length > 0 ? unknownPlan(plan) : unknownCurrency(currency);
    return price;
  }

  /** In the currency that the organization pays in, before that in the one asked for. */
  async listPlans(tenantId: string, { currency }: CurrencyQuery): Promise<Plans> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { fixedCurrency } = await this.repository.findSubscription(transaction, tenantId);
      return {
        plans: (await this.listPrices(transaction, fixedCurrency ?? currency)).map(toPlanView),
        currencies: fixedCurrency ? [fixedCurrency] : await this.repository.listCurrencies(transaction),
      };
    });
  }

  /** @throws Problem 404 where nothing is sold in the currency */
  private async listPrices(transaction: Transaction, currency = DEFAULT_CURRENCY): Promise<PriceVersion[]> {
    const prices = await this.repository.listCurrentPrices(transaction, currency);
    if (prices.length === 0) throw unknownCurrency(currency);
    return prices;
  }

  /** For everyone; the same in every tenant. */
  async priceList({ currency }: CurrencyQuery): Promise<PriceList> {
    const offers = await this.listOffers(currency);
    return {
      currencies: await this.database.system((transaction) => this.repository.listCurrencies(transaction)),
      plans: offers.map(({ price, limits, plan }) => ({
        ...toPlanView(price),
        requestsPerSecond: plan.requestsPerSecond,
        trainingJobsMax: plan.trainingJobsMax,
        trainingSecondsMax: plan.trainingSecondsMax,
        limits,
      })),
    };
  }

  /** What a month with these uses would cost on each plan, rated as an invoice is. What nobody has a price for costs nothing. */
  async estimate({ uses, currency: wanted }: EstimatePrice): Promise<PriceEstimate> {
    const offers = await this.listOffers(wanted);
    const known = new Set(
      offers.flatMap(({ price, limits }) => [
        ...price.meters.map(({ meter }) => meter),
        ...limits.map(({ resource }) => resource),
      ]),
    );
    const unknown = uses.find(({ resource }) => !known.has(resource));
    if (unknown) throw unknownResource(unknown.resource);
    const plans = offers.map(({ price, limits }) => {
      const used = uses.map(({ resource, quantity }) => ({
        meter: resource,
        deviceClass: '',
        priceVersionId: price.id,
        quantity: new Decimal(quantity),
      }));
      const exceeded = limits.filter((limit) =>
        uses.some(({ resource, quantity }) => resource === limit.resource && new Decimal(quantity).gt(limit.quantity)),
      );
      const { planKey: key, planName: name, currency } = price;
      return { key, name, currency, ...rate(price, used, []), exceeded };
    });
    const [cheapest] = plans
      .filter(({ exceeded }) => exceeded.length === 0)
      .toSorted((a, b) => new Decimal(a.total).cmp(b.total));
    return { plans: plans.map((plan) => ({ ...plan, isCheapest: plan === cheapest })) };
  }

  private listOffers(currency?: string) {
    return this.database.system(async (transaction) => {
      const prices = await this.listPrices(transaction, currency);
      const plans = await this.repository.listPlanLimits(transaction);
      return prices.map((price) => {
        const plan = plans.find(({ key }) => key === price.planKey)!;
        const limits = plan.quotas.map(({ resource, quantity }) => ({
          resource,
          quantity: new Decimal(quantity.toString()).toFixed(),
        }));
        return { price, plan, limits };
      });
    });
  }

  /** What the invoice of the running period would say if it were written now, rated from the ledger. */
  upcomingInvoice(tenantId: string): Promise<UpcomingInvoice> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { priceVersion: whole, ...subscription } = await this.repository.findSubscription(transaction, tenantId);
      const { status, anchorAt } = subscription;
      const terms = { ...subscription, priceVersionId: whole.id };
      const { startsAt, endsAt, share, isCollectedByStripe } = await this.periods.running(
        transaction,
        tenantId,
        terms,
        this.clock.now(),
      );
      const priceVersion = withTerms(whole, { included: null, share });
      const used = await this.usage.sumByPrice(transaction, { from: startsAt, to: endsAt });
      const earlierIds = used.map((row) => row.priceVersionId).filter((id) => id !== whole.id);
      const earlier = (await this.repository.findPriceVersions(transaction, [...new Set(earlierIds)])).filter(
        ({ currency }) => currency === whole.currency,
      );
      const toCome = await this.expectedUse(transaction, whole.id, { start: anchorAt, end: endsAt });
      return {
        plan: { key: priceVersion.planKey, name: priceVersion.planName },
        status,
        currency: priceVersion.currency,
        periodStart: startsAt.toISOString(),
        periodEnd: endsAt.toISOString(),
        isPaidThroughStripe: subscription.stripeSubscriptionId !== null,
        paidInAdvance: toMain(isCollectedByStripe ? priceVersion.monthlyFeeMinor : 0, priceVersion.currency),
        overdue: overdueOf(subscription.overdue),
        next: subscription.next && { ...subscription.next.plan, at: subscription.next.at.toISOString() },
        ...rate(priceVersion, used, earlier),
        forecast: toCome && rate(priceVersion, [...used, ...toCome], earlier),
      };
    });
  }

  /** What is still to be used until the end, at the pace of the last seven days under the present price; null where there are too few to tell. */
  private async expectedUse(
    transaction: Transaction,
    priceVersionId: string,
    { start, end }: Period,
  ): Promise<MeteredQuantity[] | null> {
    const now = this.clock.now();
    const since = Math.max(start.getTime(), now.getTime() - PACE_DAYS * DAY_MS);
    if (now.getTime() - since < TELLING_DAYS * DAY_MS) return null;
    // Usage is summed by the minute.
    const from = new Date(Math.floor(since / MINUTE_MS) * MINUTE_MS);
    const recent = await this.usage.sumBetween(transaction, from, now);
    const share = (end.getTime() - now.getTime()) / (now.getTime() - from.getTime());
    return recent.map(({ meter, deviceClass, quantity }) => ({
      meter,
      deviceClass,
      priceVersionId,
      quantity: Decimal.max(quantity, 0).times(share).round(),
    }));
  }
}

function overdueOf(overdue: Subscription['overdue']): UpcomingInvoice['overdue'] {
  return overdue && { stage: overdue.stage, until: stageEndsAt(countsFrom(overdue), overdue.stage).toISOString() };
}

function toPlanView(price: PriceVersion): PlanView {
  const { planKey, planName, currency, monthlyFeeMinor, commitmentMinor, trialDays, meters } = price;
  return {
    key: planKey,
    name: planName,
    currency,
    monthlyFee: toMain(monthlyFeeMinor, currency),
    commitment: toMain(commitmentMinor, currency),
    trialDays,
    meters: meters.map(({ meter, deviceClass, unit, includedQuantity, scheme, packageSize, unitAmount, tiers }) => ({
      meter,
      deviceClass,
      unit,
      includedQuantity: includedQuantity.toFixed(),
      scheme,
      packageSize: packageSize?.toFixed() ?? null,
      unitAmount: unitAmount.toFixed(),
      tiers: tiers.map(toTierView),
    })),
  };
}
