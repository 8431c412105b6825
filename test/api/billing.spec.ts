import { mkdtempSync, rmSync } from 'node:fs';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import request from 'supertest';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

const PRO_FEE = '49.00';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-'));

let api: TestApi;
let localStripe: FastifyInstance;
let owner: pg.Client;
let stripe: Stripe;

beforeAll(async () => {
  const stripePort = await freePort();
  api = await startApi({ STRIPE_API_URL: `http://127.0.0.1:${stripePort}`, PUBLIC_URL: 'http://localhost:3000' });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port: stripePort,
    webhookUrl: `${api.url}/v1/billing/stripe/webhook`,
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(stripePort), protocol: 'http' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  await addTeamPlan();
});
afterAll(async () => {
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const invoiceOf = async (tenant: Tenant) => (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;

/** A second plan with a fee. */
async function addTeamPlan(): Promise<void> {
  await owner.query(`INSERT INTO plans (key, name, position) VALUES ('team', 'Team', 3)`);
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES ($1, 'team', 1, 'usd', 19900)`,
    [uuidv7()],
  );
}

/** Fills in the form of the local Stripe's page and clicks "Pay". */
const payAt = (url: string) =>
  fetch(url, { method: 'POST', body: new URLSearchParams({ number: '4242 4242 4242 4242' }), redirect: 'manual' });

/** Opens a Checkout and pays. */
async function upgrade(
  tenant: Tenant,
  { plan = 'pro', fee = `$${PRO_FEE}`, currency = 'usd' }: { plan?: string; fee?: string; currency?: string } = {},
): Promise<void> {
  const { body } = await tenant.post('/v1/billing/checkout-sessions', { plan, currency }).expect(201);
  const page = await fetch(body.url);
  expect(await page.text()).toContain(`${fee} per month`);
  const paid = await payAt(body.url);
  expect(paid.headers.get('location')).toBe(`http://localhost:3000/billing?checkout=success&plan=${plan}`);
  await until(async () => (await invoiceOf(tenant)).plan.key === plan);
}

async function customerOf(tenant: Tenant): Promise<string> {
  const { organization } = (await tenant.get('/v1/me')).body;
  const { rows } = await owner.query('SELECT stripe_customer_id AS id FROM organizations WHERE id = $1', [
    organization.id,
  ]);
  return rows[0].id;
}

async function cancelAtStripe(tenant: Tenant): Promise<void> {
  const { organization } = (await tenant.get('/v1/me')).body;
  const { rows } = await owner.query('SELECT stripe_subscription_id AS id FROM subscriptions WHERE tenant_id = $1', [
    organization.id,
  ]);
  await stripe.subscriptions.cancel(rows[0].id);
}

describe('the upcoming invoice', () => {
  it('of a new organization is nothing, line by line', async () => {
    const invoice = await invoiceOf(await Tenant.signUp(api));
    expect(invoice).toMatchObject({ currency: 'usd', status: 'active', total: '0.00' });
    expect(invoice.lines.length).toBeGreaterThan(3);
    for (const { amount } of invoice.lines) expect(amount).toBe('0.00');
    expect(new Date(invoice.periodEnd) > new Date()).toBe(true);
  });

  it('rates what goes beyond the plan exactly, and its lines add up to its total', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    await addUsage(api, tenant, 'recommendation_requests', 123456);
    await addUsage(api, tenant, 'training_seconds', 7211, { deviceClass: 'cpu' });
    await addUsage(api, tenant, 'training_seconds', 33, { deviceClass: 'gpu-h100' });
    const invoice = await invoiceOf(tenant);
    // (123,456 − 100,000) × 0.0002 = 4.6912; (7,211 − 7,200) × 0.0005 = 0.0055; 33 × 0.002 = 0.066 on a
    // device that has a price of its own; each rounded half up to the cent.
    const billed = invoice.lines.filter(({ amount }: { amount: string }) => amount !== '0.00');
    expect(billed.map(({ amount }: { amount: string }) => amount)).toEqual([PRO_FEE, '4.69', '0.01', '0.07']);
    expect(invoice.total).toBe('53.77');
  });

  it('says what it would be at the end, were the days to come like those that were, once there are three', async () => {
    const tenant = await Tenant.signUp(api);
    expect((await invoiceOf(tenant)).forecast).toBeNull();
    const { organization } = (await tenant.get('/v1/me')).body;
    await owner.query(
      `UPDATE subscriptions SET anchor_at = date_trunc('second', now()) - interval '4 days',
        price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'pro' ORDER BY version DESC LIMIT 1) WHERE tenant_id = $1`,
      [organization.id],
    );
    await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [organization.id]);
    await addUsage(api, tenant, 'recommendation_requests', 40_000);
    const { lines, total, forecast, periodStart, periodEnd } = await invoiceOf(tenant);
    const ofMeter = ({ meter }: { meter: string }) => meter === 'recommendation_requests';
    expect(lines.find(ofMeter)).toMatchObject({ quantity: '40000', allowance: '100000', amount: '0.00' });
    expect(total).toBe(PRO_FEE);
    const days = (Date.parse(periodEnd) - Date.parse(periodStart)) / 86_400_000;
    const atTheEnd = forecast.lines.find(ofMeter);
    expect(Number(atTheEnd.quantity) / (10_000 * days)).toBeCloseTo(1, 2);
    const over = Number(atTheEnd.quantity) - 100_000;
    expect(Number(atTheEnd.amount)).toBeCloseTo(over * 0.0002, 2);
    expect(Number(forecast.total)).toBeCloseTo(Number(PRO_FEE) + over * 0.0002, 2);
  });

  it('bills what was used before an upgrade by the plan that it was used under', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    // Metered under Free, in the running period: as if the upgrade had come later.
    const { rows } = await owner.query(
      `SELECT id FROM price_versions WHERE plan_key = 'free' ORDER BY version DESC LIMIT 1`,
    );
    await addUsage(api, tenant, 'recommendation_requests', 9000, { priceVersionId: rows[0].id });
    await addUsage(api, tenant, 'recommendation_requests', 100001);
    const { lines } = await invoiceOf(tenant);
    const requests = lines.filter(({ meter }: { meter: string }) => meter === 'recommendation_requests');
    expect(requests.map(({ quantity, amount }: Record<string, string>) => [quantity, amount])).toEqual([
      ['100001', '0.00'],
      ['9000', '0.00'],
    ]);
  });
});

describe('Checkout', () => {
  it('upgrades to Pro when it is paid, and is refused to those who are on it', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const { body } = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(409);
    expect(body.code).toBe('already_on_plan');
  });

  it('B11: sells in the currency that is chosen with the first plan, and in no other from then on', async () => {
    const tenant = await Tenant.signUp(api);
    const plansIn = async (query = '') => (await tenant.get(`/v1/billing/plans${query}`).expect(200)).body;
    expect((await plansIn()).currencies).toEqual(['usd', 'eur', 'cny', 'jpy']);
    const feeOf = (list: any) => list.plans.find(({ key }: { key: string }) => key === 'pro').monthlyFee;
    expect(feeOf(await plansIn('?currency=jpy'))).toBe('7300');
    await upgrade(tenant, { currency: 'jpy', fee: '¥7,300' });
    expect(await invoiceOf(tenant)).toMatchObject({ currency: 'jpy', total: '7300' });
    expect(await plansIn('?currency=usd')).toMatchObject({
      currencies: ['jpy'],
      plans: [{ currency: 'jpy' }, {}, {}, {}],
    });
    const other = await tenant.post('/v1/billing/checkout-sessions', { plan: 'scale', currency: 'usd' }).expect(409);
    expect(other.body.code).toBe('other_currency');
    // Back on Free it stays so.
    await cancelAtStripe(tenant);
    await until(async () => (await invoiceOf(tenant)).plan.key === 'free');
    expect(await invoiceOf(tenant)).toMatchObject({ currency: 'jpy', total: '0' });
  });

  it('B11: keeps credits and an open Checkout to one currency, and lets another be chosen while nothing is paid or given', async () => {
    const operator = await logInOperator(api);
    const tenant = await Tenant.signUp(api);
    const { id } = (await tenant.get('/v1/me').expect(200)).body.organization;
    const open = (currency: string) => tenant.post('/v1/billing/checkout-sessions', { plan: 'pro', currency });
    const grant = (currency: string) =>
      operator.post(`/v1/admin/organizations/${id}/credit-grants`, {
        amount: '60.00',
        currency,
        reason: 'For the outage of 3 November',
      });
    const buy = (currency: string) => tenant.post('/v1/billing/credit-purchases', { amount: '50.00', currency });
    const currencies = async () => (await tenant.get('/v1/billing/plans').expect(200)).body.currencies;
    const euros = (await open('eur').expect(201)).body;
    expect((await grant('usd').expect(409)).body.code).toBe('other_currency');
    expect((await buy('usd').expect(409)).body.code).toBe('other_currency');
    expect(await currencies()).toHaveLength(4);
    const dollars = (await open('usd').expect(201)).body;
    expect((await stripe.checkout.sessions.retrieve(euros.id)).status).toBe('expired');
    // Back again it is another one, not that which is over.
    const again = (await open('eur').expect(201)).body;
    expect(again.id).not.toBe(euros.id);
    expect((await stripe.checkout.sessions.retrieve(dollars.id)).status).toBe('expired');
    expect((await grant('eur').expect(201)).body.status).toBe('active');
    expect((await open('usd').expect(409)).body.code).toBe('other_currency');
    expect(await currencies()).toEqual(['eur']);
    // However many choose at once, what is open is of one currency.
    const other = await Tenant.signUp(api);
    const answers = await Promise.all(
      ['eur', 'usd', 'jpy', 'eur', 'usd'].map((currency) =>
        other.post('/v1/billing/checkout-sessions', { plan: 'pro', currency }),
      ),
    );
    expect(answers.map(({ status }) => status).every((status) => status === 201 || status === 409)).toBe(true);
    const { rows } = await owner.query(
      `SELECT stripe_customer_id AS customer, fixed_currency AS currency FROM organizations JOIN subscriptions ON tenant_id = id WHERE id = $1`,
      [(await other.get('/v1/me').expect(200)).body.organization.id],
    );
    const sessions = await stripe.checkout.sessions.list({ customer: rows[0].customer, status: 'open' });
    expect([...new Set(sessions.data.map(({ currency }) => currency))].every((each) => each === rows[0].currency)).toBe(
      true,
    );
  });

  it('sells every plan that has a fee, and no other', async () => {
    const tenant = await Tenant.signUp(api);
    const { plans } = (await tenant.get('/v1/billing/plans').expect(200)).body;
    const sold = plans.filter(({ monthlyFee }: { monthlyFee: string }) => Number(monthlyFee) > 0);
    const keys = sold.map(({ key }: { key: string }) => key);
    expect(keys.toSorted()).toEqual(['enterprise', 'pro', 'scale', 'team']);
    for (const { key } of sold) await tenant.post('/v1/billing/checkout-sessions', { plan: key }).expect(201);
    const unknown = await tenant.post('/v1/billing/checkout-sessions', { plan: 'gold' }).expect(404);
    expect(unknown.body).toMatchObject({ code: 'unknown_plan', detail: expect.stringMatching(/no plan gold/) });
    await upgrade(tenant);
    const free = await tenant.post('/v1/billing/checkout-sessions', { plan: 'free' }).expect(409);
    expect(free.body.code).toBe('plan_without_fee');
  });

  it('makes one customer and one subscription of two clicks at once', async () => {
    const tenant = await Tenant.signUp(api);
    const open = () => tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201);
    const sessions = await Promise.all([open(), open()]);
    // One session too, so that it cannot be paid twice.
    expect(new Set(sessions.map(({ body }) => body.id)).size).toBe(1);
    const { customer } = await stripe.checkout.sessions.retrieve(sessions[0]!.body.id);
    await payAt(sessions[0]!.body.url);
    await payAt(sessions[1]!.body.url);
    expect((await stripe.subscriptions.list({ customer: customer as string })).data).toHaveLength(1);
  });

  it('is refused to an organization that is going to be deleted, and ends at once where it was opened before', async () => {
    const tenant = await Tenant.signUp(api);
    const { organization } = (await tenant.get('/v1/me')).body;
    const opened = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201);
    await tenant.post('/v1/organization/deletion', { name: organization.name }).expect(202);
    const { body } = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(409);
    expect(body.code).toBe('organization_being_deleted');
    await payAt(opened.body.url);
    const customer = await customerOf(tenant);
    await until(
      async () =>
        (await stripe.subscriptions.list({ customer, status: 'all' })).data.map(({ status }) => status).join() ===
        'canceled',
      10_000,
    );
    expect((await invoiceOf(tenant)).plan.key).toBe('free');
    // What was paid goes back to the card, and nothing of it becomes credit too.
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    const [paid, ...others] = (await stripe.invoices.list({ customer })).data;
    expect([paid!.amount_paid, others]).toEqual([4_900, []]);
    const { data: notes } = await stripe.creditNotes.list({ invoice: paid!.id });
    expect(notes).toMatchObject([{ amount: 4_900, refunds: [{ amount_refunded: 4_900 }] }]);
    expect(await stripe.customers.retrieve(customer)).toMatchObject({ balance: 0 });
  });

  it('of an organization that is deleted is over at once, and the rest of the month is credit that the last invoice takes', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const customer = await customerOf(tenant);
    const { organization } = (await tenant.get('/v1/me')).body;
    await tenant.post('/v1/organization/deletion', { name: organization.name }).expect(202);
    await until(async () => (await invoiceOf(tenant)).plan.key === 'free');
    expect((await stripe.invoiceItems.list({ customer, pending: true })).data).toEqual([]);
    const { balance } = (await stripe.customers.retrieve(customer)) as Stripe.Customer;
    expect(balance).toBeLessThan(-4_880);
    const { rows } = await owner.query(
      `SELECT share::float AS share FROM billing_periods WHERE tenant_id = $1 AND is_collected_by_stripe`,
      [organization.id],
    );
    // Of the month that was credited, no more than its part is included.
    expect(rows).toHaveLength(1);
    expect(rows[0].share).toBeLessThan(0.01);
  });

  it('of an organization that is deleted twice over, as after a kill in between, is over all the same', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const { organization } = (await tenant.get('/v1/me')).body;
    const { rows } = await owner.query('SELECT stripe_subscription_id AS id FROM subscriptions WHERE tenant_id = $1', [
      organization.id,
    ]);
    await cancelAtStripe(tenant);
    await until(async () => (await invoiceOf(tenant)).plan.key === 'free');
    await owner.query('UPDATE subscriptions SET stripe_subscription_id = $2 WHERE tenant_id = $1', [
      organization.id,
      rows[0].id,
    ]);
    await tenant.post('/v1/organization/deletion', { name: organization.name }).expect(202);
  });

  it('puts the organization back on Free when the subscription ends', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    await cancelAtStripe(tenant);
    await until(async () => (await invoiceOf(tenant)).plan.key === 'free');
  });
});

describe('what Stripe refuses', () => {
  it('is told as an internal error, without a word of what Stripe said', async () => {
    const refusing = http.createServer((_, response) => {
      response.writeHead(401, { 'content-type': 'application/json' });
      response.end(
        JSON.stringify({ error: { type: 'invalid_request_error', message: 'Invalid API Key: sk_live_***9' } }),
      );
    });
    await new Promise<void>((resolve) => refusing.listen(0, '127.0.0.1', resolve));
    const { port } = refusing.address() as AddressInfo;
    const broken = await ApiProcess.start({
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_API_URL: `http://127.0.0.1:${port}`,
    });
    try {
      const tenant = await Tenant.signUp({ url: broken.url } as TestApi);
      const { body, text } = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(503);
      expect(body.code).toBe('payments_unavailable');
      expect(text).not.toMatch(/sk_live|Invalid API Key/);
    } finally {
      await broken.stop('SIGKILL');
      refusing.close();
    }
  });
});

describe('of two subscriptions', () => {
  it('the newer decides and the one before is ended, so that nobody pays for two plans', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const customer = await customerOf(tenant);
    const [{ id: before }] = (await stripe.subscriptions.list({ customer })).data as [Stripe.Subscription];
    await upgrade(tenant, { plan: 'team', fee: '$199.00' });
    await until(async () => (await stripe.subscriptions.retrieve(before)).status === 'canceled');
    const { data: live } = await stripe.subscriptions.list({ customer });
    expect(live.map(({ items }) => items.data[0]!.price.unit_amount)).toEqual([19_900]);
    // What is left of its month is credit, and nothing waits for an invoice that never comes.
    expect((await stripe.invoiceItems.list({ customer, pending: true })).data).toEqual([]);
    expect(((await stripe.customers.retrieve(customer)) as Stripe.Customer).balance).toBeLessThan(-4_880);
    // That the one before is gone is heard too, and changes nothing.
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    expect((await invoiceOf(tenant)).plan.key).toBe('team');
  });
});

describe('a webhook', () => {
  const send = (payload: string, signature: string) =>
    request(api.url)
      .post('/v1/billing/stripe/webhook')
      .set({ 'content-type': 'application/json', 'stripe-signature': signature })
      .send(payload);
  const sign = (payload: string, secret = WEBHOOK_SECRET, timestamp = Math.floor(Date.now() / 1000)) =>
    stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

  it('is refused where it is unsigned, forged, altered or stale', async () => {
    const payload = JSON.stringify({
      id: 'evt_1',
      object: 'event',
      type: 'customer.subscription.updated',
      data: { object: {} },
    });
    const sixMinutesAgo = Math.floor(Date.now() / 1000) - 360;
    await send(payload, '').expect(400);
    await send(payload, sign(payload, 'whsec_wrong')).expect(400);
    await send(`${payload} `, sign(payload)).expect(400);
    await send(payload, sign(payload, WEBHOOK_SECRET, sixMinutesAgo)).expect(400);
  });

  it('B12: that comes twice or out of order leaves what Stripe says now', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const { organization } = (await tenant.get('/v1/me')).body;
    const { rows } = await owner.query(
      'SELECT stripe_subscription_id AS subscription, stripe_customer_id AS customer FROM subscriptions JOIN organizations ON id = tenant_id WHERE tenant_id = $1',
      [organization.id],
    );
    // A deletion that Stripe knows nothing of: late, reordered or replayed by someone who holds an old event.
    const object = {
      id: rows[0].subscription,
      object: 'subscription',
      customer: rows[0].customer,
      status: 'canceled',
      metadata: {},
    };
    const payload = JSON.stringify({
      id: 'evt_late',
      object: 'event',
      type: 'customer.subscription.deleted',
      data: { object },
    });
    for (let times = 0; times < 3; times++) await send(payload, sign(payload)).expect(204);
    expect((await invoiceOf(tenant)).plan.key).toBe('pro');
  });

  it('of an invoice is passed on to the customer once, however often it comes, and a failed payment by mail too', async () => {
    const tenant = await Tenant.signUp(api);
    await upgrade(tenant);
    const messages = async (type: string) =>
      (await tenant.get(`/v1/webhook-messages?type=${type}`).expect(200)).body.data;
    await until(async () => (await messages('invoice.paid')).length === 1);
    const [finalized] = await messages('invoice.finalized');
    expect(finalized.data).toMatchObject({ currency: 'usd', total: PRO_FEE, amountDue: PRO_FEE, amountPaid: '0.00' });
    const [paid] = await messages('invoice.paid');
    expect(paid.data).toEqual({ ...finalized.data, amountPaid: PRO_FEE });
    const { data: subscriptions } = await stripe.subscriptions.list({ customer: await customerOf(tenant) });
    expect(paid.data.subscriptionId).toBe(subscriptions[0]!.id);
    const month = subscriptions[0]!.items.data[0]!;
    expect(Date.parse(paid.data.periodEnd)).toBe(1000 * month.current_period_end);

    const next = Math.floor(Date.now() / 1000) + 86_400;
    const invoice = {
      ...(await stripe.invoices.retrieve(paid.data.invoiceId)),
      attempt_count: 1,
      next_payment_attempt: next,
    };
    const id = `evt_${paid.data.invoiceId}`;
    const payload = JSON.stringify({ id, object: 'event', type: 'invoice.payment_failed', data: { object: invoice } });
    await Promise.all([1, 2, 3].map(() => send(payload, sign(payload)).expect(204)));
    await send(payload, sign(payload)).expect(204);
    const failed = await messages('invoice.payment_failed');
    expect(failed).toHaveLength(1);
    expect(failed[0].data).toMatchObject({ attemptCount: 1, nextAttemptAt: new Date(1000 * next).toISOString() });
    const { rows } = await owner.query(
      `SELECT values FROM emails JOIN users ON users.id = recipient_id WHERE email = $1 AND template = 'payment_failed'`,
      [tenant.email],
    );
    expect(rows).toHaveLength(1);
    expect(rows[0].values).toMatchObject({ amountDue: '49.00', currency: 'usd' });
    expect(rows[0].values.invoice).toMatch(/^[0-9A-F]{8}-\d{4}$/);
  });

  it('of a customer that nobody here is does no harm', async () => {
    const object = { id: 'sub_x', object: 'subscription', customer: 'cus_unknown' };
    const payload = JSON.stringify({
      id: 'evt_x',
      object: 'event',
      type: 'customer.subscription.updated',
      data: { object },
    });
    await send(payload, sign(payload)).expect(204);
  });
});

describe('the operator', () => {
  it('sees every organization with its plan, usage and what it will pay; nobody else does', async () => {
    const tenant = await Tenant.signUp(api, 'Paying shop');
    await upgrade(tenant);
    await addUsage(api, tenant, 'recommendation_requests', 42);
    await tenant.get('/v1/admin/organizations').expect(403);
    const operator = await logInOperator(api);
    const { data } = (await operator.get('/v1/admin/organizations?limit=100').expect(200)).body;
    const shop = data.find(({ name }: { name: string }) => name === 'Paying shop');
    expect(shop).toMatchObject({ plan: 'Pro', members: 1, upcomingTotal: (await invoiceOf(tenant)).total });
    expect(shop.usage).toContainEqual({ meter: 'recommendation_requests', quantity: '42' });
  });
});
