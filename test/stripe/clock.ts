import type Stripe from 'stripe';
import { until } from '../factories/until.js';

export const HOUR = 3600;
export const DAY = 86_400;
/** 1 April 2027, 00:00 UTC: a month of thirty days, so that its half is to the second. */
export const APRIL = Date.UTC(2027, 3, 1) / 1000;

/** A customer that lives on a test clock of its own. */
export class OnClock {
  private constructor(
    readonly stripe: Stripe,
    readonly clock: string,
    readonly customer: string,
  ) {}

  static async start(
    stripe: Stripe,
    { at = APRIL, card = 'pm_card_visa' }: { at?: number; card?: string | null } = {},
  ): Promise<OnClock> {
    const clock = await stripe.testHelpers.testClocks.create({ frozen_time: at });
    const customer = await stripe.customers.create({ name: 'Shop', email: 'shop@example.com', test_clock: clock.id });
    const on = new OnClock(stripe, clock.id, customer.id);
    if (card) await on.useCard(card);
    return on;
  }

  async useCard(card: string): Promise<string> {
    const { id } = await this.stripe.paymentMethods.attach(card, { customer: this.customer });
    await this.stripe.customers.update(this.customer, { invoice_settings: { default_payment_method: id } });
    return id;
  }

  async advance(to: number): Promise<void> {
    const { testClocks } = this.stripe.testHelpers;
    await testClocks.advance(this.clock, { frozen_time: to });
    await until(async () => (await testClocks.retrieve(this.clock)).status === 'ready');
  }

  async subscribe(price: string, more: Partial<Stripe.SubscriptionCreateParams> = {}): Promise<Stripe.Subscription> {
    return this.stripe.subscriptions.create({ customer: this.customer, items: [{ price }], ...more });
  }

  /** The oldest first. */
  async invoices(subscription?: string): Promise<Stripe.Invoice[]> {
    const { data } = await this.stripe.invoices.list({ customer: this.customer, subscription, limit: 100 });
    return data.reverse();
  }

  async newestInvoice(): Promise<Stripe.Invoice> {
    return (await this.invoices()).at(-1)!;
  }
}

export async function monthly(stripe: Stripe, unit_amount: number, name = 'Plan'): Promise<string> {
  const { id } = await stripe.prices.create({
    currency: 'usd',
    unit_amount,
    recurring: { interval: 'month' },
    product_data: { name },
  });
  return id;
}
