import { Injectable } from '@nestjs/common';
import { CLOCK_NOW } from '../../platform/clock/clock.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import { newId } from '../../platform/http/ids.js';
import { type PriceVersion, withTerms } from './invoice-lines.js';
import { daysBefore, END_DAYS, type Overdue, type OverdueStage, STAGE_DAYS } from './overdue.js';
import type { CataloguePrice } from './stripe-catalogue.js';

/** By meter, what an operator has included for an organization in place of what the price does. */
export type Included = Record<string, string>;

export type SubscriptionStatus = 'active' | 'past_due' | 'cancelled';

export interface Subscription {
  status: SubscriptionStatus;
  anchorAt: Date;
  updatedAt: Date;
  stripeSubscriptionId: string | null;
  /** Null before the first plan that is paid for. */
  fixedCurrency: string | null;
  priceVersion: PriceVersion;
  /** Null of who pays. */
  overdue: Overdue | null;
  /** Until when there is no fee; null of who is not on trial. */
  trialEndsAt: Date | null;
  /** What takes its place, and when; null where it goes on. */
  next: { priceVersionId: string; plan: { key: string; name: string }; at: Date } | null;
  /** When Free holds in its place; null where no pause is on or to come. */
  pause: { from: Date; until: Date } | null;
}

export interface ComingPrice {
  planKey: string;
  validFrom: Date;
  monthlyFeeMinor: bigint;
}

export interface SubscriptionState {
  priceVersionId: string;
  status: SubscriptionStatus;
  anchorAt: Date;
  stripeSubscriptionId: string | null;
  trialEndsAt: Date | null;
  next: { priceVersionId: string; at: Date } | null;
  /** Absent where nobody pauses, as of who does not pay through Stripe. */
  pause?: { from: Date; until: Date } | null;
}

/** `had_one`: the organization; `card_had_one`: the card of another one. */
export type TrialOutcome = 'begun' | 'had_one' | 'card_had_one';

/** Of who is told that their plan pauses, or goes on soon. */
export interface PausedSubscription {
  tenantId: string;
  from: Date;
  until: Date;
}

/** A coupon that an organization has redeemed, and that is not on its subscription yet. */
export interface EnteredCoupon {
  id: string;
  code: string;
  percentOff: number | null;
  amountOffMinor: bigint | null;
  currency: string | null;
  months: number | null;
}

export interface OverdueSubscription {
  tenantId: string;
  /** Null of who is on Free by now, and owes still. */
  stripeSubscriptionId: string | null;
  customer: string;
}

/** One of an organization's billing periods, as it was written down. */
export interface BillingPeriod {
  startsAt: Date;
  /** Exclusive; the next one's start. */
  endsAt: Date;
  priceVersionId: string;
  /** Stripe bills the fee itself, in advance. */
  isCollectedByStripe: boolean;
  /** Without fee and minimum. */
  isTrial: boolean;
  closedAt: Date | null;
  /** Of a month, for which fee, minimum and what is included count: 1 but where another plan began or ended it in mid-month. */
  share: Decimal;
  /** By meter, what was included at its end in place of what the price includes; null until that is known. */
  included: Included | null;
}

const withMeters = {
  plan: true,
  meterPrices: {
    include: { meter: true, tiers: { orderBy: { fromQuantity: 'asc' } } },
    orderBy: [{ meter: { position: 'asc' } }, { deviceClass: 'asc' }],
  },
} satisfies Prisma.PriceVersionInclude;

/** Of an invoice that Stripe collects: it is open, and credit notes leave something to pay of it. */
const IS_DUE = Prisma.sql`invoices.status = 'open' AND invoices.stripe_invoice_id IS NOT NULL AND invoices.total_minor + invoices.tax_minor - invoices.credits_minor - invoices.settled_minor > (
  SELECT coalesce(sum(amount_minor - as_credits_minor), 0) FROM credit_notes
  WHERE credit_notes.tenant_id = invoices.tenant_id AND credit_notes.invoice_id = invoices.id AND credit_notes.status = 'issued')`;

@Injectable()
export class BillingRepository {
  async createSubscription(
    transaction: Transaction,
    row: { tenantId: string; priceVersionId: string; anchorAt: Date },
  ): Promise<void> {
    await transaction.subscription.create({ data: { ...row, status: 'active' } });
    await this.recordChange(transaction, row.tenantId, { ...row, status: 'active', trialEndsAt: null }, row.anchorAt);
  }

  async findSubscription(transaction: Transaction, tenantId: string): Promise<Subscription> {
    const row = await transaction.subscription.findUniqueOrThrow({
      where: { tenantId },
      include: { priceVersion: { include: withMeters }, nextPriceVersion: { include: { plan: true } } },
    });
    const { nextPriceVersion: next, nextAt, overdueSince: since, overdueStage: stage } = row;
    const { pausedFrom, pausedUntil } = row;
    const { status, anchorAt, updatedAt, stripeSubscriptionId, fixedCurrency, trialEndsAt } = row;
    const included = await this.findIncluded(transaction, tenantId);
    const priceVersion = withTerms(toPriceVersion(row.priceVersion), { included });
    return {
      status,
      anchorAt,
      updatedAt,
      stripeSubscriptionId,
      fixedCurrency,
      trialEndsAt,
      priceVersion,
      overdue: since && stage && { since, stage, graceUntil: row.overdueGraceUntil, remindedAt: row.overdueRemindedAt },
      next: next &&
        nextAt && { priceVersionId: next.id, plan: { key: next.planKey, name: next.plan.name }, at: nextAt },
      pause: pausedFrom && pausedUntil && { from: pausedFrom, until: pausedUntil },
    };
  }

  /** What holds now, or held to the end of a time that has passed since. */
  async findIncluded(transaction: Transaction, tenantId: string, until: Date | null = null): Promise<Included> {
    const rows = await transaction.$queryRaw<{ meter: string; quantity: string }[]>`
      SELECT resource AS meter, trim_scale(quantity)::text AS quantity FROM plan_overrides
      WHERE tenant_id = ${tenantId}::uuid AND kind = 'included' AND (ends_at IS NULL OR ends_at >= coalesce(${until}, ${Prisma.raw(CLOCK_NOW)}))`;
    return Object.fromEntries(rows.map(({ meter, quantity }) => [meter, quantity]));
  }

  /** Writers of one subscription wait for each other, so that the state fetched last is the one kept. */
  async lockSubscription(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM subscriptions WHERE tenant_id = ${tenantId}::uuid FOR UPDATE`;
  }

  async updateSubscription(
    transaction: Transaction,
    tenantId: string,
    { next, pause, ...state }: SubscriptionState & { updatedAt: Date },
    now: Date,
  ): Promise<void> {
    const data = {
      ...state,
      nextPriceVersionId: next?.priceVersionId ?? null,
      nextAt: next?.at ?? null,
      pausedFrom: pause?.from ?? null,
      pausedUntil: pause?.until ?? null,
      ...(!pause && { pauseToldAt: null, resumeToldAt: null }),
    };
    await transaction.subscription.update({ where: { tenantId }, data });
    await this.settleOverdue(transaction, tenantId, now);
    // Before it is written down that a plan is paid for.
    if (state.stripeSubscriptionId) await this.fixCurrency(transaction, tenantId, true);
    await this.recordChange(transaction, tenantId, state, now);
  }

  /**
   * From now on the organization pays in the currency of its present price, unless it has chosen before; what is paid for counts more than a Checkout that
   * is not.
   */
  async fixCurrency(transaction: Transaction, tenantId: string, isPaid = false): Promise<void> {
    const mayChoose = isPaid && (await this.mayChooseCurrency(transaction, tenantId));
    await transaction.$executeRaw`
      UPDATE subscriptions SET fixed_currency = CASE WHEN ${mayChoose} THEN price.currency ELSE coalesce(fixed_currency, price.currency) END
      FROM price_versions price WHERE tenant_id = ${tenantId}::uuid AND price.id = price_version_id`;
  }

  /** Whether nothing of theirs is worth anything in a currency yet: no plan was paid for, no credits were given or ordered. */
  async mayChooseCurrency(transaction: Transaction, tenantId: string): Promise<boolean> {
    const [row] = await transaction.$queryRaw<{ mayChoose: boolean }[]>`
      SELECT NOT EXISTS (SELECT FROM credit_grants WHERE tenant_id = ${tenantId}::uuid AND status IN ('unpaid', 'granted'))
        AND NOT EXISTS (SELECT FROM credit_top_ups WHERE tenant_id = ${tenantId}::uuid) AND NOT EXISTS (
        SELECT FROM subscription_changes change JOIN price_versions price ON price.id = change.price_version_id
        WHERE change.tenant_id = ${tenantId}::uuid AND price.monthly_fee_minor > 0) AS "mayChoose"`;
    return row!.mayChoose;
  }

  /** @param isOther in place of another one: a Checkout under the same key would be the one of before */
  async chooseCurrency(transaction: Transaction, tenantId: string, currency: string, isOther: boolean): Promise<void> {
    await transaction.$executeRaw`
      UPDATE subscriptions SET fixed_currency = ${currency},
        updated_at = CASE WHEN ${isOther} THEN greatest(date_trunc('milliseconds', now()), updated_at + interval '1 millisecond') ELSE updated_at END
      WHERE tenant_id = ${tenantId}::uuid`;
  }

  /**
   * Writes down since when a payment is missing, if any is: that of the subscription, or of an invoice that Stripe was to collect and has not within a
   * day; what was credited is missing no more. One that fails again begins nothing anew.
   */
  async settleOverdue(transaction: Transaction, tenantId: string, now: Date): Promise<void> {
    await transaction.$executeRaw`
      WITH debt AS (SELECT min(issued_at) AS since FROM invoices
        WHERE tenant_id = ${tenantId}::uuid AND ${IS_DUE} AND issued_at <= ${now}::timestamptz - interval '1 day'),
      wanted AS (SELECT CASE WHEN status = 'past_due' THEN coalesce(overdue_since, debt.since, ${now}::timestamptz)
          WHEN debt.since IS NOT NULL THEN coalesce(overdue_since, debt.since) END AS since
        FROM subscriptions, debt WHERE tenant_id = ${tenantId}::uuid)
      UPDATE subscriptions SET overdue_since = wanted.since, overdue_stage = CASE WHEN wanted.since IS NOT NULL THEN coalesce(overdue_stage, 'grace') END,
        overdue_grace_until = NULL, overdue_reminded_at = NULL
      FROM wanted WHERE tenant_id = ${tenantId}::uuid AND overdue_since IS DISTINCT FROM wanted.since`;
  }

  /** Those that owe an invoice and are not known to, or are and owe nothing any more; requires a system transaction. */
  async listUnsettled(transaction: Transaction, now: Date, limit: number): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ tenantId: string }[]>`
      SELECT tenant_id AS "tenantId" FROM subscriptions
      WHERE status <> 'past_due' AND (overdue_since IS NOT NULL) <> EXISTS (SELECT FROM invoices
        WHERE invoices.tenant_id = subscriptions.tenant_id AND ${IS_DUE} AND issued_at <= ${now}::timestamptz - interval '1 day')
      LIMIT ${limit}`;
    return rows.map(({ tenantId }) => tenantId);
  }

  /** Those for whom a payment failed so long ago that another stage has begun, the longest ago first; requires a system transaction. */
  async listOverdue(transaction: Transaction, now: Date, limit: number): Promise<OverdueSubscription[]> {
    return transaction.$queryRaw<OverdueSubscription[]>`
      SELECT tenant_id AS "tenantId", stripe_subscription_id AS "stripeSubscriptionId", stripe_customer_id AS customer
      FROM subscriptions JOIN organizations ON id = tenant_id
      CROSS JOIN LATERAL (SELECT greatest(overdue_since, overdue_grace_until - make_interval(hours => ${24 * STAGE_DAYS.restricted})) AS counts_from) counted
      WHERE deleted_at IS NULL AND overdue_since IS NOT NULL AND (
        overdue_stage = 'grace' AND counts_from <= ${daysBefore(now, STAGE_DAYS.restricted)}
        OR overdue_stage = 'restricted' AND counts_from <= ${daysBefore(now, STAGE_DAYS.read_only)}
        OR stripe_subscription_id IS NOT NULL AND counts_from <= ${daysBefore(now, END_DAYS)})
      ORDER BY overdue_since LIMIT ${limit}`;
  }

  /** False where somebody else has written it down, they have paid, or were given more time. */
  async enterOverdueStage(
    transaction: Transaction,
    tenantId: string,
    { since, graceUntil }: Overdue,
    stage: OverdueStage,
  ): Promise<boolean> {
    const count = await transaction.$executeRaw`
      UPDATE subscriptions SET overdue_stage = ${stage}::overdue_stage
      WHERE tenant_id = ${tenantId}::uuid AND overdue_since = ${since} AND overdue_stage < ${stage}::overdue_stage
        AND overdue_grace_until IS NOT DISTINCT FROM ${graceUntil}::timestamptz`;
    return count > 0;
  }

  /** Of who owes, from whom nothing is withheld until then. */
  async extendGrace(transaction: Transaction, tenantId: string, until: Date): Promise<void> {
    const data = { overdueGraceUntil: until, overdueStage: 'grace' as const };
    await transaction.subscription.update({ where: { tenantId }, data });
  }

  async setReminded(transaction: Transaction, tenantId: string, at: Date): Promise<void> {
    await transaction.subscription.update({ where: { tenantId }, data: { overdueRemindedAt: at } });
  }

  /** Those whose pause has begun, or ends by `soon`, and who were not told; requires a system transaction. */
  async listPausesToTell(
    transaction: Transaction,
    now: Date,
    soon: Date,
    limit: number,
  ): Promise<PausedSubscription[]> {
    return transaction.$queryRaw<PausedSubscription[]>`
      SELECT tenant_id AS "tenantId", paused_from AS "from", paused_until AS "until" FROM subscriptions JOIN organizations ON id = tenant_id
      WHERE paused_from <= ${now} AND deletes_at IS NULL AND deleted_at IS NULL
        AND (pause_told_at IS NULL OR resume_told_at IS NULL AND paused_until <= ${soon}) ORDER BY paused_from LIMIT ${limit}`;
  }

  /** @returns whether nobody has told them before of this pause */
  async tellPause(
    transaction: Transaction,
    { tenantId, from, until }: PausedSubscription,
    what: 'pauseToldAt' | 'resumeToldAt',
    at: Date,
  ): Promise<boolean> {
    const where = { tenantId, pausedFrom: from, pausedUntil: until, [what]: null };
    return (await transaction.subscription.updateMany({ where, data: { [what]: at } })).count > 0;
  }

  async createPeriod(
    transaction: Transaction,
    tenantId: string,
    { startsAt, endsAt, priceVersionId, isCollectedByStripe, isTrial, share }: BillingPeriod,
  ): Promise<void> {
    await transaction.billingPeriod.create({
      data: { tenantId, startsAt, endsAt, priceVersionId, isCollectedByStripe, isTrial, share: share.toFixed() },
    });
  }

  async findLastPeriod(transaction: Transaction, tenantId: string): Promise<BillingPeriod | null> {
    const row = await transaction.billingPeriod.findFirst({ where: { tenantId }, orderBy: { startsAt: 'desc' } });
    return row && toPeriod(row);
  }

  async cutPeriod(
    transaction: Transaction,
    tenantId: string,
    startsAt: Date,
    { endsAt, share, included }: { endsAt: Date; share: Decimal; included: Included },
  ): Promise<void> {
    const where = { tenantId_startsAt: { tenantId, startsAt } };
    await transaction.billingPeriod.update({ where, data: { endsAt, share: share.toFixed(), included } });
  }

  async deletePeriod(transaction: Transaction, tenantId: string, startsAt: Date): Promise<void> {
    await transaction.billingPeriod.delete({ where: { tenantId_startsAt: { tenantId, startsAt } } });
  }

  /** Those that are not billed yet, in order. */
  async listOpen(transaction: Transaction, tenantId: string): Promise<BillingPeriod[]> {
    const where = { tenantId, closedAt: null };
    return (await transaction.billingPeriod.findMany({ where, orderBy: { startsAt: 'asc' } })).map(toPeriod);
  }

  /** Those up to the given one, in order. */
  async listPeriods(transaction: Transaction, tenantId: string, upTo: Date): Promise<BillingPeriod[]> {
    const rows = await transaction.billingPeriod.findMany({
      where: { tenantId, startsAt: { lte: upTo } },
      orderBy: { startsAt: 'asc' },
    });
    return rows.map(toPeriod);
  }

  async closePeriod(
    transaction: Transaction,
    tenantId: string,
    { startsAt, included }: { startsAt: Date; included: Included },
    closedAt: Date,
  ): Promise<void> {
    const where = { tenantId_startsAt: { tenantId, startsAt } };
    await transaction.billingPeriod.update({ where, data: { closedAt, included } });
  }

  async findFirstEnded(transaction: Transaction, tenantId: string, before: Date): Promise<BillingPeriod | null> {
    const row = await transaction.billingPeriod.findFirst({
      where: { tenantId, closedAt: null, endsAt: { lte: before } },
      orderBy: { startsAt: 'asc' },
    });
    return row && toPeriod(row);
  }

  /**
   * Tenants with periods that ended before the time, or whose organization did, and that are still to be closed; and those that have none yet. Requires a
   * system transaction.
   */
  async listEnded(transaction: Transaction, before: Date, limit: number): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ tenantId: string }[]>`
      (SELECT tenant_id AS "tenantId" FROM billing_periods JOIN organizations ON organizations.id = tenant_id
       WHERE closed_at IS NULL AND deleted_at IS NULL AND least(ends_at, deletes_at) <= ${before}
       GROUP BY 1 ORDER BY min(ends_at) LIMIT ${limit})
      UNION SELECT tenant_id FROM subscriptions JOIN organizations ON organizations.id = tenant_id
      WHERE deleted_at IS NULL AND NOT EXISTS (SELECT FROM billing_periods WHERE billing_periods.tenant_id = subscriptions.tenant_id)`;
    return rows.map(({ tenantId }) => tenantId);
  }

  /** The price with the fee that Stripe charges then, less the coupon that is taken off it. */
  async lessCoupon(transaction: Transaction, tenantId: string, price: PriceVersion, at: Date): Promise<PriceVersion> {
    const { monthlyFeeMinor, currency } = price;
    const [row] = await transaction.$queryRaw<{ fee: bigint }[]>`
      SELECT fee_less_coupon(${tenantId}::uuid, ${monthlyFeeMinor}::bigint, ${currency}, ${at}::timestamptz) AS fee`;
    return { ...price, monthlyFeeMinor: row!.fee };
  }

  async findEnteredCoupon(transaction: Transaction): Promise<EnteredCoupon | null> {
    const row = await transaction.couponRedemption.findFirst({ where: { appliedAt: null }, include: { coupon: true } });
    if (!row) return null;
    const { id, code, percentOff, amountOffMinor, currency, months } = row.coupon;
    return { id, code, percentOff: percentOff && Number(percentOff), amountOffMinor, currency, months };
  }

  /** Whether the organization has neither had a trial nor paid a fee. */
  async mayTry(transaction: Transaction, tenantId: string): Promise<boolean> {
    const [row] = await transaction.$queryRaw<{ mayTry: boolean }[]>`
      SELECT NOT EXISTS (SELECT FROM trials WHERE tenant_id = ${tenantId}::uuid) AND NOT EXISTS (
        SELECT FROM subscription_changes change JOIN price_versions price ON price.id = change.price_version_id
        WHERE change.tenant_id = ${tenantId}::uuid AND price.monthly_fee_minor > 0) AS "mayTry"`;
    return row!.mayTry;
  }

  /** What became of a subscription's trial; null where it is not known yet. */
  async findTrial(
    transaction: Transaction,
    tenantId: string,
    stripeSubscriptionId: string,
  ): Promise<TrialOutcome | null> {
    const row = await transaction.trial.findUnique({ where: { tenantId } });
    if (!row) return null;
    if (row.stripeSubscriptionId !== stripeSubscriptionId) return 'had_one';
    return row.refusedAt ? 'card_had_one' : 'begun';
  }

  /** The first of an organization, and of a card, that is written down is its one trial. @returns false where the card had one, which is written down now */
  async beginTrial(
    transaction: Transaction,
    trial: { tenantId: string; stripeSubscriptionId: string; beganAt: Date; cardFingerprint: string | null },
    now: Date,
  ): Promise<boolean> {
    if ((await transaction.trial.createMany({ data: trial, skipDuplicates: true })).count > 0) return true;
    const refused = { ...trial, cardFingerprint: null, refusedAt: now, toldAt: now };
    return (await transaction.trial.createMany({ data: refused, skipDuplicates: true })).count === 0;
  }

  /** @returns whether nobody has told them before */
  async tellTrialEnd(transaction: Transaction, tenantId: string, toldAt: Date): Promise<boolean> {
    const { count } = await transaction.trial.updateMany({ where: { tenantId, toldAt: null }, data: { toldAt } });
    return count > 0;
  }

  private async recordChange(
    transaction: Transaction,
    tenantId: string,
    { priceVersionId, status, trialEndsAt }: Pick<SubscriptionState, 'priceVersionId' | 'status' | 'trialEndsAt'>,
    at: Date,
  ): Promise<void> {
    const change = { priceVersionId, status, isTrial: trialEndsAt !== null };
    await transaction.subscriptionChange.upsert({
      where: { tenantId_at: { tenantId, at } },
      create: { tenantId, at, ...change },
      update: change,
    });
  }

  /** The newest price version on offer then of each plan that is sold in the currency, in the order of the price list. */
  async listCurrentPrices(transaction: Transaction, currency: string, now: Date): Promise<PriceVersion[]> {
    const where = { currency, withdrawnAt: null, OR: [{ validFrom: null }, { validFrom: { lte: now } }] };
    const plans = await transaction.plan.findMany({
      orderBy: { position: 'asc' },
      include: { priceVersions: { where, orderBy: { version: 'desc' }, take: 1, include: withMeters } },
    });
    return plans.flatMap(({ priceVersions }) => priceVersions.map(toPriceVersion));
  }

  /** Of each plan the next price that takes the present one's place, if one is known. */
  async listComingPrices(transaction: Transaction, currency: string, now: Date): Promise<ComingPrice[]> {
    return transaction.$queryRaw<ComingPrice[]>`
      SELECT DISTINCT ON (plan_key) plan_key AS "planKey", valid_from AS "validFrom", monthly_fee_minor AS "monthlyFeeMinor"
      FROM price_versions coming
      WHERE currency = ${currency} AND withdrawn_at IS NULL AND valid_from > ${now}::timestamptz AND version > ALL (
        SELECT version FROM price_versions present
        WHERE present.plan_key = coming.plan_key AND present.currency = coming.currency AND withdrawn_at IS NULL
          AND (valid_from IS NULL OR valid_from <= ${now}::timestamptz))
      ORDER BY plan_key, valid_from`;
  }

  /** As the plan's newest version in its currency. Requires a system transaction. @returns its id */
  async createPriceVersion(
    transaction: Transaction,
    { planKey, currency, monthlyFeeMinor, commitmentMinor, trialDays, meters }: PriceVersion,
    validFrom: Date,
  ): Promise<string> {
    const id = newId();
    const { _max } = await transaction.priceVersion.aggregate({
      where: { planKey, currency },
      _max: { version: true },
    });
    const price = { planKey, currency, monthlyFeeMinor, commitmentMinor, trialDays, validFrom };
    await transaction.priceVersion.create({ data: { id, version: (_max.version ?? 0) + 1, ...price } });
    const prices = meters.map(({ meter, deviceClass, includedQuantity, scheme, packageSize, unitAmount }) => ({
      priceVersionId: id,
      meterKey: meter,
      deviceClass,
      includedQuantity: includedQuantity.toFixed(),
      scheme,
      packageSize: packageSize?.toFixed() ?? null,
      unitAmount: unitAmount.toFixed(),
    }));
    await transaction.meterPrice.createMany({ data: prices });
    const tiers = meters.flatMap(({ meter, deviceClass, tiers: ofMeter }) =>
      ofMeter.map(({ from, unitAmount, flatAmount }) => ({
        priceVersionId: id,
        meterKey: meter,
        deviceClass,
        fromQuantity: from.toFixed(),
        unitAmount: unitAmount.toFixed(),
        flatAmount: flatAmount.toFixed(),
      })),
    );
    await transaction.meterPriceTier.createMany({ data: tiers });
    return id;
  }

  /** It is on offer no more, nor to come. Requires a system transaction. */
  async withdrawPriceVersion(transaction: Transaction, id: string, now: Date): Promise<void> {
    await transaction.priceVersion.updateMany({ where: { id }, data: { withdrawnAt: now } });
  }

  /**
   * Keeps others from changing the subscription at Stripe for a while, or until it is given back.
   *
   * @returns until when; null where another one does
   */
  async claimChange(transaction: Transaction, tenantId: string, seconds: number): Promise<Date | null> {
    const [row] = await transaction.$queryRaw<{ until: Date }[]>`
      UPDATE subscriptions SET changing_until = now() + ${seconds} * interval '1 second'
      WHERE tenant_id = ${tenantId}::uuid AND (changing_until IS NULL OR changing_until <= now()) RETURNING changing_until AS until`;
    return row?.until ?? null;
  }

  async giveChangeBack(transaction: Transaction, tenantId: string, until: Date): Promise<void> {
    await transaction.$executeRaw`
      UPDATE subscriptions SET changing_until = NULL WHERE tenant_id = ${tenantId}::uuid AND changing_until = ${until}::timestamptz`;
  }

  /** All that there are or were in the currency. */
  async listPriceVersions(transaction: Transaction, currency: string): Promise<PriceVersion[]> {
    const rows = await transaction.priceVersion.findMany({ where: { currency }, include: withMeters });
    return rows.map(toPriceVersion);
  }

  /** All prices with a fee, oldest first, and whether each is on offer, to come, or somebody's. Requires a system transaction. */
  async listCatalogue(transaction: Transaction, now: Date): Promise<CataloguePrice[]> {
    const rows = await transaction.$queryRaw<(CataloguePrice['price'] & Pick<CataloguePrice, 'isInUse'>)[]>`
      SELECT price.id, plan_key AS "planKey", plan.name AS "planName", currency, monthly_fee_minor AS "monthlyFeeMinor",
        EXISTS (SELECT FROM subscriptions WHERE price.id IN (price_version_id, next_price_version_id))
        OR withdrawn_at IS NULL AND version >= coalesce((SELECT max(version) FROM price_versions present
          WHERE present.plan_key = price.plan_key AND present.currency = price.currency AND withdrawn_at IS NULL
            AND (valid_from IS NULL OR valid_from <= ${now}::timestamptz)), 0) AS "isInUse"
      FROM price_versions price JOIN plans plan ON plan.key = plan_key WHERE monthly_fee_minor > 0
      ORDER BY plan.position, currency, version`;
    return rows.map(({ isInUse, ...price }) => ({ price, isInUse }));
  }

  /** In which plans are sold, those of most plans first. */
  async listCurrencies(transaction: Transaction): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ currency: string }[]>`
      SELECT currency FROM price_versions GROUP BY 1 ORDER BY count(DISTINCT plan_key) DESC, min(id::text)`;
    return rows.map(({ currency }) => currency);
  }

  /** What each plan allows, in the order of the price list. */
  listPlanLimits(transaction: Transaction): Promise<Prisma.PlanGetPayload<{ include: { quotas: true } }>[]> {
    return transaction.plan.findMany({
      orderBy: { position: 'asc' },
      include: { quotas: { orderBy: { resource: 'asc' } } },
    });
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
  ): Promise<{ name: string; stripeCustomerId: string | null; deletesAt: Date | null; isEnding: boolean }> {
    const { deletesAt, deletedAt, ...organization } = await transaction.organization.findUniqueOrThrow({
      where: { id },
      select: { name: true, stripeCustomerId: true, deletesAt: true, deletedAt: true },
    });
    return { ...organization, deletesAt, isEnding: Boolean(deletesAt ?? deletedAt) };
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
  const { id, planKey, currency, monthlyFeeMinor, commitmentMinor, trialDays } = row;
  const meters = row.meterPrices.map(
    ({ meter, deviceClass, includedQuantity, scheme, unitAmount, packageSize, tiers }) => ({
      meter: meter.key,
      deviceClass,
      unit: meter.unit,
      includedQuantity: toDecimal(includedQuantity),
      scheme,
      unitAmount: toDecimal(unitAmount),
      packageSize: packageSize && toDecimal(packageSize),
      tiers: tiers.map((tier) => ({
        from: toDecimal(tier.fromQuantity),
        unitAmount: toDecimal(tier.unitAmount),
        flatAmount: toDecimal(tier.flatAmount),
      })),
    }),
  );
  return { id, planKey, planName: row.plan.name, currency, monthlyFeeMinor, commitmentMinor, trialDays, meters };
}

function toPeriod({ share, included, ...row }: Prisma.BillingPeriodGetPayload<object>): BillingPeriod {
  const { startsAt, endsAt, priceVersionId, isCollectedByStripe, isTrial, closedAt } = row;
  return {
    startsAt,
    endsAt,
    priceVersionId,
    isCollectedByStripe,
    isTrial,
    closedAt,
    share: toDecimal(share),
    included: included as Included | null,
  };
}

function toDecimal(value: Prisma.Decimal): Decimal {
  return new Decimal(value.toString());
}
