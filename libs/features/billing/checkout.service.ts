import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { alreadyOnPlan, wrongSignature } from './billing.errors.js';
import { BillingRepository, type SubscriptionState } from './billing.repository.js';
import { BillingService, FREE_PLAN } from './billing.service.js';
import type { PriceVersion } from './rating.js';

const STATUS: Partial<Record<Stripe.Subscription.Status, SubscriptionState['status']>> = {
  active: 'active',
  trialing: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
};

/** Paying through Stripe: opening Checkout, and following what Stripe says came of it. */
@Injectable()
export class CheckoutService {
  private readonly logger = new Logger(CheckoutService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly billing: BillingService,
    private readonly stripe: Stripe,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** Opens a Checkout for the plan; nothing changes here until Stripe says that it was paid. */
  async open(tenantId: string, plan: string): Promise<{ id: string; url: string }> {
    const { organization, subscription, price } = await this.database.tenant(tenantId, async (transaction) => ({
      organization: await this.repository.findOrganization(transaction, tenantId),
      subscription: await this.repository.findSubscription(transaction, tenantId),
      price: await this.billing.requirePrice(transaction, plan),
    }));
    if (subscription.priceVersion.planKey === plan) throw alreadyOnPlan(plan);
    const customer = organization.stripeCustomerId ?? (await this.createCustomer(tenantId, organization.name));
    const session = await this.stripe.checkout.sessions.create({
      mode: 'subscription',
      customer,
      line_items: [{ price: await this.findOrCreateStripePrice(price), quantity: 1 }],
      success_url: `${this.config.PUBLIC_URL}/billing?checkout=success`,
      cancel_url: `${this.config.PUBLIC_URL}/billing?checkout=cancelled`,
      subscription_data: { metadata: { tenant_id: tenantId, price_version_id: price.id } },
    });
    return { id: session.id, url: session.url! };
  }

  /**
   * Takes one webhook. The event only says that something happened: the subscription is fetched afresh under a row lock,
   * so duplicates and late or reordered deliveries all end in Stripe's present state.
   *
   * @throws Problem 400 for a signature that is not Stripe's
   */
  async handleWebhook(body: Buffer, signature: string): Promise<void> {
    const event = this.verify(body, signature);
    const found = subscriptionOf(event);
    if (!found) return;
    const { tenantId, isHandled } = await this.database.system(async (transaction) => ({
      tenantId: await this.repository.findTenantByCustomer(transaction, found.customer),
      isHandled: await this.repository.isHandled(transaction, event.id),
    }));
    if (isHandled) return;
    if (!tenantId) {
      this.logger.warn(`webhook ${event.id}: no organization pays as ${found.customer}`);
      return;
    }
    await this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lockSubscription(transaction, tenantId);
      const subscription = await this.stripe.subscriptions.retrieve(found.subscription);
      if (subscription.customer !== found.customer) return;
      const current = await this.repository.findSubscription(transaction, tenantId);
      const state = await this.stateOf(subscription, current.anchorAt, (plan) =>
        this.billing.requirePrice(transaction, plan),
      );
      await this.repository.updateSubscription(transaction, tenantId, state);
    });
    await this.database.system((transaction) => this.repository.rememberEvent(transaction, event.id, event.type));
  }

  private verify(body: Buffer, signature: string): Stripe.Event {
    try {
      return this.stripe.webhooks.constructEvent(body, signature, this.config.STRIPE_WEBHOOK_SECRET);
    } catch {
      throw wrongSignature();
    }
  }

  /** An ended subscription puts the organization back on Free; its billing periods go on from where they were. */
  private async stateOf(
    subscription: Stripe.Subscription,
    anchorAt: Date,
    requirePrice: (plan: string) => Promise<PriceVersion>,
  ): Promise<SubscriptionState> {
    const status = STATUS[subscription.status];
    const priceVersionId = subscription.metadata['price_version_id'];
    if (!status || !priceVersionId) {
      const free = await requirePrice(FREE_PLAN);
      return { priceVersionId: free.id, status: 'active', anchorAt, stripeSubscriptionId: null };
    }
    const anchor = new Date(subscription.billing_cycle_anchor * 1000);
    return { priceVersionId, status, anchorAt: anchor, stripeSubscriptionId: subscription.id };
  }

  /** The idempotency key makes two clicks at once, or a retry after a crash, end in one customer. */
  private async createCustomer(tenantId: string, name: string): Promise<string> {
    const customer = await this.stripe.customers.create(
      { name, metadata: { tenant_id: tenantId } },
      { idempotencyKey: `customer-${tenantId}` },
    );
    await this.database.tenant(tenantId, (transaction) =>
      this.repository.setStripeCustomer(transaction, tenantId, customer.id),
    );
    return customer.id;
  }

  /** Stripe's price of a price version, found by its lookup key. */
  private async findOrCreateStripePrice(price: PriceVersion): Promise<string> {
    const lookupKey = `kindred-${price.id}`;
    const { data } = await this.stripe.prices.list({ lookup_keys: [lookupKey], limit: 1 });
    if (data[0]) return data[0].id;
    const created = await this.stripe.prices.create(
      {
        lookup_key: lookupKey,
        currency: price.currency,
        unit_amount: Number(price.monthlyFeeMinor),
        recurring: { interval: 'month' },
        product_data: { name: `Kindred ${price.planName}` },
      },
      { idempotencyKey: `price-${price.id}` },
    );
    return created.id;
  }
}

function subscriptionOf(event: Stripe.Event): { subscription: string; customer: string } | null {
  switch (event.type) {
    case 'checkout.session.completed': {
      const { subscription, customer } = event.data.object;
      return typeof subscription === 'string' && typeof customer === 'string' ? { subscription, customer } : null;
    }
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted': {
      const { id, customer } = event.data.object;
      return typeof customer === 'string' ? { subscription: id, customer } : null;
    }
    default:
      return null;
  }
}
