import { Injectable } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { Decimal } from '../../platform/decimal.js';
import { type MeteredQuantity, type Period, UsageService } from '../usage/index.js';
import { BillingPeriods } from './billing-periods.js';
import { unknownCurrency, unknownPlan, unknownResource } from './billing.errors.js';
import { BillingRepository, type ComingPrice, type Subscription } from './billing.repository.js';
import type {
  CurrencyQuery,
  EstimatePrice,
  Plans,
  PauseView,
  PlanView,
  PriceEstimate,
  PriceList,
  UpcomingInvoice,
} from './billing.schema.js';
import { type PriceVersion, rate, toMain, toMinor, toTierView, withTerms } from './invoice-lines.js';
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
    const terms = { priceVersionId: price.id, anchorAt, stripeSubscriptionId: null, trialEndsAt: null };
    await this.periods.advance(transaction, tenantId, terms, anchorAt);
  }

  /**
   * The price on offer now.
   *
   * @throws Problem 404 where no such plan is sold in the currency
   */
  async requirePrice(transaction: Transaction, plan: string, currency: string): Promise<PriceVersion> {
    const prices = await this.repository.listCurrentPrices(transaction, currency, this.clock.now());
    const price = prices.find(({ planKey }) => planKey === plan);
    if (!price) throw prices.length > 0 ? unknownPlan(plan) : unknownCurrency(currency);
    return price;
  }

  /** In the currency that the organization pays in, before that in the one asked for. */
  async listPlans(tenantId: string, { currency }: CurrencyQuery): Promise<Plans> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { fixedCurrency } = await this.repository.findSubscription(transaction, tenantId);
      const mayTry = await this.repository.mayTry(transaction, tenantId);
      const isFixed = fixedCurrency && !(await this.repository.mayChooseCurrency(transaction, tenantId));
      const prices = await this.listPrices(
        transaction,
        isFixed ? fixedCurrency : (currency ?? fixedCurrency ?? undefined),
      );
      const coming = await this.listComing(transaction, prices);
      return {
        plans: prices.map((price) => toPlanView(mayTry ? price : { ...price, trialDays: 0 }, coming)),
        currencies: isFixed ? [fixedCurrency] : await this.repository.listCurrencies(transaction),
      };
    });
  }

  /** @throws Problem 404 where nothing is sold in the currency */
  private async listPrices(transaction: Transaction, currency = DEFAULT_CURRENCY): Promise<PriceVersion[]> {
    const prices = await this.repository.listCurrentPrices(transaction, currency, this.clock.now());
    if (prices.length === 0) throw unknownCurrency(currency);
    return prices;
  }

  private listComing(transaction: Transaction, [first]: PriceVersion[]): Promise<ComingPrice[]> {
    return this.repository.listComingPrices(transaction, first!.currency, this.clock.now());
  }

  /** For everyone; the same in every tenant. */
  async priceList({ currency }: CurrencyQuery): Promise<PriceList> {
    const offers = await this.listOffers(currency);
    return {
      currencies: await this.database.system((transaction) => this.repository.listCurrencies(transaction)),
      plans: offers.map(({ price, coming, limits, plan }) => ({
        ...toPlanView(price, coming),
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
      const coming = await this.listComing(transaction, prices);
      const plans = await this.repository.listPlanLimits(transaction);
      return prices.map((price) => {
        const plan = plans.find(({ key }) => key === price.planKey)!;
        const limits = plan.quotas.map(({ resource, quantity }) => ({
          resource,
          quantity: new Decimal(quantity.toString()).toFixed(),
        }));
        return { price, coming, plan, limits };
      });
    });
  }

  /** What the invoice of the running period would say if it were written now, rated from the ledger. */
  upcomingInvoice(tenantId: string): Promise<UpcomingInvoice> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { priceVersion: whole, ...subscription } = await this.repository.findSubscription(transaction, tenantId);
      const { status, anchorAt } = subscription;
      const terms = { ...subscription, priceVersionId: whole.id };
      const running = await this.periods.running(transaction, tenantId, terms, this.clock.now());
      const { startsAt, share, isCollectedByStripe, isTrial } = running;
      const { trialEndsAt } = subscription;
      const endsAt = trialEndsAt && trialEndsAt < running.endsAt ? trialEndsAt : running.endsAt;
      const charged = await this.repository.lessCoupon(transaction, tenantId, whole, startsAt);
      const priceVersion = withTerms(charged, { included: null, share, isTrial });
      const trial = trialEndsAt && {
        endsAt: trialEndsAt.toISOString(),
        monthlyFee: toMain(
          (await this.repository.lessCoupon(transaction, tenantId, whole, trialEndsAt)).monthlyFeeMinor,
          whole.currency,
        ),
      };
      const used = await this.usage.sumByPrice(transaction, { from: startsAt, to: running.endsAt });
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
        trial,
        overdue: overdueOf(subscription.overdue),
        next: toNext(subscription.next, whole),
        pause: subscription.pause && toPauseView(subscription.pause, startsAt.getTime() / 1_000),
        ...rate(priceVersion, used, earlier),
        forecast: toCome && rate(priceVersion, [...used, ...toCome], earlier),
      };
    });
  }

  /**
   * What no invoice has billed yet, in the smallest unit of the currency: of the running period so far, and of what ended within the last hour. Without
   * the fee where Stripe has charged that.
   */
  async sumUnbilled(transaction: Transaction, tenantId: string, currency: string): Promise<bigint> {
    const { priceVersion, ...subscription } = await this.repository.findSubscription(transaction, tenantId);
    const terms = { ...subscription, priceVersionId: priceVersion.id };
    const running = await this.periods.running(transaction, tenantId, terms, this.clock.now());
    const open = await this.repository.listOpen(transaction, tenantId);
    const periods = [...open.filter(({ startsAt }) => startsAt < running.startsAt), running];
    let sum = 0n;
    for (const period of periods) {
      const used = await this.usage.sumByPrice(transaction, { from: period.startsAt, to: period.endsAt });
      const ids = [period.priceVersionId, ...used.map((row) => row.priceVersionId)];
      const prices = await this.repository.findPriceVersions(transaction, [...new Set(ids)]);
      const price = prices.find(({ id }) => id === period.priceVersionId)!;
      const until = period === running ? null : period.endsAt;
      const included = period.included ?? (await this.repository.findIncluded(transaction, tenantId, until));
      const others = prices.filter((each) => each !== price && each.currency === price.currency);
      const { lines } = rate(withTerms(price, { ...period, included }), used, others);
      if (price.currency !== currency) continue;
      for (const { kind, amount } of lines)
        if (kind !== 'plan' || !period.isCollectedByStripe) sum += toMinor(amount, currency);
    }
    return sum;
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

/** @param periodStart of the period that runs, in seconds */
export function toPauseView({ from, until }: { from: Date; until: Date }, periodStart: number): PauseView {
  return { from: from.toISOString(), until: until.toISOString(), isOn: periodStart >= from.getTime() / 1_000 };
}

/** Another plan; that the same goes on with another price is no change of the plan. */
function toNext(next: Subscription['next'], { planKey }: PriceVersion): UpcomingInvoice['next'] {
  return next && next.plan.key !== planKey ? { ...next.plan, at: next.at.toISOString() } : null;
}

export function toPlanView(price: PriceVersion, coming: ComingPrice[] = []): PlanView {
  const { planKey, planName, currency, monthlyFeeMinor, commitmentMinor, trialDays, meters } = price;
  const next = coming.find((each) => each.planKey === planKey);
  return {
    key: planKey,
    name: planName,
    currency,
    monthlyFee: toMain(monthlyFeeMinor, currency),
    commitment: toMain(commitmentMinor, currency),
    trialDays,
    nextPrice: next
      ? { validFrom: next.validFrom.toISOString(), monthlyFee: toMain(next.monthlyFeeMinor, currency) }
      : null,
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
