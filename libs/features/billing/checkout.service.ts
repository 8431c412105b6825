import { Inject, Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { alreadyOnPlan, beingDeleted, otherCurrency, pausedPlan, payFirst, withoutFee } from './billing.errors.js';
import { BillingRepository } from './billing.repository.js';
import type { CreateCheckoutSession } from './billing.schema.js';
import { BillingService, DEFAULT_CURRENCY } from './billing.service.js';
import { StripeCatalogue } from './stripe-catalogue.js';
import { StripeCoupons } from './stripe-coupons.js';
import { creditOf } from './subscription-follower.js';

/** Checkout asks where the customer is, and for the tax id of a business. */
const TAXED: Partial<Stripe.Checkout.SessionCreateParams> = {
  automatic_tax: { enabled: true },
  tax_id_collection: { enabled: true },
  customer_update: { address: 'auto', name: 'auto' },
};

/** Opening a Checkout at Stripe; `SubscriptionFollower` hears what came of it. */
@Injectable()
export class CheckoutService {
  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly billing: BillingService,
    private readonly catalogue: StripeCatalogue,
    private readonly coupons: StripeCoupons,
    private readonly stripe: Stripe,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /**
   * Opens a Checkout for the plan; nothing but the currency changes here until Stripe says that it was paid.
   *
   * @throws Problem 404; 409 in another currency than that of what was paid or given, or where there is nothing to pay for
   */
  async open(tenantId: string, { plan, currency }: CreateCheckoutSession): Promise<{ id: string; url: string }> {
    const wanted = await this.choose(tenantId, currency);
    const { organization, subscription, price, mayTry, entered } = await this.database.tenant(
      tenantId,
      async (transaction) => ({
        subscription: await this.repository.findSubscription(transaction, tenantId),
        organization: await this.repository.findOrganization(transaction, tenantId),
        price: await this.billing.requirePrice(transaction, plan, wanted ?? DEFAULT_CURRENCY),
        mayTry: await this.repository.mayTry(transaction, tenantId),
        entered: await this.repository.findEnteredCoupon(transaction),
      }),
    );
    if (subscription.priceVersion.planKey === plan) throw alreadyOnPlan(plan);
    if (price.monthlyFeeMinor === 0n) throw withoutFee(plan);
    if (organization.isEnding) throw beingDeleted();
    if (subscription.overdue) throw payFirst();
    // It would be a second subscription.
    if (subscription.pause) throw pausedPlan(subscription.next?.plan.name ?? plan);
    const customer = await this.requireCustomer(tenantId);
    await this.fix(tenantId, price.currency);
    const { updatedAt } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findSubscription(transaction, tenantId),
    );
    // One in another currency takes nothing off.
    const coupon = entered?.currency && entered.currency !== price.currency ? null : entered;
    const session = await this.stripe.checkout.sessions.create(
      {
        mode: 'subscription',
        customer,
        line_items: [{ price: await this.catalogue.findOrCreatePrice(price), quantity: 1 }],
        ...(coupon && { discounts: [{ coupon: await this.coupons.findOrCreate(coupon) }] }),
        success_url: `${this.config.PUBLIC_URL}/billing?checkout=success&plan=${plan}`,
        cancel_url: `${this.config.PUBLIC_URL}/billing?checkout=cancelled`,
        ...(this.config.KINDRED_STRIPE_TAX && TAXED),
        subscription_data: {
          metadata: { tenant_id: tenantId, price_version_id: price.id },
          ...(mayTry && price.trialDays > 0 && { trial_period_days: price.trialDays }),
        },
      },
      // Until the subscription changes, every click opens the same session: two could be paid, and bill twice.
      {
        idempotencyKey: `checkout-${tenantId}-${price.id}-${updatedAt.getTime()}${coupon ? `-${coupon.id}` : ''}${this.config.KINDRED_STRIPE_TAX ? '-taxed' : ''}`,
      },
    );
    // Somebody has chosen another one meanwhile, and has not seen this Checkout.
    const chosen = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findSubscription(transaction, tenantId),
    );
    if (chosen.fixedCurrency !== price.currency) {
      await this.expire(session.id);
      throw otherCurrency(price.currency, chosen.fixedCurrency!);
    }
    return { id: session.id, url: session.url! };
  }

  /** In which currency it is to be: another one may be named while nothing is worth anything in that of before. @throws Problem 409 */
  private choose(tenantId: string, currency: string | undefined): Promise<string | undefined> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { fixedCurrency } = await this.repository.findSubscription(transaction, tenantId);
      const isOther = currency && fixedCurrency && currency !== fixedCurrency;
      if (isOther && !(await this.repository.mayChooseCurrency(transaction, tenantId)))
        throw otherCurrency(currency, fixedCurrency);
      return currency ?? fixedCurrency ?? undefined;
    });
  }

  /** From here on all is in that currency: Checkouts that are open in another one are closed, before and after it holds. @throws Problem 409 */
  private async fix(tenantId: string, currency: string): Promise<void> {
    const { fixedCurrency, stripeCustomerId } = await this.database.tenant(tenantId, async (transaction) => ({
      ...(await this.repository.findSubscription(transaction, tenantId)),
      ...(await this.repository.findOrganization(transaction, tenantId)),
    }));
    if (fixedCurrency === currency) return;
    if (fixedCurrency) await this.closeOthers(stripeCustomerId!, currency);
    const isOther = await this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lockSubscription(transaction, tenantId);
      const { fixedCurrency: now } = await this.repository.findSubscription(transaction, tenantId);
      if (now === currency) return false;
      if (now && !(await this.repository.mayChooseCurrency(transaction, tenantId))) throw otherCurrency(currency, now);
      await this.repository.chooseCurrency(transaction, tenantId, currency, now !== null);
      return now !== null;
    });
    if (isOther) await this.closeOthers(stripeCustomerId!, currency);
  }

  private async closeOthers(customer: string, currency: string): Promise<void> {
    for await (const session of this.stripe.checkout.sessions.list({ customer, status: 'open', limit: 100 }))
      if (session.currency !== currency) await this.expire(session.id);
    // One that was paid this very moment.
    const { data } = await this.stripe.subscriptions.list({ customer, limit: 100 });
    const paid = data.find((each) => each.currency !== currency);
    if (paid) throw otherCurrency(currency, paid.currency);
  }

  private async expire(session: string): Promise<void> {
    await this.stripe.checkout.sessions.expire(session).catch((error: unknown) => {
      // It is paid, or over.
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    });
  }

  /**
   * Ends the organization's paid subscription, if it has one, with credit for the rest of the month where that is paid; what comes of it is heard as of any other change
   * of Stripe's.
   */
  async cancelAtOnce(tenantId: string): Promise<void> {
    const { stripeSubscriptionId } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findSubscription(transaction, tenantId),
    );
    if (!stripeSubscriptionId) return;
    try {
      const found = await this.stripe.subscriptions.retrieve(stripeSubscriptionId);
      await this.stripe.subscriptions.cancel(stripeSubscriptionId, creditOf(found));
    } catch (error) {
      // It has ended already.
      if (!(error instanceof Stripe.errors.StripeInvalidRequestError)) throw error;
    }
  }

  /** As whom Stripe knows the organization. The idempotency key makes two clicks at once, or a retry after a crash, end in one customer. */
  async requireCustomer(tenantId: string): Promise<string> {
    const { name, stripeCustomerId } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findOrganization(transaction, tenantId),
    );
    if (stripeCustomerId) return stripeCustomerId;
    const customer = await this.stripe.customers.create(
      { name, metadata: { tenant_id: tenantId } },
      { idempotencyKey: `customer-${tenantId}` },
    );
    await this.database.tenant(tenantId, (transaction) =>
      this.repository.setStripeCustomer(transaction, tenantId, customer.id),
    );
    return customer.id;
  }
}
