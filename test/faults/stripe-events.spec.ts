import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { addDraft } from '../factories/drafts.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { startWorker } from '../factories/platform.setup.js';

const SCALE = IS_FULL
  ? { events: 10_000, shops: 40, invoices: 4, kills: 40, timeoutMs: 3_600_000 }
  : { events: 300, shops: 5, invoices: 2, kills: 4, timeoutMs: 300_000 };
const TIMES = 3;
const SENDERS = 8;
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);
const SCRIPT = ['dist/test/factories/stripe-worker.process.js'];

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-stripe-faults-'));
const random = Random.seeded(SEED);

let localStripe: FastifyInstance;
let stripe: Stripe;
let environment: Record<string, string>;
let api: ApiProcess;
let worker: ChildProcess;
let owner: pg.Client;

beforeAll(async () => {
  const port = await freePort();
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    // What it sends goes nowhere: the test sends, in an order and as often as it likes.
    webhookUrl: 'http://127.0.0.1:9/',
    webhookSecret: WEBHOOK_SECRET,
  });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  environment = {
    STRIPE_SECRET_KEY: 'sk_test_none',
    STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
    STRIPE_API_URL: `http://127.0.0.1:${port}`,
  };
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  api = await ApiProcess.start(environment);
  worker = await newWorker();
});
afterAll(async () => {
  worker.kill('SIGKILL');
  await Promise.all([api.stop('SIGKILL'), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const newWorker = () => startWorker(inject('appUrl'), inject('dataDirectory'), environment, SCRIPT);
const oneOf = <T>(all: readonly T[]): T => all[Math.floor(random.uniform() * all.length)]!;
const shuffled = <T>(all: readonly T[]): T[] =>
  all
    .map((each) => ({ each, at: random.uniform() }))
    .toSorted((a, b) => a.at - b.at)
    .map(({ each }) => each);

interface Shop {
  tenant: Tenant;
  id: string;
  customer: string;
  subscription: string;
}

/** An organization with a paid subscription at Stripe and drafts of ours, of which the second bills in two lines. */
async function prepare(): Promise<Shop> {
  const tenant = await Tenant.signUp({ url: api.url } as TestApi);
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const customer = (await stripe.customers.create({ name: 'Stormy shop' })).id;
  const card = (await stripe.paymentMethods.attach('pm_card_visa', { customer })).id;
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
  const { rows } = await owner.query(
    `SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1`,
  );
  const price = await stripe.prices.create({
    currency: 'usd',
    unit_amount: 4_900,
    recurring: { interval: 'month' },
    product_data: { name: 'Pro' },
  });
  const { id: subscription } = await stripe.subscriptions.create({
    customer,
    items: [{ price: price.id }],
    metadata: { price_version_id: rows[0].id },
  });
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [id, customer]);
  for (let each = 0; each < SCALE.invoices; each++)
    drafts.push(await addDraft(owner, id, each + 1, [1_000 + each, 0, 250]));
  return { tenant, id, customer, subscription };
}

let kills = 0;
const drafts: string[] = [];

/** Kills whoever follows and collects, and starts them again; their leases are sat out at length by `npm run faults` alone. */
async function kill(): Promise<void> {
  kills++;
  worker.kill('SIGKILL');
  await api.stop('SIGKILL');
  if (!IS_FULL)
    for (const table of ['stripe_events', 'invoices'])
      await owner.query(
        `UPDATE ${table} SET lease_expires_at = now() - interval '1 second' WHERE lease_expires_at IS NOT NULL`,
      );
  [worker] = await Promise.all([newWorker(), api.start()]);
}

/** As Stripe does: until it is taken. */
async function deliver(event: object): Promise<void> {
  const payload = JSON.stringify(event);
  for (;;) {
    const signature = await stripe.webhooks.generateTestHeaderStringAsync({ payload, secret: WEBHOOK_SECRET });
    const headers = { 'content-type': 'application/json', 'stripe-signature': signature };
    const isTaken = await fetch(`${api.url}/v1/billing/stripe/webhook`, {
      method: 'POST',
      headers,
      body: payload,
    }).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isTaken) return;
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

async function allEvents(): Promise<Stripe.Event[]> {
  const events: Stripe.Event[] = [];
  for await (const event of stripe.events.list({ limit: 100 })) events.push(event);
  return events;
}

const draftsLeft = async () => {
  const sql = `SELECT count(*)::int AS count FROM invoices WHERE id = ANY($1) AND status = 'draft'`;
  return (await owner.query(sql, [drafts])).rows[0].count as number;
};

it(
  `B12: ${SCALE.events} events, each ${TIMES} times and in any order, and the drafts of ${SCALE.shops} organizations, while who follows and collects is killed ${SCALE.kills} times: all is as Stripe has it, once`,
  async () => {
    const shops: Shop[] = [];
    for (let each = 0; each < SCALE.shops; each++) shops.push(await prepare());
    // Collected under kills, at moments that chance picks.
    const killsWhileCollecting = Math.ceil(SCALE.kills / 4);
    while (kills < killsWhileCollecting) {
      await new Promise((resolve) => setTimeout(resolve, 1_000 * random.uniform()));
      await kill();
      if ((await draftsLeft()) === 0) break;
    }
    await until(async () => (await draftsLeft()) === 0, Infinity);

    const collected = await owner.query(
      `SELECT tenant_id AS "tenantId", id, stripe_invoice_id AS "stripeId" FROM invoices WHERE id = ANY($1)`,
      [drafts],
    );
    const ours = collected.rows as { tenantId: string; id: string; stripeId: string }[];
    // Each is to be changed at Stripe once, in the midst of it all.
    const changes = shuffled([
      ...ours.map(({ stripeId }) => () => {
        const change = Math.floor(random.uniform() * 4);
        if (change === 0) return stripe.invoices.pay(stripeId);
        if (change === 1) return stripe.invoices.voidInvoice(stripeId);
        if (change === 2) return stripe.invoices.markUncollectible(stripeId);
        return Promise.resolve();
      }),
      ...shops.map(
        ({ subscription }, index) =>
          () =>
            index % 3 === 0 ? stripe.subscriptions.cancel(subscription) : Promise.resolve(),
      ),
    ] as (() => Promise<unknown>)[]);
    const real = await allEvents();
    const told = real.filter(({ data }) =>
      shops.some(({ customer }) => 'customer' in data.object && data.object.customer === customer),
    );
    // The same objects under other ids, as an event only says what to look at.
    const made = Array.from({ length: Math.max(0, SCALE.events - told.length) }, () => ({
      ...oneOf(told.filter(({ type }) => type.startsWith('invoice.') || type.startsWith('customer.subscription'))),
      id: `evt_${uuidv7()}`,
    }));
    const queue = shuffled(Array.from({ length: TIMES }, () => [...told, ...made]).flat());
    const total = queue.length;
    const startedMs = performance.now();
    let underWay: Promise<void> = Promise.resolve();
    const before = kills;
    const sender = async () => {
      for (let event = queue.pop(); event; event = queue.pop()) {
        await deliver(event);
        const share = 1 - queue.length / total;
        while (changes.length > 0 && 1 - changes.length / (ours.length + shops.length) < share) await changes.pop()!();
        if (kills < before + Math.floor(share * (SCALE.kills - before)))
          underWay = underWay.then(() => (kills < SCALE.kills ? kill() : undefined));
      }
    };
    await Promise.all(Array.from({ length: SENDERS }, sender));
    for (const change of changes) await change();
    await underWay;
    // And what those changes brought, of which some never comes: a worker that starts fetches that from Stripe.
    const later = (await allEvents()).filter(({ id }) => !real.some((known) => known.id === id));
    for (const event of shuffled([...later, ...later])) if (random.uniform() < 0.8) await deliver(event);
    await kill();
    const waiting = async () =>
      (await owner.query('SELECT count(*)::int AS count FROM stripe_events WHERE effect IS NULL')).rows[0]
        .count as number;
    const isSwept = async () => {
      const types =
        /^(customer\.subscription|checkout|invoice\.(finalized|paid|payment_failed|voided|marked_uncollectible)$)/;
      const ids = later.filter(({ type }) => types.test(type)).map(({ id }) => id);
      return (await owner.query('SELECT FROM stripe_events WHERE event_id = ANY($1)', [ids])).rowCount === ids.length;
    };
    await until(async () => (await isSwept()) && (await waiting()) === 0, Infinity);
    const perSecond = total / ((performance.now() - startedMs) / 1_000);

    let wrong = 0;
    const count = (isRight: boolean) => void (isRight || wrong++);
    for (const { tenantId, id, stripeId } of ours) {
      const { rows } = await owner.query(
        `SELECT status, number, total_minor::int AS total,
           (SELECT count(*)::int FROM audit_events WHERE tenant_id = $1 AND target_id = $2 AND action = 'invoice.issued') AS issued,
           (SELECT count(*)::int FROM emails WHERE tenant_id = $1 AND template = 'invoice_issued' AND values ->> 'invoiceId' = $2::text) AS mails,
           (SELECT count(*)::int FROM webhook_messages WHERE tenant_id = $1 AND type = 'invoice.finalized' AND data ->> 'invoiceId' = $2::text) AS finalized,
           (SELECT count(*)::int FROM webhook_messages WHERE tenant_id = $1 AND type = 'invoice.paid' AND data ->> 'invoiceId' = $2::text) AS paid
         FROM invoices WHERE tenant_id = $1 AND id = $2`,
        [tenantId, id],
      );
      const found = await stripe.invoices.retrieve(stripeId);
      const is = { status: found.status, number: found.number, total: found.total };
      const once = { issued: 1, mails: 1, finalized: 1, paid: found.status === 'paid' ? 1 : 0 };
      count(JSON.stringify(rows[0]) === JSON.stringify({ ...is, ...once }) && found.lines.data.length === 2);
    }
    for (const { id, customer, subscription, tenant } of shops) {
      const isLive = (await stripe.subscriptions.retrieve(subscription)).status === 'active';
      const { body } = await tenant.get('/v1/billing/invoices/upcoming').expect(200);
      count(body.plan.key === (isLive ? 'pro' : 'free'));
      const { data } = await stripe.invoices.list({ customer, limit: 100 });
      count(data.filter(({ metadata }) => metadata?.['invoice_id']).length === SCALE.invoices);
      // Of the fee's invoice its customer hears once for each event.
      const fees = [...told, ...made].filter(
        ({ type, data: { object } }) =>
          /^invoice\.(finalized|paid)$/.test(type) &&
          'customer' in object &&
          object.customer === customer &&
          !ours.some(({ stripeId }) => stripeId === (object as Stripe.Invoice).id),
      );
      const { rows } = await owner.query(
        `SELECT count(*)::int AS messages FROM webhook_messages WHERE tenant_id = $1 AND type IN ('invoice.finalized', 'invoice.paid') AND data ->> 'subscriptionId' IS NOT NULL`,
        [id],
      );
      count(rows[0].messages === fees.length);
    }
    note(
      `states, numbers, sums or messages that differ from Stripe's after its events, each ${TIMES} times and shuffled, seed ${SEED}`,
      `${wrong} of ${ours.length + 3 * shops.length} (${told.length + made.length + later.length} events, ${total} deliveries, ${kills} kills of API and worker, ${perSecond.toFixed(0)} deliveries/s)`,
      '0',
      wrong === 0,
    );
    expect(wrong).toBe(0);
  },
  SCALE.timeoutMs,
);
