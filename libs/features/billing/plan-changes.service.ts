import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { FREE_PLAN } from '../../platform/database/price-list.js';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { UsageService } from '../usage/index.js';
import { BillingPeriods, shareUntil } from './billing-periods.js';
import { alreadyOnPlan, nothingScheduled, pausedPlan, withoutSubscription } from './billing.errors.js';
import { BillingRepository } from './billing.repository.js';
import type { ChangePlan, PlanChange, PlanChangePreview, PortalSession } from './billing.schema.js';
import { BillingService } from './billing.service.js';
import { type PriceVersion, rate, toMain, toMinor, withTerms } from './invoice-lines.js';
import { type PaidSubscription, PaidSubscriptions } from './paid-subscriptions.js';
import { UNPAUSED } from './pause.js';
import { StripeCatalogue } from './stripe-catalogue.js';
import { fromStripe } from './stripe-time.js';
import { isWaiting, SubscriptionFollower, toLiveState } from './subscription-follower.js';
import { SubscriptionPrices } from './subscription-prices.js';

/** Previews of one organization, each of which asks Stripe three times: a person who compares plans, then one in ten seconds. */
const PREVIEWS = { burst: 20, perSecond: 1 / 10 };

/** What a change is made of. */
type Chosen = PaidSubscription & { wanted: PriceVersion };

/**
 * Changing the plan of who pays through Stripe. A dearer plan begins at once: Stripe gives credit for the rest of the month that was paid and
 * charges a month of the new one. A cheaper one, and Free, begin with the next period. Nothing changes here before Stripe says so.
 */
@Injectable()
export class PlanChangesService {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly billing: BillingService,
    private readonly periods: BillingPeriods,
    private readonly usage: UsageService,
    private readonly catalogue: StripeCatalogue,
    private readonly paid: PaidSubscriptions,
    private readonly prices: SubscriptionPrices,
    private readonly follower: SubscriptionFollower,
    private readonly stripe: Stripe,
    private readonly buckets: TokenBuckets,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'PUBLIC_URL'>,
  ) {}

  /** What a change would cost, changing nothing, neither here nor at Stripe. @throws Problem 404, 409, 429 */
  async preview(tenantId: string, { plan }: ChangePlan): Promise<PlanChangePreview> {
    await this.buckets.take({ key: `plan-change-preview/organization/${tenantId}`, ...PREVIEWS });
    const chosen = await this.choose(tenantId, plan);
    const { current, wanted, subscription, item, pause } = chosen;
    const { currency } = wanted;
    const shared = {
      plan: { key: wanted.planKey, name: wanted.planName },
      currency,
      monthlyFee: toMain(wanted.monthlyFeeMinor, currency),
    };
    if (!isDearer(wanted, current)) {
      const effectiveAt = pause?.isOn ? this.clock.now() : fromStripe(item.current_period_end);
      return {
        ...shared,
        takesEffect: pause?.isOn ? 'now' : 'at_period_end',
        effectiveAt: effectiveAt.toISOString(),
        dueNow: toMain(0, currency),
        tax: toMain(0, currency),
        lines: [],
        usageDue: null,
      };
    }
    const {
      amount_due: due,
      total,
      total_excluding_tax: withoutTax,
      lines,
    } = await this.stripe.invoices.createPreview({
      customer: chosen.customer,
      subscription: subscription.id,
      subscription_details: { items: [await this.imagined(chosen)], ...atOnce(subscription) },
    });
    return {
      ...shared,
      takesEffect: 'now',
      effectiveAt: this.clock.now().toISOString(),
      dueNow: toMain(due, currency),
      tax: toMain(total - (withoutTax ?? total), currency),
      lines: lines.data.map(({ description, amount }) => ({
        description: description ?? '',
        amount: toMain(amount, currency),
      })),
      usageDue: await this.usageOfPart(tenantId, current),
    };
  }

  /** @throws Problem 404, 409 */
  change(tenantId: string, { plan }: ChangePlan): Promise<PlanChange> {
    return this.prices.exclusively(tenantId, () => this.changeAlone(tenantId, plan));
  }

  private async changeAlone(tenantId: string, plan: string): Promise<PlanChange> {
    const chosen = await this.choose(tenantId, plan);
    const { customer, current, wanted, subscription, item } = chosen;
    if (chosen.pause) return this.endPaused(tenantId, chosen, chosen.pause.isOn);
    if (isDearer(wanted, current)) return this.upgrade(tenantId, chosen);
    if (wanted.planKey === FREE_PLAN) {
      if (isWaiting(subscription)) await this.keep(chosen);
      await this.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: true });
    } else await this.prices.schedule(subscription, current, wanted);
    await this.finish(tenantId, customer, wanted);
    return {
      plan,
      takesEffect: 'at_period_end',
      effectiveAt: fromStripe(item.current_period_end).toISOString(),
      payUrl: null,
    };
  }

  /** Who pauses may leave: at once where nothing is paid any more, else with the month that is. */
  private async endPaused(tenantId: string, { customer, wanted, subscription, item }: Chosen, isOn: boolean) {
    if (isOn) await this.stripe.subscriptions.cancel(subscription.id);
    else await this.stripe.subscriptions.update(subscription.id, { ...UNPAUSED, cancel_at_period_end: true });
    await this.finish(tenantId, customer, wanted);
    const at = isOn ? this.clock.now() : fromStripe(item.current_period_end);
    const takesEffect = isOn ? ('now' as const) : ('at_period_end' as const);
    return { plan: wanted.planKey, takesEffect, effectiveAt: at.toISOString(), payUrl: null };
  }

  /** What was to come with the next period gives way, but only to a plan that is paid. */
  private async upgrade(tenantId: string, chosen: Chosen): Promise<PlanChange> {
    const { customer, current, wanted, subscription } = chosen;
    const plan = wanted.planKey;
    // Stripe gives credit by the price that the item has, which is to be the one that was paid.
    const { nextPrice } = toLiveState(subscription);
    const waiting = isWaiting(subscription) && nextPrice ? await this.paid.priceVersion(nextPrice) : null;
    if (isWaiting(subscription)) await this.keep(chosen);
    const changed = await this.stripe.subscriptions
      .update(subscription.id, {
        ...(await this.upgradeTo(chosen)),
        payment_behavior: 'pending_if_incomplete',
        expand: ['latest_invoice'],
      })
      .catch(async (error: unknown) => {
        if (waiting) await this.prices.schedule(subscription, current, waiting);
        throw error;
      });
    const { latest_invoice: invoice, pending_update: pending } = changed;
    if (pending && waiting) await this.prices.schedule(subscription, current, waiting);
    if (!pending && changed.cancel_at_period_end)
      await this.stripe.subscriptions.update(subscription.id, { cancel_at_period_end: false });
    await this.finish(tenantId, customer, wanted);
    const payUrl = (pending && typeof invoice !== 'string' && invoice?.hosted_invoice_url) || null;
    return pending
      ? { plan, takesEffect: 'when_paid', effectiveAt: null, payUrl }
      : { plan, takesEffect: 'now', effectiveAt: this.clock.now().toISOString(), payUrl: null };
  }

  /** The present plan goes on, whatever was to come with the next period. */
  private keep({ subscription, current }: PaidSubscription): Promise<void> {
    return this.prices.schedule(subscription, current, current);
  }

  /** The present plan goes on after the period. @throws Problem 409 where nothing else was to come */
  takeBack(tenantId: string): Promise<void> {
    return this.prices.exclusively(tenantId, async () => {
      const chosen = await this.paid.find(tenantId);
      if (!(await this.paid.hasOtherPlanNext(chosen))) throw nothingScheduled();
      await this.keep(chosen);
      await this.finish(tenantId, chosen.customer, chosen.current);
    });
  }

  /** Stripe's page for cards, addresses, tax ids and Stripe's own invoices. @throws Problem 409 before anything was bought */
  async openPortal(tenantId: string): Promise<PortalSession> {
    const { stripeCustomerId } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findOrganization(transaction, tenantId),
    );
    if (!stripeCustomerId) throw withoutSubscription();
    const { url } = await this.stripe.billingPortal.sessions.create({
      customer: stripeCustomerId,
      return_url: `${this.config.PUBLIC_URL}/billing`,
    });
    return { url };
  }

  private async choose(tenantId: string, plan: string): Promise<Chosen> {
    const found = await this.paid.find(tenantId);
    const { current, pause } = found;
    if (pause && plan !== FREE_PLAN) throw pausedPlan(current.planName);
    if (current.planKey === plan) throw alreadyOnPlan(current.planName);
    const wanted = await this.database.tenant(tenantId, (transaction) =>
      this.billing.requirePrice(transaction, plan, current.currency),
    );
    return { ...found, wanted };
  }

  private async upgradeTo({ wanted, item, subscription }: Chosen) {
    return {
      items: [{ id: item.id, price: await this.catalogue.findOrCreatePrice(wanted) }],
      ...atOnce(subscription),
    };
  }

  /** The item with the price that is wanted, which Stripe need not know yet. */
  private async imagined({
    wanted,
    item,
  }: Chosen): Promise<Stripe.InvoiceCreatePreviewParams.SubscriptionDetails.Item> {
    const price = await this.catalogue.findPrice(wanted);
    if (price) return { id: item.id, price };
    const { product } = item.price;
    const price_data = {
      currency: wanted.currency,
      product: typeof product === 'string' ? product : product.id,
      recurring: { interval: 'month' as const },
      unit_amount: Number(wanted.monthlyFeeMinor),
      tax_behavior: 'exclusive' as const,
    };
    return { id: item.id, price_data };
  }

  /** What Stripe says of it is heard by its events too; whoever asked need not wait for them. */
  private async finish(tenantId: string, customer: string, { id: priceVersionId }: PriceVersion): Promise<void> {
    await this.database.tenant(tenantId, (transaction) =>
      audit(transaction, tenantId, 'subscription.change_requested', tenantId, { after: { priceVersionId } }),
    );
    await this.follower.follow(tenantId, customer);
  }

  /** What the usage of the period would come to were it cut now, when its part of the month includes a part. */
  private usageOfPart(tenantId: string, current: PriceVersion): Promise<string> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { priceVersion, ...subscription } = await this.repository.findSubscription(transaction, tenantId);
      const now = this.clock.now();
      const terms = { ...subscription, priceVersionId: priceVersion.id };
      const running = await this.periods.running(transaction, tenantId, terms, now);
      const used = await this.usage.sumByPrice(transaction, { from: running.startsAt, to: running.endsAt });
      const { isTrial } = running;
      // A trial is not cut by its part.
      const share = isTrial ? running.share : shareUntil(running, now);
      const { lines } = rate(withTerms(current, { included: null, share, isTrial }), used, []);
      const { currency } = current;
      const due = lines
        .filter(({ kind }) => kind !== 'plan')
        .reduce((sum, { amount }) => sum + toMinor(amount, currency), 0n);
      return toMain(due, currency);
    });
  }
}

/** With credit for what is left of the month that was paid; a trial ends with its plan. */
function atOnce({ status }: Stripe.Subscription) {
  return {
    proration_behavior: 'always_invoice' as const,
    ...(status === 'trialing' ? { trial_end: 'now' as const } : { billing_cycle_anchor: { type: 'now' as const } }),
  };
}

/** Of two that cost the same the other one begins with the next period: nothing is due now. */
function isDearer(wanted: PriceVersion, current: PriceVersion): boolean {
  return wanted.monthlyFeeMinor > current.monthlyFeeMinor;
}
