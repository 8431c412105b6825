import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, afterEach, beforeAll, expect, inject, it } from 'vitest';
import { syncTax } from '../../apps/launcher/sync-catalogue.js';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { UntaxedSubscriptions } from '../../libs/features/billing/index.js';
import { InvoiceCollector } from '../../libs/features/invoices/invoice-collector.js';
import { startApi, Tenant, type TestApi, until, WEBHOOK_SECRET } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { addDraft } from '../factories/drafts.js';
import { logInOperator } from '../factories/members.js';
import { textOfPdf } from '../factories/pdf.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-tax-'));

let api: TestApi;
let localStripe: FastifyInstance;
let stripe: Stripe;
let owner: pg.Client;
let collector: InvoiceCollector;

beforeAll(async () => {
  const port = await freePort();
  api = await startApi({
    STRIPE_API_URL: `http://127.0.0.1:${port}`,
    PUBLIC_URL: 'http://localhost:3000',
    KINDRED_STRIPE_TAX: true,
  });
  localStripe = await startLocalStripe({
    file: path.join(folder, 'stripe.db'),
    port,
    webhookUrl: `${api.url}/v1/billing/stripe/webhook`,
    webhookSecret: WEBHOOK_SECRET,
    taxRates: { DE: 19 },
  });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port, protocol: 'http' });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterEach(() => collector?.beforeApplicationShutdown());
afterAll(async () => {
  await Promise.all([api.close(), localStripe.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

interface Shop {
  tenant: Tenant;
  id: string;
  customer: string;
}

const startCollector = () => {
  collector = construct(api, InvoiceCollector);
  collector.onApplicationBootstrap();
};
const upcomingOf = async ({ tenant }: { tenant: Tenant }) =>
  (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
const newestOf = async ({ tenant }: Shop) => (await tenant.get('/v1/billing/invoices').expect(200)).body.data[0];
const rowOf = async ({ id }: Shop) =>
  (await owner.query('SELECT * FROM invoices WHERE tenant_id = $1 ORDER BY id DESC LIMIT 1', [id])).rows[0];

/** Who bought Pro, and said in Checkout where they are. */
async function bought(country: string): Promise<Shop> {
  const tenant = await Tenant.signUp(api, 'Taxed shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const { body } = await tenant.post('/v1/billing/checkout-sessions', { plan: 'pro' }).expect(201);
  const form = { number: '4242 4242 4242 4242', country, name: 'Taxed GmbH', tax_id: 'DE123456789' };
  await fetch(body.url, { method: 'POST', body: new URLSearchParams(form), redirect: 'manual' });
  await until(async () => (await upcomingOf({ tenant })).plan.key === 'pro');
  const { rows } = await owner.query('SELECT stripe_customer_id AS customer FROM organizations WHERE id = $1', [id]);
  return { tenant, id, customer: rows[0].customer };
}

it('is on the fee, and on what is metered beyond it: ours has Stripe’s tax, on its page, as PDF and in what may be credited', async () => {
  const shop = await bought('DE');
  const [fee] = (await stripe.invoices.list({ customer: shop.customer })).data;
  expect(fee).toMatchObject({ status: 'paid', total_excluding_tax: 4_900, total: 5_831 });
  expect(fee!.customer_name).toBe('Taxed GmbH');
  await addDraft(owner, shop.id, 1, [500, 550]);
  startCollector();
  await until(async () => (await newestOf(shop)).status === 'open');
  const invoice = await newestOf(shop);
  expect(invoice).toMatchObject({ subtotal: '10.50', tax: '2.00', total: '12.50' });
  const { body: found } = await shop.tenant.get(`/v1/billing/invoices/${invoice.id}`).expect(200);
  expect(found).toMatchObject({ total: '12.50', amountDue: '12.50' });
  const answer = await fetch(`${api.url}/v1/billing/invoices/${invoice.id}/pdf?language=en`, {
    headers: { cookie: shop.tenant.cookie },
  });
  const text = (await textOfPdf(new Uint8Array(await answer.arrayBuffer()))).join('');
  for (const part of ['SubtotalUSD10.50', 'TaxUSD2.00', 'TotalUSD12.50']) expect(text).toContain(part);
  const { body: messages } = await shop.tenant.get('/v1/webhook-messages?type=invoice.finalized').expect(200);
  const told = messages.data.find(({ data }: any) => data.invoiceId === invoice.id);
  expect(told.data).toMatchObject({ total: '12.50', amountDue: '12.50' });
  const operator = await logInOperator(api);
  const notes = `/v1/admin/organizations/${shop.id}/invoices/${invoice.id}/credit-notes`;
  expect((await operator.get(notes).expect(200)).body.left).toBe('12.50');
});

it('is put on the fee of who bought their plan before, from the next one on, once that is asked for, but not where nobody knows their country', async () => {
  const [earlier, nowhere] = [await bought('DE'), await bought('DE')];
  const subscriptionOf = async ({ customer }: Shop) => (await stripe.subscriptions.list({ customer })).data[0]!;
  for (const shop of [earlier, nowhere])
    await stripe.subscriptions.update((await subscriptionOf(shop)).id, { automatic_tax: { enabled: false } });
  await stripe.customers.update(nowhere.customer, { address: '' });
  const untaxed = new UntaxedSubscriptions(stripe);
  const run = async (isToApply: boolean) => {
    const lines: string[] = [];
    await syncTax(untaxed, isToApply, (line) => lines.push(line));
    return lines;
  };
  expect((await run(false)).at(-1)).toContain('--apply');
  expect((await subscriptionOf(earlier)).automatic_tax.enabled).toBe(false);
  expect((await run(true)).filter((line) => line.includes('no address'))).toHaveLength(1);
  expect((await subscriptionOf(earlier)).automatic_tax.enabled).toBe(true);
  expect((await subscriptionOf(nowhere)).automatic_tax.enabled).toBe(false);
  expect((await run(false)).some((line) => line.includes(earlier.customer))).toBe(false);
});

it('is in the preview of a dearer plan', async () => {
  const shop = await bought('DE');
  const { body } = await shop.tenant.post('/v1/billing/plan-change-previews', { plan: 'scale' }).expect(200);
  const sum = body.lines.reduce((all: number, { amount }: any) => all + Number(amount), 0);
  expect(Number(body.tax)).toBeCloseTo(sum * 0.19, 1);
  expect(Number(body.dueNow)).toBeCloseTo(sum + Number(body.tax), 2);
});

it('is nothing where nothing is collected', async () => {
  const shop = await bought('US');
  await addDraft(owner, shop.id, 1, [1_000]);
  startCollector();
  await until(async () => (await newestOf(shop)).status === 'open');
  expect(await newestOf(shop)).toMatchObject({ subtotal: '10.00', tax: '0.00', total: '10.00' });
});

it('of an invoice with corrections is on their sum', async () => {
  const shop = await bought('DE');
  await addDraft(owner, shop.id, 1, [1_500, -450]);
  startCollector();
  await until(async () => (await newestOf(shop)).status === 'open');
  expect(await newestOf(shop)).toMatchObject({ subtotal: '10.50', tax: '2.00', total: '12.50' });
  const invoice = await stripe.invoices.retrieve((await rowOf(shop)).stripe_invoice_id);
  expect(invoice.lines.data).toMatchObject([{ amount: 1_050 }]);
});

it('waits until somebody says in which country', async () => {
  const tenant = await Tenant.signUp(api, 'Nowhere shop');
  const { id } = (await tenant.get('/v1/me')).body.organization;
  const customer = (await stripe.customers.create({ name: 'Nowhere shop' })).id;
  await owner.query('UPDATE organizations SET stripe_customer_id = $2 WHERE id = $1', [id, customer]);
  const shop = { tenant, id, customer };
  await addDraft(owner, id, 1, [1_000]);
  startCollector();
  await until(async () => (await rowOf(shop)).blocked_reason === 'no_tax_location');
  await stripe.customers.update(customer, { address: { country: 'DE' } });
  await owner.query('UPDATE invoices SET next_attempt_at = now() WHERE tenant_id = $1', [id]);
  await until(async () => (await newestOf(shop)).status === 'open');
  expect(await newestOf(shop)).toMatchObject({ subtotal: '10.00', tax: '1.90', total: '11.90' });
});
