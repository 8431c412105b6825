import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Problem } from '../../platform/errors/problem.js';
import { NotificationsService } from '../notifications/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { alreadyOnPlan, beingDeleted, withoutFee, wrongSignature } from './billing.errors.js';
import { BillingRepository, type SubscriptionState } from './billing.repository.js';
import { BillingService, FREE_PLAN } from './billing.service.js';
import { paymentFailedMail, toInvoiceEvent, toPaymentFailedEvent } from './invoice-events.js';
import type { PriceVersion } from './rating.js';

const STATUS: Partial<Record<Stripe.Subscription.Status, SubscriptionState['status']>> = {
  active: 'active',
  trialing: 'active',
  past_due: 'past_due',
  unpaid: 'past_due',
};

/** Of following one event; each but the first finds that another event of the customer was followed meanwhile. */
const TRIES_MAX = 8;

/** Paying through Stripe: opening Checkout, and following what Stripe says came of it. */
@Injectable()
export class CheckoutService {
  private readonly logger = new Logger(CheckoutService.name);

  constructor(
    private readonly database: Database,
    private readonly repository: BillingRepository,
    private readonly billing: BillingService,
    private readonly stripe: Stripe,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
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
    if (price.monthlyFeeMinor === 0n) throw withoutFee(plan);
    if (organization.isEnding) throw beingDeleted();
    const customer = organization.stripeCustomerId ?? (await this.createCustomer(tenantId, organization.name));
    const session = await this.stripe.checkout.sessions.create(
      {
        mode: 'subscription',
        customer,
        line_items: [{ price: await this.findOrCreateStripePrice(price), quantity: 1 }],
        success_url: `${this.config.PUBLIC_URL}/billing?checkout=success&plan=${plan}`,
        cancel_url: `${this.config.PUBLIC_URL}/billing?checkout=cancelled`,
        subscription_data: { metadata: { tenant_id: tenantId, price_version_id: price.id } },
      },
      // Until the subscription changes, every click opens the same session: two could be paid, and bill twice.
      { idempotencyKey: `checkout-${tenantId}-${price.id}-${subscription.updatedAt.getTime()}` },
    );
    return { id: session.id, url: session.url! };
  }

  /** Ends the organization's paid subscription, if it has one; what comes of it is heard as of any other change of Stripe's. */
  async cancelAtOnce(tenantId: string): Promise<void> {
    const { stripeSubscriptionId } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findSubscription(transaction, tenantId),
    );
    if (stripeSubscriptionId) await this.stripe.subscriptions.cancel(stripeSubscriptionId);
  }

  /**
   * Takes one webhook. The event only says whose state may have changed: the customer's subscriptions are fetched afresh, so
   * duplicates, late and reordered deliveries all end in Stripe's present state.
   *
   * @throws Problem 400 for a signature that is not Stripe's
   */
  async handleWebhook(body: Buffer, signature: string): Promise<void> {
    const event = this.verify(body, signature);
    const customer = customerOf(event);
    if (!customer) return;
    const tenantId = await this.database.system((transaction) =>
      this.repository.findTenantByCustomer(transaction, customer),
    );
    if (!tenantId) {
      this.logger.warn(`webhook ${event.id}: no organization pays as ${customer}`);
      return;
    }
    for (let tries = 1; tries <= TRIES_MAX; tries++) if (await this.follow(tenantId, customer, event)) return;
    throw new Problem(
      503,
      'subscription_busy',
      'The subscription is changing too fast to keep up with: send the event again.',
    );
  }

  /**
   * Asks Stripe, then writes down what it said unless somebody else has meanwhile: theirs may be newer than ours. No transaction
   * is open while Stripe is waited for.
   */
  private async follow(tenantId: string, customer: string, event: Stripe.Event): Promise<boolean> {
    const find = (transaction: Transaction) => this.repository.findSubscription(transaction, tenantId);
    const { before, isEnding } = await this.database.tenant(tenantId, async (transaction) => ({
      before: await find(transaction),
      isEnding: (await this.repository.findOrganization(transaction, tenantId)).isEnding,
    }));
    // No retries: Stripe itself sends the event again.
    const { data } = await this.stripe.subscriptions.list(
      { customer, limit: 100 },
      { timeout: 10_000, maxNetworkRetries: 0 },
    );
    // A Checkout that was opened before the organization was to be deleted can still be paid.
    const [live, ...replaced] = liveStates(data);
    if (isEnding && live) {
      await this.stripe.subscriptions.cancel(live.stripeSubscriptionId);
      return false;
    }
    // Who buys another plan pays for one alone: what is left of the month paid before becomes credit at Stripe.
    for (const { stripeSubscriptionId } of replaced)
      await this.stripe.subscriptions.cancel(stripeSubscriptionId, { prorate: true });
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lockSubscription(transaction, tenantId);
      const current = await find(transaction);
      if (current.updatedAt.getTime() !== before.updatedAt.getTime()) return false;
      const state = live ?? {
        // Without one that lives the organization is on Free, and its billing periods go on from where they were.
        priceVersionId: (await this.billing.requirePrice(transaction, FREE_PLAN)).id,
        status: 'active' as const,
        anchorAt: current.anchorAt,
        stripeSubscriptionId: null,
      };
      // Later than before by the least that the column tells, however fast they follow each other.
      const updatedAt = new Date(Math.max(Date.now(), current.updatedAt.getTime() + 1));
      await this.repository.updateSubscription(transaction, tenantId, { ...state, updatedAt });
      const was = { priceVersionId: current.priceVersion.id, status: current.status };
      const is = { priceVersionId: state.priceVersionId, status: state.status };
      // Most of what Stripe says of changes nothing here.
      if (was.priceVersionId !== is.priceVersionId || was.status !== is.status)
        await audit(transaction, tenantId, 'subscription.changed', tenantId, { before: was, after: is });
      await this.notifyOfInvoice(transaction, tenantId, event);
      return true;
    });
  }

  /** Passes on what happened to an invoice, once for each of Stripe's events however often it comes. */
  private async notifyOfInvoice(transaction: Transaction, tenantId: string, event: Stripe.Event): Promise<void> {
    if (event.type === 'invoice.finalized' || event.type === 'invoice.paid') {
      await this.webhooks.emit(transaction, tenantId, event.type, toInvoiceEvent(event.data.object), event.id);
    } else if (event.type === 'invoice.payment_failed') {
      const data = toPaymentFailedEvent(event.data.object);
      const isNew = await this.webhooks.emit(transaction, tenantId, event.type, data, event.id);
      if (isNew) await this.notifications.email(transaction, tenantId, paymentFailedMail(data));
    }
  }

  private verify(body: Buffer, signature: string): Stripe.Event {
    try {
      return this.stripe.webhooks.constructEvent(body, signature, this.config.STRIPE_WEBHOOK_SECRET!);
    } catch {
      throw wrongSignature();
    }
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

/** What each of a customer's subscriptions that still live amounts to, the newest first. */
function liveStates(subscriptions: Stripe.Subscription[]): (SubscriptionState & { stripeSubscriptionId: string })[] {
  return subscriptions
    .filter(({ status, metadata }) => STATUS[status] && metadata['price_version_id'])
    .sort((a, b) => b.created - a.created)
    .map(({ id, status, metadata, billing_cycle_anchor }) => ({
      priceVersionId: metadata['price_version_id']!,
      status: STATUS[status]!,
      anchorAt: new Date(billing_cycle_anchor * 1000),
      stripeSubscriptionId: id,
    }));
}

function customerOf(event: Stripe.Event): string | null {
  switch (event.type) {
    case 'checkout.session.completed':
    case 'customer.subscription.created':
    case 'customer.subscription.updated':
    case 'customer.subscription.deleted':
    case 'invoice.finalized':
    case 'invoice.paid':
    case 'invoice.payment_failed': {
      const { customer } = event.data.object;
      return typeof customer === 'string' ? customer : null;
    }
    default:
      return null;
  }
}
