import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type Stripe from 'stripe';
import request from 'supertest';
import { uuidv7 } from 'uuidv7';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { StripeEventProcessor } from '../../libs/features/stripe-events/stripe-event-processor.js';
import { StripeEventSweep } from '../../libs/features/stripe-events/stripe-event-sweep.js';
import { StripeEventsRepository } from '../../libs/features/stripe-events/stripe-events.repository.js';
import { StripeEventsService } from '../../libs/features/stripe-events/stripe-events.service.js';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';
import { StripeProxy } from '../factories/stripe-proxy.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-events-'));

let api: TestApi;
let localStripe: FastifyInstance;
let direct: StripeProxy;
let proxy: StripeProxy;
let stripe: Stripe;
let owner: pg.Client;
let operator: Tenant;
let processor: StripeEventProcessor | undefined;

beforeAll(async () => {
  const port = await freePort();
  [direct, proxy] = await Promise.all([StripeProxy.start(port), StripeProxy.start(port)]);
  api = await startApi({ STRIPE_API_URL: proxy.url });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    // What it sends goes nowhere: the tests send.
    webhookUrl: 'http://127.0.0.1:9/',
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = direct.client();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
});
afterEach(async () => {
  proxy.pass();
  await processor?.beforeApplicationShutdown();
  processor = undefined;
});
afterAll(async () => {
  direct.close();
  proxy.close();
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

function startProcessor(): void {
  const [database, service] = [Database, StripeEventsService].map((each) => api.app.get<any>(each, { strict: false }));
  processor = new StripeEventProcessor(database, new StripeEventsRepository(), service);
  processor.onApplicationBootstrap();
}

const send = (payload: string, signature = sign(payload)) =>
  request(api.url)
    .post('/v1/billing/stripe/webhook')
    .set({ 'content-type': 'application/json', 'stripe-signature': signature })
    .send(payload);
const sign = (payload: string, timestamp = Math.floor(Date.now() / 1000), secret = WEBHOOK_SECRET) =>
  stripe.webhooks.generateTestHeaderString({ payload, secret, timestamp });

interface Shop {
  tenant: Tenant;
  id: string;
  customer: string;
  subscription: Stripe.Subscription;
}

/** An organization that has paid for Pro at Stripe, of which nothing is known here yet. */
async function signUp(): Promise<Shop> {
  const tenant = await Tenant.signUp(api, 'Hearing shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const customer = (await stripe.customers.create({ name: 'Hearing shop' })).id;
  const card = (await stripe.paymentMethods.attach('pm_card_visa', { customer })).id;
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [id, customer]);
  const { rows } = await owner.query(
    `SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1`,
  );
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 4_900,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  const subscription = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id }],
    metadata: { price_version_id: rows[0].id },
  });
  return { tenant, id, customer, subscription };
}

const planOf = async ({ tenant }: Shop) =>
  (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body.plan.key;
/** All that Stripe has to say of the customer, the oldest first. */
const eventsOf = async ({ customer }: Shop) => {
  const events: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) events.unshift(event);
  return events.filter(({ data }) => (data.object as { customer?: string }).customer === customer);
};
const eventOf = async (shop: Shop, type: string) => (await eventsOf(shop)).find((event) => event.type === type)!;
const rowOf = async (eventId: string) =>
  (await owner.query('SELECT * FROM stripe_events WHERE event_id = $1', [eventId])).rows[0];
const hasten = (eventId: string) =>
  owner.query(
    `UPDATE stripe_events SET next_attempt_at = now(), lease_expires_at = lease_expires_at - interval '1 hour' WHERE event_id = $1`,
    [eventId],
  );
const listed = async (query: string) => (await operator.get(`/v1/admin/stripe-events?${query}`).expect(200)).body.data;

describe('a webhook of Stripe’s', () => {
  it('B13: that is unsigned, forged, altered or stale is refused and not kept', async () => {
    const payload = JSON.stringify({
      id: `evt_${uuidv7()}`,
      object: 'event',
      type: 'invoice.paid',
      data: { object: {} },
    });
    await send(payload, '').expect(400);
    await send(payload, sign(payload, undefined, 'whsec_wrong')).expect(400);
    await send(`${payload} `, sign(payload)).expect(400);
    await send(payload, sign(payload, Math.floor(Date.now() / 1000) - 360)).expect(400);
    expect(await rowOf(JSON.parse(payload).id)).toBeUndefined();
  });

  it('is kept and followed once, however often it comes, at the same time too', async () => {
    const shop = await signUp();
    const event = await eventOf(shop, 'customer.subscription.created');
    proxy.calls.length = 0;
    const payload = JSON.stringify(event);
    await Promise.all([1, 2, 3].map(() => send(payload).expect(204)));
    await send(payload).expect(204);
    await until(async () => (await rowOf(event.id)).effect !== null);
    expect(proxy.calls.filter(({ path: asked }) => asked.includes(shop.customer))).toHaveLength(1);
    expect(await rowOf(event.id)).toMatchObject({ tenant_id: shop.id, effect: 'changed', tries: 1, error: null });
    expect(await planOf(shop)).toBe('pro');
  });

  it.each([1, 2, 3])('ends in Stripe’s present state, in whatever order all of them come (%i)', async (seed) => {
    const shop = await signUp();
    await stripe.subscriptions.update(shop.subscription.id, { metadata: { note: 'x' } });
    await stripe.subscriptions.cancel(shop.subscription.id);
    const events = await eventsOf(shop);
    const order = [...events, ...events].map((event, index) => ({ event, at: Math.sin(seed * 1_000 + index * 7) }));
    for (const { event } of order.toSorted((a, b) => a.at - b.at)) await send(JSON.stringify(event)).expect(204);
    expect(await planOf(shop)).toBe('free');
    const { body } = await shop.tenant.get('/v1/webhook-messages').expect(200);
    const told = body.data.map(({ type }: any) => type).filter((type: string) => type.startsWith('invoice.'));
    expect(told.toSorted()).toEqual(['invoice.finalized', 'invoice.paid']);
  });

  it('of a customer that nobody here is, or of a type that means nothing here, is kept and ignored, and why is said', async () => {
    const event = (type: string, object: object) => ({
      id: `evt_${uuidv7()}`,
      object: 'event',
      type,
      data: { object },
    });
    const [stranger, strange] = [
      event('customer.subscription.updated', { id: 'sub_x', object: 'subscription', customer: 'cus_unknown' }),
      event('payout.paid', { id: 'po_x', object: 'payout' }),
    ];
    for (const each of [stranger, strange]) await send(JSON.stringify(each)).expect(204);
    const views = await Promise.all([stranger, strange].map(({ id }) => listed(`search=${id}`)));
    expect(views.flat()).toMatchObject([
      {
        status: 'ignored',
        effect: 'ignored',
        reason: 'unknown_customer',
        organization: null,
        customerId: 'cus_unknown',
      },
      { status: 'ignored', effect: 'ignored', reason: 'unknown_type', organization: null, customerId: null },
    ]);
  });

  it.each([500, 429])('is kept where Stripe answers %i, and followed by a worker when it answers', async (status) => {
    const shop = await signUp();
    const event = await eventOf(shop, 'customer.subscription.created');
    proxy.fate = () => status;
    await send(JSON.stringify(event)).expect(204);
    expect(await rowOf(event.id)).toMatchObject({ effect: null, error: expect.any(String), lease_expires_at: null });
    expect(await listed(`status=failing&search=${shop.customer}`)).toMatchObject([{ eventId: event.id, tries: 1 }]);
    expect(await planOf(shop)).toBe('free');
    startProcessor();
    await hasten(event.id);
    await until(async () => (await rowOf(event.id)).tries === 2 && (await rowOf(event.id)).lease_expires_at === null);
    // The second wait is longer than the first.
    expect((await rowOf(event.id)).next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 5_000);
    proxy.pass();
    await hasten(event.id);
    await until(async () => (await planOf(shop)) === 'pro');
    await until(async () => (await rowOf(event.id)).effect === 'changed');
    expect(await rowOf(event.id)).toMatchObject({ error: null, tries: 3 });
  });

  it('is kept where Stripe hangs', async () => {
    const shop = await signUp();
    const event = await eventOf(shop, 'customer.subscription.created');
    proxy.fate = ({ path: asked }) => (asked.includes(shop.customer) ? 'hang' : 'pass');
    await send(JSON.stringify(event)).expect(204);
    proxy.pass();
    startProcessor();
    await hasten(event.id);
    await until(async () => (await planOf(shop)) === 'pro');
  });

  it('is followed by a worker where the process ended that had kept it', async () => {
    const shop = await signUp();
    const event = await eventOf(shop, 'customer.subscription.created');
    await owner.query(
      `INSERT INTO stripe_events (tenant_id, id, event_id, type, created_at, received_at, customer_id, attempt, tries, lease_expires_at)
       VALUES ($1, $2, $3, $4, now(), now(), $5, 1, 1, now() - interval '1 second')`,
      [shop.id, uuidv7(), event.id, event.type, shop.customer],
    );
    startProcessor();
    await until(async () => (await rowOf(event.id)).effect === 'changed');
    expect(await rowOf(event.id)).toMatchObject({ losses: 1, tries: 2 });
    expect(await planOf(shop)).toBe('pro');
  });
});

describe('what no webhook brought', () => {
  it('is fetched from Stripe and followed, and what is here stays as it is', async () => {
    const shop = await signUp();
    const known = await eventOf(shop, 'invoice.paid');
    await send(JSON.stringify(known)).expect(204);
    const before = await rowOf(known.id);
    const events = await eventsOf(shop);
    const service = api.app.get(StripeEventsService, { strict: false });
    const sweep = new StripeEventSweep(stripe, service);
    const tries: Stripe[] = [proxy.client(), stripe];
    // The first finds Stripe away, and the next hour's does it.
    proxy.fate = () => 'drop';
    for (const client of tries) {
      Object.assign(sweep, { stripe: client });
      await (sweep as unknown as { work(): Promise<void> }).work().catch(() => {});
    }
    proxy.pass();
    startProcessor();
    const followed = events.filter(({ type }) => /^customer\.subscription|^invoice\.(finalized|paid)$/.test(type));
    expect(followed.length).toBeGreaterThan(2);
    for (const { id } of followed) await until(async () => ((await rowOf(id))?.effect ?? null) !== null);
    expect(await rowOf(known.id)).toEqual(before);
    expect(await planOf(shop)).toBe('pro');
  });
});

describe('an operator', () => {
  it('finds events by id, customer, type and status, page by page, and has one followed again', async () => {
    const shop = await signUp();
    proxy.fate = () => 500;
    for (const event of await eventsOf(shop)) await send(JSON.stringify(event)).expect(204);
    proxy.pass();
    const event = await eventOf(shop, 'customer.subscription.created');
    const [found] = await listed(`search=${event.id}`);
    expect(found).toMatchObject({
      eventId: event.id,
      type: event.type,
      createdAt: new Date(1000 * event.created).toISOString(),
      organization: { id: shop.id, name: 'Hearing shop' },
      status: 'failing',
      effect: null,
    });
    expect((await listed(`type=invoice.paid&search=${shop.customer}`)).map(({ type }: any) => type)).toEqual([
      'invoice.paid',
    ]);
    const csv = await operator.get(`/v1/admin/stripe-events.csv?type=invoice.paid&search=${shop.customer}`).expect(200);
    expect(csv.text.trim().split('\n')).toEqual([
      expect.stringMatching(/^organizationId,organizationName,id,eventId,type,/),
      expect.stringMatching(new RegExp(`^${shop.id},Hearing shop,.*,invoice\\.paid,`)),
    ]);
    const { body: first } = await operator.get('/v1/admin/stripe-events?limit=1').expect(200);
    const { body: second } = await operator
      .get(`/v1/admin/stripe-events?limit=1&cursor=${first.nextCursor}`)
      .expect(200);
    expect(second.data[0].id < first.data[0].id).toBe(true);
    const retry = (id: string) => operator.post(`/v1/admin/stripe-events/${id}/retry`);
    const { body } = await retry(found.id).expect(200);
    expect(body).toMatchObject({ status: 'followed', effect: 'changed', error: null });
    expect(await planOf(shop)).toBe('pro');
    // Again changes nothing.
    expect((await retry(found.id).expect(200)).body).toMatchObject({ status: 'followed', effect: 'unchanged' });
    await owner.query(`UPDATE stripe_events SET lease_expires_at = now() + interval '1 minute' WHERE id = $1`, [
      found.id,
    ]);
    expect((await retry(found.id).expect(409)).body.code).toBe('event_under_way');
    await owner.query('UPDATE stripe_events SET lease_expires_at = NULL WHERE id = $1', [found.id]);
    await retry(uuidv7()).expect(404);
    await shop.tenant.get('/v1/admin/stripe-events').expect(403);
    await shop.tenant.post(`/v1/admin/stripe-events/${found.id}/retry`).expect(403);
  });
});
