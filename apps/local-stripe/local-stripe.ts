import { randomBytes } from 'node:crypto';
import { DateTime } from 'luxon';
import type Stripe from 'stripe';
import { firstInvoice } from './invoice.js';
import type { Store } from './store.js';

type Params = Record<string, any>;

/** The error that Stripe would answer. */
export class StripeError extends Error {
  constructor(
    readonly status: number,
    readonly type: 'invalid_request_error' | 'idempotency_error',
    message: string,
  ) {
    super(message);
  }
}

/**
 * The part of Stripe that selling a plan needs: customers, prices, Checkout, subscriptions and their first invoices, answered in Stripe's
 * shapes. A Checkout is paid on a page of our own instead of by card.
 */
export class LocalStripe {
  constructor(
    private readonly store: Store,
    private readonly baseUrl: string,
  ) {}

  createCustomer({ name, email, metadata }: Params): Stripe.Customer {
    const customer = { ...head('cus', 'customer'), name: name ?? null, email: email ?? null, metadata: metadata ?? {} };
    return this.keep('customers', customer as unknown as Stripe.Customer);
  }

  createPrice({ currency, unit_amount, recurring, lookup_key, product_data, metadata }: Params): Stripe.Price {
    const amount = Number(unit_amount);
    if (!Number.isInteger(amount) || amount < 0)
      throw invalid('unit_amount must be a whole number of the smallest unit');
    const product = this.keep('products', {
      ...head('prod', 'product'),
      name: product_data?.name ?? '',
      active: true,
    } as unknown as Stripe.Product);
    return this.keep('prices', {
      ...head('price', 'price'),
      active: true,
      currency,
      unit_amount: amount,
      unit_amount_decimal: String(amount),
      billing_scheme: 'per_unit',
      type: 'recurring',
      recurring: {
        interval: recurring?.interval,
        interval_count: 1,
        usage_type: 'licensed',
        meter: null,
        trial_period_days: null,
      },
      lookup_key: lookup_key ?? null,
      product: product.id,
      metadata: metadata ?? {},
    } as unknown as Stripe.Price);
  }

  listPrices({ lookup_keys }: Params) {
    const wanted = Object.values(lookup_keys ?? {});
    const data = Object.values(this.store.state.prices).filter(
      (price) => wanted.length === 0 || wanted.includes(price.lookup_key),
    );
    return { object: 'list', url: '/v1/prices', has_more: false, data };
  }

  createSession({
    mode,
    customer,
    line_items,
    success_url,
    cancel_url,
    subscription_data,
  }: Params): Stripe.Checkout.Session {
    if (mode !== 'subscription') throw invalid('this local Stripe sells subscriptions only');
    this.find('customers', customer);
    const [line] = Object.values<Params>(line_items ?? {});
    const price = this.find('prices', line?.['price']);
    const id = newId('cs_test');
    return this.keep('sessions', {
      ...head('cs_test', 'checkout.session'),
      id,
      mode,
      customer,
      status: 'open',
      payment_status: 'unpaid',
      amount_total: price.unit_amount,
      currency: price.currency,
      success_url,
      cancel_url,
      subscription: null,
      expires_at: now() + 86_400,
      url: `${this.baseUrl}/pay/${id}`,
      // Kept for the payment; Stripe does not show them on the session either.
      metadata: { price: price.id, subscription: JSON.stringify(subscription_data?.metadata ?? {}) },
    } as unknown as Stripe.Checkout.Session);
  }

  /** What clicking "Pay" does: a second click changes nothing. */
  pay(sessionId: string): Stripe.Checkout.Session {
    const session = this.find('sessions', sessionId);
    if (session.status === 'complete') return session;
    const price = this.find('prices', session.metadata!['price']!);
    const subscription = this.keep('subscriptions', newSubscription(session, price));
    const invoice = this.keep('invoices', this.newInvoice(subscription));
    subscription.latest_invoice = invoice.id;
    const paid = { status: 'complete', payment_status: 'paid', subscription: subscription.id, invoice: invoice.id };
    Object.assign(session, paid);
    this.emit('customer.subscription.created', subscription);
    this.emit('invoice.finalized', invoice);
    const { total } = invoice;
    Object.assign(invoice, {
      status: 'paid',
      amount_paid: total,
      amount_remaining: 0,
      attempt_count: 1,
      attempted: true,
    });
    invoice.status_transitions.paid_at = now();
    this.emit('invoice.paid', invoice);
    this.emit('checkout.session.completed', session);
    this.store.save();
    return session;
  }

  /** As Stripe does, the newest first, and without cancelled ones unless a status is asked for. */
  listSubscriptions({ customer, status }: Params) {
    const data = Object.values(this.store.state.subscriptions)
      .filter(
        (each) =>
          each.customer === customer &&
          (status === 'all' || (status ? each.status === status : each.status !== 'canceled')),
      )
      .reverse();
    return { object: 'list', url: '/v1/subscriptions', has_more: false, data };
  }

  cancelSubscription(id: string): Stripe.Subscription {
    const subscription = this.find('subscriptions', id);
    Object.assign(subscription, { status: 'canceled', canceled_at: now(), ended_at: now() });
    this.emit('customer.subscription.deleted', subscription);
    this.store.save();
    return subscription;
  }

  private newInvoice(subscription: Stripe.Subscription): Stripe.Invoice {
    const [id, number] = [newId('in'), `LOCAL-${Object.keys(this.store.state.invoices).length + 1}`];
    const url = `${this.baseUrl}/invoice/${id}`;
    return firstInvoice(subscription, { id, lineId: newId('il'), number, created: now(), url });
  }

  find<K extends 'customers' | 'prices' | 'sessions' | 'subscriptions' | 'invoices'>(
    kind: K,
    id: string,
  ): (typeof this.store.state)[K][string] {
    const found = this.store.state[kind][id];
    if (!found) throw new StripeError(404, 'invalid_request_error', `No such ${kind.slice(0, -1)}: '${id}'`);
    return found as (typeof this.store.state)[K][string];
  }

  private keep<T extends { id: string }>(
    kind: 'customers' | 'products' | 'prices' | 'sessions' | 'subscriptions' | 'invoices',
    object: T,
  ): T {
    (this.store.state[kind] as unknown as Record<string, T>)[object.id] = object;
    this.store.save();
    return object;
  }

  private emit(type: string, object: object): void {
    const event = {
      ...head('evt', 'event'),
      api_version: null,
      type,
      data: { object: structuredClone(object) },
      pending_webhooks: 1,
    };
    this.store.state.outbox.push(event as unknown as Stripe.Event);
  }
}

function newSubscription(session: Stripe.Checkout.Session, price: Stripe.Price): Stripe.Subscription {
  const start = now();
  const end = Math.floor(DateTime.fromSeconds(start, { zone: 'utc' }).plus({ months: 1 }).toSeconds());
  const item = {
    ...head('si', 'subscription_item'),
    price,
    quantity: 1,
    current_period_start: start,
    current_period_end: end,
  };
  return {
    ...head('sub', 'subscription'),
    customer: session.customer,
    status: 'active',
    currency: price.currency,
    billing_cycle_anchor: start,
    start_date: start,
    cancel_at_period_end: false,
    canceled_at: null,
    ended_at: null,
    metadata: JSON.parse(session.metadata!['subscription']!),
    items: { object: 'list', url: '/v1/subscription_items', has_more: false, data: [item] },
  } as unknown as Stripe.Subscription;
}

function head(prefix: string, object: string) {
  return { id: newId(prefix), object, created: now(), livemode: false };
}

function newId(prefix: string): string {
  return `${prefix}_${randomBytes(12).toString('hex')}`;
}

function now(): number {
  return Math.floor(Date.now() / 1000);
}

function invalid(message: string): StripeError {
  return new StripeError(400, 'invalid_request_error', message);
}
