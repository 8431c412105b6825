import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import type Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { BillingRepository } from '../../libs/features/billing/index.js';
import { CreditGrantsRepository } from '../../libs/features/credit-grants/index.js';
import { InvoiceFollower } from '../../libs/features/invoices/index.js';
import { InvoiceCollector } from '../../libs/features/invoices/invoice-collector.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { InvoicesRepository } from '../../libs/features/invoices/invoices.repository.js';
import { NotificationsService } from '../../libs/features/notifications/index.js';
import { WebhooksService } from '../../libs/features/webhooks/index.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { CONFIG } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { addDraft } from '../factories/drafts.js';
import { IS_FULL } from '../factories/faults-report.js';
import { logInOperator } from '../factories/members.js';
import { startWorker } from '../factories/platform.setup.js';
import { type Fate, StripeProxy } from '../factories/stripe-proxy.js';
import { addUsage } from '../factories/usage.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-collecting-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let direct: StripeProxy;
let proxy: StripeProxy;
let owner: pg.Client;
let writer: InvoiceWriter;
const collectors: InvoiceCollector[] = [];

beforeAll(async () => {
  const port = await freePort();
  api = await startApi({ STRIPE_API_URL: `http://127.0.0.1:${port}`, PUBLIC_URL: 'http://localhost:3000' });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl: `${api.url}/v1/billing/stripe/webhook`,
    webhookSecret: WEBHOOK_SECRET,
  });
  [direct, proxy] = await Promise.all([StripeProxy.start(port), StripeProxy.start(port)]);
  stripe = direct.client();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  writer = construct(api, InvoiceWriter);
});
afterEach(async () => {
  proxy.pass();
  await Promise.all(collectors.splice(0).map((each) => each.beforeApplicationShutdown()));
});
afterAll(async () => {
  direct.close();
  proxy.close();
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

const get = (token: any) => api.app.get<any>(token, { strict: false });

/** Each sees Stripe through the proxy. */
function newFollower(): InvoiceFollower {
  const [database, clock, config] = [get(Database), get(Clock), get(CONFIG)];
  const [webhooks, mails] = [get(WebhooksService), get(NotificationsService)];
  return new InvoiceFollower(
    database,
    new InvoicesRepository(),
    new BillingRepository(),
    proxy.client(),
    webhooks,
    mails,
    clock,
    config,
    new CreditGrantsRepository(),
  );
}

/** A worker's. */
function startCollector(config = { KINDRED_STRIPE_TAX: false }): InvoiceCollector {
  const [invoices, billing] = [new InvoicesRepository(), new BillingRepository()];
  const collector = new InvoiceCollector(get(Database), invoices, billing, newFollower(), proxy.client(), config);
  collector.onApplicationBootstrap();
  collectors.push(collector);
  return collector;
}

interface Shop {
  tenant: Tenant;
  id: string;
  customer: string;
}

/** An organization that pays for Pro through Stripe, with a card on file. */
async function signUp(): Promise<Shop> {
  const tenant = await Tenant.signUp(api, 'Collected shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const customer = (await stripe.customers.create({ name: 'Collected shop' })).id;
  const { id: card } = await stripe.paymentMethods.attach('pm_card_visa', { customer });
  await stripe.customers.update(customer, { invoice_settings: { default_payment_method: card } });
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [id, customer]);
  return { tenant, id, customer };
}

/** With a draft of 5.24, of which a line is of nothing. */
async function withDraft(): Promise<Shop> {
  const shop = await signUp();
  await addDraft(owner, shop.id, 1, [469, 0, 55]);
  return shop;
}

const TOTAL = 524;

const listOf = async ({ tenant }: Shop) => (await tenant.get('/v1/billing/invoices').expect(200)).body.data;
const newestOf = async (shop: Shop) => (await listOf(shop))[0];
const rowOf = async ({ id }: Shop) =>
  (await owner.query('SELECT * FROM invoices WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1', [id])).rows[0];
const atStripe = async ({ customer }: Shop) => (await stripe.invoices.list({ customer, limit: 100 })).data;
const isOpen = async (shop: Shop) => (await newestOf(shop)).status === 'open';
/** As if the wait were over. */
const hasten = ({ id }: Shop) => owner.query('UPDATE invoices SET next_attempt_at = now() WHERE tenant_id = $1', [id]);
const messagesOf = async ({ tenant }: Shop, type: string) =>
  (await tenant.get(`/v1/webhook-messages?type=${type}`).expect(200)).body.data;
const mailsOf = async ({ id }: Shop, template: string) =>
  (await owner.query('SELECT values FROM emails WHERE tenant_id = $1 AND template = $2', [id, template])).rows;
const auditOf = async ({ id }: Shop, action: string) =>
  (await owner.query('SELECT after FROM audit_events WHERE tenant_id = $1 AND action = $2', [id, action])).rows;

/** Exactly one at Stripe, with all lines once. */
async function expectCollected(shop: Shop): Promise<Stripe.Invoice> {
  const [invoice, ...others] = await atStripe(shop);
  expect(others).toEqual([]);
  expect(invoice).toMatchObject({ status: 'open', total: TOTAL, currency: 'usd', auto_advance: true });
  expect(invoice!.lines.data).toHaveLength(2);
  expect(await newestOf(shop)).toMatchObject({ status: 'open', number: invoice!.number, total: '5.24' });
  return invoice!;
}

describe('a draft that Stripe collects', () => {
  it('is one invoice there, by our lines, and takes its number; what becomes of it is told as of our own', async () => {
    const shop = await withDraft();
    startCollector();
    await until(() => isOpen(shop));
    const invoice = await expectCollected(shop);
    const ours = await newestOf(shop);
    expect(ours).toMatchObject({ hostedInvoiceUrl: invoice.hosted_invoice_url, paidAt: null });
    expect(ours.issuedAt).toBe(new Date(1000 * invoice.status_transitions.finalized_at!).toISOString());
    expect(invoice.lines.data.map(({ amount, description }) => [amount, description]).toSorted()).toEqual([
      [469, 'Use 1'],
      [55, 'Use 3'],
    ]);
    const told = { invoiceId: ours.id, number: ours.number, total: '5.24', subscriptionId: null };
    const [finalized, ...more] = await messagesOf(shop, 'invoice.finalized');
    expect([finalized.data, more]).toMatchObject([{ ...told, amountDue: '5.24', amountPaid: '0.00' }, []]);
    expect(await mailsOf(shop, 'invoice_issued')).toHaveLength(1);
    await stripe.invoices.pay(invoice.id);
    await until(async () => (await newestOf(shop)).status === 'paid');
    expect((await newestOf(shop)).paidAt).not.toBeNull();
    const paid = await messagesOf(shop, 'invoice.paid');
    expect(paid.map(({ data }: any) => data)).toMatchObject([{ ...told, amountPaid: '5.24' }]);
    expect(await auditOf(shop, 'invoice.issued')).toEqual([{ after: { number: ours.number, status: 'open' } }]);
    expect(await auditOf(shop, 'invoice.status_changed')).toEqual([{ after: { status: 'paid' } }]);
    // The events of all that came, and nothing was told twice.
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    expect(await messagesOf(shop, 'invoice.finalized')).toHaveLength(1);
    expect(await messagesOf(shop, 'invoice.paid')).toHaveLength(1);
  });

  it('comes to what prepaid credits leave of it, there as here', async () => {
    const shop = await withDraft();
    await owner.query('UPDATE invoices SET credits_minor = 124 WHERE tenant_id = $1', [shop.id]);
    startCollector();
    await until(() => isOpen(shop));
    const [invoice] = await atStripe(shop);
    expect(invoice).toMatchObject({ total: 400, amount_due: 400 });
    expect(invoice!.lines.data.map(({ amount, description }) => [amount, description])).toContainEqual([
      -124,
      'Prepaid credits',
    ]);
    expect(await newestOf(shop)).toMatchObject({ total: '5.24', credits: '1.24', due: '4.00' });
    const [finalized] = await messagesOf(shop, 'invoice.finalized');
    expect(finalized.data).toMatchObject({ total: '5.24', amountDue: '4.00' });
  });

  it('that is voided or given up at Stripe, or whose payment fails, is so here', async () => {
    const [voided, lost, failed] = await Promise.all([withDraft(), withDraft(), withDraft()]);
    startCollector();
    for (const shop of [voided, lost, failed]) await until(() => isOpen(shop));
    await stripe.invoices.voidInvoice((await rowOf(voided)).stripe_invoice_id);
    await stripe.invoices.markUncollectible((await rowOf(lost)).stripe_invoice_id);
    await until(async () => (await newestOf(voided)).status === 'void');
    await until(async () => (await newestOf(lost)).status === 'uncollectible');
    const bad = await stripe.paymentMethods.attach('pm_card_chargeCustomerFail', { customer: failed.customer });
    const { stripe_invoice_id: id } = await rowOf(failed);
    await expect(stripe.invoices.pay(id, { payment_method: bad.id })).rejects.toThrow(/declined/);
    await until(async () => (await messagesOf(failed, 'invoice.payment_failed')).length === 1);
    const { number, id: invoiceId } = await newestOf(failed);
    expect((await messagesOf(failed, 'invoice.payment_failed'))[0].data).toMatchObject({ invoiceId, number });
    expect(await mailsOf(failed, 'payment_failed')).toMatchObject([{ values: { invoice: number } }]);
    expect(await newestOf(failed)).toMatchObject({ status: 'open' });
  });

  it('is looked at while it is open, so that no webhook needs to come', async () => {
    const shop = await withDraft();
    startCollector();
    await until(() => isOpen(shop));
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    // Nobody here knows the customer while the event comes.
    await owner.query('UPDATE organizations SET stripe_customer_id = NULL WHERE id = $1', [shop.id]);
    await stripe.invoices.pay((await rowOf(shop)).stripe_invoice_id);
    await until(async () => (await stripe.events.list({ delivery_success: false })).data.length === 0);
    expect(await newestOf(shop)).toMatchObject({ status: 'open' });
    await hasten(shop);
    await until(async () => (await newestOf(shop)).status === 'paid');
  });

  it('is collected though the subscription ends, after which Stripe collects nothing by itself, until its tries are over', async () => {
    const shop = await withDraft();
    const { id: price } = await stripe.prices.create({
      currency: 'usd',
      unit_amount: 4_900,
      recurring: { interval: 'month' },
      product_data: { name: 'Pro' },
    });
    const { id: subscription } = await stripe.subscriptions.create({ customer: shop.customer, items: [{ price }] });
    startCollector();
    await until(() => isOpen(shop));
    const { stripe_invoice_id: id } = await rowOf(shop);
    await stripe.subscriptions.cancel(subscription);
    expect(await stripe.invoices.retrieve(id)).toMatchObject({ auto_advance: false, next_payment_attempt: null });
    await hasten(shop);
    await until(async () => (await stripe.invoices.retrieve(id)).auto_advance === true);
    expect((await stripe.invoices.retrieve(id)).next_payment_attempt).not.toBeNull();
  });

  it('keeps what Stripe said last, though something older is written later', async () => {
    const shop = await withDraft();
    startCollector();
    await until(() => isOpen(shop));
    const { stripe_invoice_id: id } = await rowOf(shop);
    let goOn!: () => void;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    const asked = new Promise<void>((resolve) => {
      proxy.hold = () => {
        resolve();
        return held;
      };
    });
    const late = newFollower().follow(shop.id, id);
    await asked;
    proxy.hold = async () => {};
    await stripe.invoices.pay(id);
    await until(async () => (await newestOf(shop)).status === 'paid');
    goOn();
    expect(await late).toBe('unchanged');
    expect(await newestOf(shop)).toMatchObject({ status: 'paid', paidAt: expect.any(String) });
  });

  it('is taken there by a worker as npm start would start it, once it has Stripe’s key', async () => {
    const shop = await withDraft();
    const worker = await startWorker(inject('appUrl'), inject('dataDirectory'), {
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_WEBHOOK_SECRET: WEBHOOK_SECRET,
      STRIPE_API_URL: proxy.url,
      KINDRED_WORKER_POOLS: 'nobodys',
    });
    await until(() => isOpen(shop));
    worker.kill('SIGTERM');
    await new Promise((resolve) => worker.once('exit', resolve));
    await expectCollected(shop);
  });

  it('B5: is one at Stripe however many collect, and those of an organization go one after the other', async () => {
    const shops = await Promise.all(Array.from({ length: 4 }, withDraft));
    for (const shop of shops) await addDraft(owner, shop.id, 2, [1_000]);
    proxy.most.clear();
    proxy.lane = ({ body, path: asked }) => shops.find(({ customer }) => `${asked} ${body}`.includes(customer))?.id;
    for (let each = 0; each < 3; each++) startCollector();
    await until(async () =>
      (await Promise.all(shops.map(listOf))).flat().every(({ status }: any) => status === 'open'),
    );
    proxy.lane = () => undefined;
    for (const shop of shops) {
      expect((await atStripe(shop)).map(({ total }) => total).toSorted((a, b) => a - b)).toEqual([TOTAL, 1_000]);
      expect(proxy.most.get(shop.id)).toBe(1);
    }
  });

  it('B5: is collected once, though the worker ends after any of its calls, and keys are forgotten since', async () => {
    // At length (`npm run faults`) while Stripe still knows the keys too.
    for (const isLater of IS_FULL ? [false, true] : [true]) {
      let isOver = false;
      for (let call = 1; !isOver; call++) {
        const shop = await withDraft();
        let count = 0;
        proxy.fate = (): Fate => (++count < call ? 'pass' : count === call ? 'lose' : 'drop');
        const collector = startCollector();
        await until(async () => {
          const { tries, attempt, lease_expires_at: lease } = await rowOf(shop);
          return attempt > 0 && lease === null && (tries > 0 || count < call);
        });
        await collector.beforeApplicationShutdown();
        isOver = count < call;
        proxy.pass();
        if (isLater) proxy.forgetKeys();
        await hasten(shop);
        startCollector();
        await until(() => isOpen(shop));
        await expectCollected(shop);
        await Promise.all(collectors.splice(0).map((each) => each.beforeApplicationShutdown()));
        if (isOver) expect(call).toBeGreaterThan(9);
      }
    }
  });

  it.each([429, 500, 503])('waits where Stripe answers %i, and others do not', async (status) => {
    const [shop, other] = [await withDraft(), await withDraft()];
    proxy.fate = ({ method, body }) => (method === 'POST' && body.includes(shop.customer) ? status : 'pass');
    startCollector();
    await until(() => isOpen(other));
    await until(async () => (await rowOf(shop)).tries >= 1);
    await hasten(shop);
    await until(async () => (await rowOf(shop)).tries >= 2 && (await rowOf(shop)).lease_expires_at === null);
    const row = await rowOf(shop);
    expect(row).toMatchObject({ status: 'draft', blocked_reason: null });
    expect(row.next_attempt_at.getTime()).toBeGreaterThan(Date.now() + 5_000);
    proxy.pass();
    await hasten(shop);
    await until(() => isOpen(shop));
    await expectCollected(shop);
  });

  it('gives up on a call that hangs, tries again, and keeps no other waiting', async () => {
    const [shop, other] = [await withDraft(), await withDraft()];
    proxy.fate = ({ path: asked }) => (asked.includes(shop.customer) ? 'hang' : 'pass');
    startCollector();
    await until(() => isOpen(other));
    expect(await newestOf(shop)).toMatchObject({ status: 'draft' });
    await until(async () => (await rowOf(shop)).lease_expires_at === null);
    proxy.pass();
    await hasten(shop);
    await until(() => isOpen(shop));
    await expectCollected(shop);
  });
});

it('is charged to the card that Checkout left with the subscription', async () => {
  const tenant = await Tenant.signUp(api);
  const { body } = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201);
  const form = new URLSearchParams({ number: '4242 4242 4242 4242' });
  await fetch(body.url, { method: 'POST', body: form, redirect: 'manual' });
  const { id } = (await tenant.get('/v1/me')).body.organization;
  await until(async () => (await tenant.get('/v1/billing/invoices/upcoming')).body.plan.key === 'pro');
  const { rows } = await owner.query('SELECT stripe_customer_id AS customer FROM organizations WHERE id = $1', [id]);
  const shop = { tenant, id, customer: rows[0].customer };
  await addUsage(api, tenant, 'recommendation_requests', 123_456);
  await writer.bill(id, new Date(Date.now() + 32 * 86_400_000));
  startCollector();
  await until(() => isOpen(shop));
  const { stripe_invoice_id: invoice } = await rowOf(shop);
  expect(await stripe.invoices.pay(invoice)).toMatchObject({ status: 'paid', total: 469 });
});

describe('a draft that is not collected', () => {
  const blockedOf = async (shop: Shop) => {
    const operator = await logInOperator(api);
    const { data } = (await operator.get('/v1/admin/blocked-invoices?limit=100').expect(200)).body;
    return data.filter(({ organization }: any) => organization.id === shop.id);
  };

  it('because Stripe comes to another total stays a draft, is shown to operators, and goes on once they agree', async () => {
    const shop = await withDraft();
    // A stranger's hand between our last line and the comparison.
    let added: Promise<unknown> | undefined;
    proxy.fate = ({ method, path: asked, body }) => {
      if (method === 'POST' && asked === '/v1/invoiceitems' && body.includes(shop.customer) && !added) {
        const invoice = new URLSearchParams(body).get('invoice')!;
        added = stripe.invoiceItems.create({ customer: shop.customer, invoice, currency: 'usd', amount: 100 });
      }
      return 'pass';
    };
    startCollector();
    await until(async () => (await rowOf(shop)).blocked_reason !== null);
    const { id } = (await added) as Stripe.InvoiceItem;
    const [invoice] = await atStripe(shop);
    expect(invoice).toMatchObject({ status: 'draft', total: TOTAL + 100 });
    expect(await newestOf(shop)).toMatchObject({ status: 'draft', number: null });
    const after = { reason: 'other_total', total: '5.24 usd', stripeTotal: '6.24 usd' };
    expect(await auditOf(shop, 'invoice.blocked')).toEqual([{ after }]);
    expect(await blockedOf(shop)).toMatchObject([
      { reason: 'other_total', total: '5.24', organization: { name: 'Collected shop' }, stripeInvoiceId: invoice!.id },
    ]);
    // Again and again, without another entry of the log.
    const { key_round: before } = await rowOf(shop);
    await hasten(shop);
    await until(async () => (await rowOf(shop)).key_round > before);
    expect(await auditOf(shop, 'invoice.blocked')).toHaveLength(1);
    await stripe.invoiceItems.del(id);
    await hasten(shop);
    await until(() => isOpen(shop));
    await expectCollected(shop);
    expect(await blockedOf(shop)).toEqual([]);
  });

  it('because its customer is gone says so', async () => {
    const [deleted, none] = [await withDraft(), await withDraft()];
    await stripe.customers.del(deleted.customer);
    await owner.query('UPDATE organizations SET stripe_customer_id = NULL WHERE id = $1', [none.id]);
    startCollector();
    for (const [shop, reason] of [
      [deleted, 'customer_deleted'],
      [none, 'no_customer'],
    ] as const) {
      await until(async () => (await rowOf(shop)).blocked_reason === reason);
      expect(await blockedOf(shop)).toMatchObject([{ reason, stripeInvoiceId: null }]);
    }
  });

  it('nor looked at, because Stripe refuses, is told until Stripe does not', async () => {
    const shop = await withDraft();
    startCollector();
    await until(() => isOpen(shop));
    const { stripe_invoice_id: id } = await rowOf(shop);
    proxy.fate = ({ path: asked }) => (asked.includes(id) ? 404 : 'pass');
    await hasten(shop);
    await until(async () => (await rowOf(shop)).blocked_reason === 'refused');
    expect(await blockedOf(shop)).toMatchObject([{ reason: 'refused', stripeInvoiceId: id }]);
    proxy.pass();
    await hasten(shop);
    await until(async () => (await rowOf(shop)).blocked_reason === null);
    await expectCollected(shop);
  });

  it('is nobody else’s to see', async () => {
    const shop = await signUp();
    await shop.tenant.get('/v1/admin/blocked-invoices').expect(403);
  });
});

describe('a draft in the customer’s favour', () => {
  it('is credit for their next invoice, once, and one of nothing to pay here', async () => {
    const shop = await signUp();
    await addDraft(owner, shop.id, 1, [-469]);
    let calls = 0;
    proxy.fate = ({ method, path: asked }) => {
      if (method !== 'POST' || asked !== `/v1/customers/${shop.customer}/balance_transactions`) return 'pass';
      return ++calls === 1 ? 'lose' : 'drop';
    };
    startCollector();
    await until(async () => calls > 1 && (await rowOf(shop)).lease_expires_at === null);
    proxy.forgetKeys();
    proxy.pass();
    await hasten(shop);
    await until(async () => (await newestOf(shop)).status === 'paid');
    const credit = await newestOf(shop);
    expect(credit).toMatchObject({ total: '-4.69', number: expect.stringMatching(/^\d{4}-\d{6}$/) });
    expect((await stripe.customers.retrieve(shop.customer)) as Stripe.Customer).toMatchObject({ balance: -469 });
    // The next one is less by it, and says so.
    await addDraft(owner, shop.id, 2, [1_000]);
    await until(() => isOpen(shop));
    const next = await stripe.invoices.retrieve((await rowOf(shop)).stripe_invoice_id);
    expect(next).toMatchObject({ total: 1_000, amount_due: 531 });
    const messages = await messagesOf(shop, 'invoice.finalized');
    expect(messages.map(({ data }: any) => [data.total, data.amountDue])).toEqual([
      ['10.00', '5.31'],
      ['-4.69', '0.00'],
    ]);
  });

  it('that gives back more than was paid waits until an operator has credited what they decided, and makes nothing at Stripe', async () => {
    const shop = await signUp();
    const id = await addDraft(owner, shop.id, 1, [-469]);
    await owner.query(
      `UPDATE invoices SET blocked_reason = 'more_than_paid', blocked_since = now() WHERE tenant_id = $1`,
      [shop.id],
    );
    startCollector();
    await until(async () => (await rowOf(shop)).tries > 0 && (await rowOf(shop)).lease_expires_at === null);
    expect(await rowOf(shop)).toMatchObject({ status: 'draft', blocked_reason: 'more_than_paid' });
    const credits = { amount: -100, currency: 'usd', metadata: { invoice_id: id } };
    await stripe.customers.createBalanceTransaction(shop.customer, credits);
    await hasten(shop);
    await until(async () => (await newestOf(shop)).status === 'paid');
    expect((await stripe.customers.retrieve(shop.customer)) as Stripe.Customer).toMatchObject({ balance: -100 });
  });
});
