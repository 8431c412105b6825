import type Stripe from 'stripe';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { IS_SANDBOX, type StripeUnderTest, startStripe, wrongEvents } from './checked-stripe.js';
import { monthly } from './clock.js';

const CARDS = {
  good: '4242 4242 4242 4242',
  declined: '4000 0000 0000 0002',
  poor: '4000 0000 0000 9995',
  asks: '4000 0025 0000 3155',
  fails: '4000 0000 0000 0341',
};
const SUCCESS = 'http://localhost:3000/done?session={CHECKOUT_SESSION_ID}';

let under: StripeUnderTest;
let stripe: Stripe;
let price: string;
beforeAll(async () => {
  under = await startStripe();
  ({ stripe } = under);
  price = await monthly(stripe, 4900, 'Pro');
});
afterAll(() => under.close());

/** What a browser that sends a form comes to: where it is led, and what it reads there. */
async function send(url: string, form: Record<string, string> = {}): Promise<{ to: string | null; page: string }> {
  const address = new URL(url, under.url).toString().replace('localhost', '127.0.0.1');
  const response = await fetch(address, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  return { to: response.headers.get('location'), page: await response.text() };
}
const read = async (url: string) =>
  (await fetch(new URL(url, under.url).toString().replace('localhost', '127.0.0.1'))).text();

async function checkout(more: Partial<Stripe.Checkout.SessionCreateParams> = {}): Promise<Stripe.Checkout.Session> {
  const { id: customer } = await stripe.customers.create({ email: 'a@shop.example' });
  return stripe.checkout.sessions.create({
    mode: 'subscription',
    customer,
    line_items: [{ price, quantity: 1 }],
    success_url: SUCCESS,
    cancel_url: 'http://localhost:3000/back',
    subscription_data: { metadata: { tenant: 't1' } },
    ...more,
  });
}

describe.skipIf(IS_SANDBOX)('Checkout', () => {
  it('takes a card, starts the subscription and leads back; a second click changes nothing', async () => {
    const session = await checkout();
    expect(session).toMatchObject({ status: 'open', payment_status: 'unpaid', amount_total: 4900, currency: 'usd' });
    const page = await read(session.url!);
    expect(page).toContain('$49.00 per month');
    expect(page).toContain('http://localhost:3000/back');
    const to = SUCCESS.replace('{CHECKOUT_SESSION_ID}', session.id);
    expect((await send(session.url!, { number: CARDS.good })).to).toBe(to);
    expect((await send(session.url!, { number: CARDS.good })).to).toBe(to);
    const done = await stripe.checkout.sessions.retrieve(session.id, {
      expand: ['subscription', 'invoice', 'line_items'],
    });
    expect(done).toMatchObject({ status: 'complete', payment_status: 'paid', url: null });
    expect(done.subscription).toMatchObject({ status: 'active', metadata: { tenant: 't1' } });
    expect(done.invoice).toMatchObject({ status: 'paid', amount_paid: 4900 });
    expect(done.line_items!.data).toMatchObject([{ amount_total: 4900, quantity: 1, description: 'Pro' }]);
    expect((await stripe.subscriptions.list({ customer: done.customer as string })).data).toHaveLength(1);
  });

  it('says why a card is refused, keeps nothing of it, and takes another', async () => {
    const session = await checkout();
    const refusals = [
      ['1234', /card number is incorrect/],
      [CARDS.declined, /card was declined/],
      [CARDS.poor, /insufficient funds/],
      [CARDS.fails, /card was declined/],
    ] as const;
    for (const [number, why] of refusals) {
      const { to, page } = await send(session.url!, { number });
      expect(to).toBeNull();
      expect(page).toMatch(why);
    }
    const customer = session.customer as string;
    expect((await stripe.subscriptions.list({ customer, status: 'all' })).data).toEqual([]);
    expect((await send(session.url!, { number: CARDS.good })).to).toMatch(/done/);
  });

  it('asks the bank where the card does, and hears both answers', async () => {
    const session = await checkout();
    const asked = await send(session.url!, { number: CARDS.asks });
    expect(asked.to).toMatch(/^\/3ds\//);
    expect(await read(asked.to!)).toContain('Complete authentication');
    expect((await send(asked.to!, { result: 'fail' })).page).toContain('unable to authenticate');
    const again = await send(session.url!, { number: CARDS.asks });
    expect((await send(again.to!, { result: 'complete' })).to).toMatch(/done/);
    const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
    expect((await stripe.subscriptions.retrieve(subscription as string)).status).toBe('active');
  });

  it('takes coupons off what is to be paid', async () => {
    const { id: coupon } = await stripe.coupons.create({ percent_off: 25, duration: 'once' });
    const plain = await checkout();
    const session = await checkout({ discounts: [{ coupon }] });
    const off = Math.round(plain.amount_total! / 4);
    expect(session).toMatchObject({
      amount_subtotal: plain.amount_total,
      amount_total: plain.amount_total! - off,
      total_details: { amount_discount: off },
    });
    expect((await send(session.url!, { number: CARDS.good })).to).toMatch(/done/);
    const { subscription } = await stripe.checkout.sessions.retrieve(session.id);
    const [invoice] = (await stripe.invoices.list({ subscription: subscription as string })).data;
    expect(invoice!.total).toBe(session.amount_total);
  });

  it('makes a customer of who is none, and starts a trial without a card where none is asked for', async () => {
    const session = await checkout({
      customer: undefined,
      payment_method_collection: 'if_required',
      subscription_data: { trial_period_days: 14 },
    });
    expect(session.amount_total).toBe(0);
    expect((await send(session.url!, { email: 'new@shop.example' })).to).toMatch(/done/);
    const done = await stripe.checkout.sessions.retrieve(session.id, { expand: ['subscription', 'customer'] });
    expect(done).toMatchObject({ payment_status: 'no_payment_required', customer: { email: 'new@shop.example' } });
    expect(done.subscription).toMatchObject({ status: 'trialing' });
  });

  it('saves a card for later', async () => {
    const session = await checkout({
      mode: 'setup',
      line_items: undefined,
      subscription_data: undefined,
      currency: 'usd',
    });
    expect((await send(session.url!, { number: CARDS.good })).to).toMatch(/done/);
    const { setup_intent } = await stripe.checkout.sessions.retrieve(session.id, { expand: ['setup_intent'] });
    expect(setup_intent).toMatchObject({ status: 'succeeded', customer: session.customer });
    const { payment_method } = setup_intent as Stripe.SetupIntent;
    expect(await stripe.paymentMethods.retrieve(payment_method as string)).toMatchObject({
      customer: session.customer,
    });
  });

  it('that is over takes no card', async () => {
    const session = await checkout();
    expect(await stripe.checkout.sessions.expire(session.id)).toMatchObject({ status: 'expired', url: null });
    expect((await send(session.url!, { number: CARDS.good })).page).toContain('is expired');
    await expect(stripe.checkout.sessions.expire(session.id)).rejects.toMatchObject({ statusCode: 400 });
  });
});

describe.skipIf(IS_SANDBOX)('the page of an invoice', () => {
  it('takes a card for what is open', async () => {
    const { id: customer } = await stripe.customers.create();
    const { id } = await stripe.invoices.create({ customer });
    await stripe.invoices.addLines(id!, { lines: [{ amount: 1500, description: 'Work <b>' }] });
    const { hosted_invoice_url: url } = await stripe.invoices.finalizeInvoice(id!);
    expect(await read(url!)).toContain('Work &#60;b&#62;');
    expect((await send(url!, { number: CARDS.fails })).page).toContain('declined');
    expect((await stripe.invoices.retrieve(id!)).attempt_count).toBe(1);
    const asked = await send(url!, { number: CARDS.asks });
    await send(asked.to!, { result: 'complete' });
    expect(await stripe.invoices.retrieve(id!)).toMatchObject({ status: 'paid', amount_paid: 1500 });
    expect(await read(url!)).toContain('$15.00, paid');
  });
});

describe.skipIf(IS_SANDBOX)('the billing portal', () => {
  it('changes the card, cancels, resumes, and shows the invoices', async () => {
    const session = await checkout();
    await send(session.url!, { number: CARDS.good });
    const customer = session.customer as string;
    const [subscription] = (await stripe.subscriptions.list({ customer })).data;
    const portal = await stripe.billingPortal.sessions.create({
      customer,
      return_url: 'http://localhost:3000/billing',
    });
    const page = await read(portal.url);
    for (const shown of ['Cancel subscription', '$49.00', 'http://localhost:3000/billing'])
      expect(page).toContain(shown);
    await send(`${portal.url}/cancel`, { subscription: subscription!.id });
    expect(await stripe.subscriptions.retrieve(subscription!.id)).toMatchObject({ cancel_at_period_end: true });
    expect(await read(portal.url)).toContain('Resume subscription');
    await send(`${portal.url}/resume`, { subscription: subscription!.id });
    expect(await stripe.subscriptions.retrieve(subscription!.id)).toMatchObject({
      cancel_at_period_end: false,
      cancel_at: null,
    });
    expect((await send(`${portal.url}/card`, { number: CARDS.declined })).page).toContain('declined');
    await send(`${portal.url}/card`, { number: '5555 5555 5555 4444' });
    expect(await read(portal.url)).toContain('mastercard ending in 4444');
    const changed = await stripe.subscriptions.retrieve(subscription!.id, { expand: ['default_payment_method'] });
    expect(changed.default_payment_method).toMatchObject({ card: { last4: '4444' } });
  });
});

it('every event is as its type says', async () => {
  expect(await wrongEvents(stripe)).toEqual([]);
});
