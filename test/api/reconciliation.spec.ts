import fc from 'fast-check';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { SCHEMES } from '../../libs/platform/database/price-list.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
let writer: InvoiceWriter;

/** Nobody else pays in it, and it has three decimals. */
const CURRENCY = 'kwd';

const now = new Date();
const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
const nameOf = (start: Date) => start.toISOString().slice(0, 7);
/** Beyond the grace of what ended with last month. */
const later = new Date(Math.max(now.getTime(), month(0).getTime() + 2 * 3_600_000));

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  writer = construct(api, InvoiceWriter);
});
afterAll(async () => {
  const ofCurrency = `(SELECT id FROM price_versions WHERE currency = '${CURRENCY}')`;
  await owner.query(
    `DELETE FROM credit_notes WHERE (tenant_id, invoice_id) IN (SELECT tenant_id, id FROM invoices WHERE currency = '${CURRENCY}')`,
  );
  await owner.query(`DELETE FROM invoice_lines WHERE price_version_id IN ${ofCurrency}`);
  await owner.query(`DELETE FROM invoices WHERE currency = '${CURRENCY}'`);
  await owner.query(
    `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1)
     WHERE price_version_id IN ${ofCurrency}`,
  );
  for (const table of ['usage_rollups', 'usage_events', 'billing_periods', 'meter_prices'])
    await owner.query(`DELETE FROM ${table} WHERE price_version_id IN ${ofCurrency}`);
  await owner.query(`DELETE FROM price_versions WHERE currency = '${CURRENCY}'`);
  await Promise.all([api.close(), owner.end()]);
});

interface Price {
  fee?: number;
  commitment?: number;
  included: number;
  scheme: (typeof SCHEMES)[number];
  unitAmount?: string;
  packageSize?: number;
  tiers?: [from: number, unitAmount: string, flatAmount: string][];
}

let versions = 0;
async function addVersion(price: Price): Promise<string> {
  const id = uuidv7();
  const { fee = 10_000, commitment = 0, included, scheme, unitAmount = '0', packageSize = null, tiers = [] } = price;
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor, commitment_minor) VALUES ($1, 'pro', $2, $3, $4, $5)`,
    [id, ++versions, CURRENCY, fee, commitment],
  );
  await owner.query(
    `INSERT INTO meter_prices (price_version_id, meter_key, device_class, included_quantity, scheme, package_size, unit_amount)
     VALUES ($1, 'recommendation_requests', '', $2, $3, $4, $5)`,
    [id, included, scheme, packageSize, unitAmount],
  );
  for (const tier of tiers)
    await owner.query(
      `INSERT INTO meter_price_tiers (price_version_id, meter_key, device_class, from_quantity, unit_amount, flat_amount)
       VALUES ($1, 'recommendation_requests', '', $2, $3, $4)`,
      [id, ...tier],
    );
  return id;
}

interface Shop {
  tenant: Tenant;
  id: string;
  priceVersionId: string;
  start: Date;
}

/** An organization with a period that ends with the month, and what it used in it. */
async function signUp(
  name: string,
  priceVersionId: string,
  requests: number,
  { start = month(-1), isCollected = false, share = '1', included = null as object | null } = {},
): Promise<Shop> {
  const tenant = await Tenant.signUp(api, name);
  const { id } = (await tenant.get('/v1/me')).body.organization;
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [id]);
  await owner.query('UPDATE subscriptions SET anchor_at = $2, price_version_id = $3 WHERE tenant_id = $1', [
    id,
    month(-1),
    priceVersionId,
  ]);
  await owner.query(
    `INSERT INTO billing_periods (tenant_id, starts_at, ends_at, price_version_id, is_collected_by_stripe, share, included) VALUES ($1, $2, $3, $4, $5, $6, $7)`,
    [
      id,
      start,
      new Date(Date.UTC(start.getUTCFullYear(), start.getUTCMonth() + 1)),
      priceVersionId,
      isCollected,
      share,
      included && JSON.stringify(included),
    ],
  );
  const shop = { tenant, id, priceVersionId, start };
  if (requests !== 0) await use(shop, requests);
  return shop;
}

const use = ({ tenant, priceVersionId, start }: Shop, requests: number) =>
  addUsage(api, tenant, 'recommendation_requests', requests, {
    priceVersionId,
    periodStart: start.toISOString(),
    ...(requests < 0 && { correctsId: uuidv7(), reason: 'Counted twice' }),
  });
const bill = ({ id }: Shop) => writer.bill(id, later);
const update = ({ id }: Shop, change: string) =>
  owner.query(`UPDATE invoices SET ${change} WHERE tenant_id = $1`, [id]);
const read = async (from: Date, to = from) =>
  (
    await operator
      .get(`/v1/admin/reconciliation?currency=${CURRENCY}&from=${nameOf(from)}&to=${nameOf(to)}`)
      .expect(200)
  ).body.months;
const entriesOf = async (kind: string, of = month(-1)) =>
  (
    await operator
      .get(`/v1/admin/reconciliation-entries?currency=${CURRENCY}&month=${nameOf(of)}&kind=${kind}`)
      .expect(200)
  ).body;

describe('a month that was worked by hand, with a difference of each kind', () => {
  // 10 a month, of which the first 100 requests cost nothing and each further one 0.01.
  const shops: Record<string, Shop> = {};
  const holder = new pg.Client({ connectionString: inject('ownerUrl') });
  afterAll(() => holder.end());

  beforeAll(async () => {
    const price = await addVersion({ included: 100, scheme: 'per_unit', unitAmount: '0.01' });
    const add = async (name: string, requests: number, options = {}) =>
      (shops[name] = await signUp(name, price, requests, options));
    // 10 + 50 × 0.01
    await bill(await add('paid', 150));
    await update(shops['paid']!, `status = 'paid', paid_at = now()`);
    await owner.query(
      `INSERT INTO credit_notes (tenant_id, id, invoice_id, kind, status, number, amount_minor, reason, needs_second, proposed_by, proposed_at, expires_at, decided_by, decided_at)
       SELECT tenant_id, id, id, 'refund', 'issued', 'CN-' || id, 300, 'Counted twice', false, id, now(), now(), id, now() FROM invoices WHERE tenant_id = $1`,
      [shops['paid']!.id],
    );
    await bill(await add('open', 100));
    await bill(await add('void', 100));
    await update(shops['void']!, `status = 'void'`);
    await bill(await add('uncollectible', 100));
    await update(shops['uncollectible']!, `status = 'uncollectible'`);
    // 10.5 billed; 20 more come afterwards, and of another 10 are taken back.
    await bill(await add('late', 150));
    await use(shops['late']!, 20);
    await bill(await add('corrected', 150));
    await use(shops['corrected']!, -10);
    // Stripe bills the fee: 2, 1 and 3 are on drafts, of which Stripe has issued the last.
    await bill(await add('blocked', 300, { isCollected: true }));
    await update(shops['blocked']!, `blocked_reason = 'other_total', blocked_since = now()`);
    await bill(await add('draft', 200, { isCollected: true }));
    await bill(await add('paid at Stripe', 400, { isCollected: true }));
    const stripeInvoiceId = `in_${uuidv7()}`;
    await update(
      shops['paid at Stripe']!,
      `status = 'open', number = '${stripeInvoiceId}', issued_at = now(), stripe_invoice_id = '${stripeInvoiceId}'`,
    );
    await owner.query(
      `INSERT INTO stripe_events (tenant_id, id, event_id, type, created_at, received_at, invoice_id) VALUES ($1, $1, $2, 'invoice.paid', now(), now(), $3)`,
      [shops['paid at Stripe']!.id, `evt_${uuidv7()}`, stripeInvoiceId],
    );
    await add('closing', 150);
    // Until all is looked at, no worker closes it.
    await holder.connect();
    await holder.query('BEGIN');
    await holder.query('SELECT FROM subscriptions WHERE tenant_id = $1 FOR UPDATE', [shops['closing']!.id]);
    await add('running', 130, { start: month(0) });
  });

  it('comes to what it should, part by part', async () => {
    const [found] = await read(month(-1));
    expect(found).toEqual({
      month: nameOf(month(-1)),
      // 10.5 paid, 3 × 10, 10.7 late, 10.4 corrected, 2 + 1 + 3 by Stripe, 10.5 closing
      rated: '78.100',
      running: '0.000',
      closing: '10.500',
      // 20 × 0.01 − 10 × 0.01
      late: '0.100',
      // 78.1 − 10.5 − 0.1
      invoiced: '67.500',
      draft: '1.000',
      blocked: '2.000',
      // 10 of open, 10.5 of late and corrected each, 3 at Stripe
      open: '34.000',
      paid: '10.500',
      uncollectible: '10.000',
      void: '10.000',
      atStripe: '3.000',
      credited: '0.300',
      unfollowed: '3.000',
    });
  });

  it.each([
    ['closing', 'closing', '10.500'],
    ['draft', 'draft', '1.000'],
    ['blocked', 'blocked', '2.000'],
    ['paid', 'paid', '10.500'],
    ['uncollectible', 'uncollectible', '10.000'],
    ['void', 'void', '10.000'],
    ['credited', 'paid', '0.300'],
    ['unfollowed', 'paid at Stripe', '3.000'],
  ])('%s opens to whose it is', async (kind, name, amount) => {
    const { count, data, amount: sum } = await entriesOf(kind);
    expect([count, sum]).toEqual([1, amount]);
    expect(data).toMatchObject([
      {
        organization: { id: shops[name]!.id, name },
        periodStart: month(-1).toISOString(),
        periodEnd: month(0).toISOString(),
        reason: kind === 'blocked' ? 'other_total' : null,
        amount,
      },
    ]);
    const { body } = await operator.get(`/v1/admin/organizations/${shops[name]!.id}/invoices`).expect(200);
    expect(data[0].invoiceId).toBe(kind === 'closing' ? null : body.data[0].id);
  });

  it('what came late and what was taken back stand apart, each with the invoice of its period', async () => {
    const { data } = await entriesOf('late');
    expect(data.map((each: any) => [each.organization.name, each.amount])).toEqual([
      ['late', '0.200'],
      ['corrected', '-0.100'],
    ]);
    expect(data.every(({ invoiceId }: any) => invoiceId)).toBe(true);
  });

  it('a period that goes on is in the month that it ends in', async () => {
    const { data } = await entriesOf('running', month(0));
    const running = data.find(({ organization }: any) => organization.name === 'running');
    expect(running).toMatchObject({ amount: '10.300', invoiceId: null, periodEnd: month(1).toISOString() });
  });

  it('is a CSV as well, and so is what an amount is made of', async () => {
    const range = `currency=${CURRENCY}&from=${nameOf(month(-1))}&to=${nameOf(month(0))}`;
    const months = (await operator.get(`/v1/admin/reconciliation.csv?${range}`).expect(200)).text.split('\n');
    expect(months[0]).toMatch(/^month,rated,invoiced,atStripe,running,/);
    expect(months[1]).toMatch(new RegExp(`^${nameOf(month(-1))},78.100,67.500,3.000,`));
    const query = `currency=${CURRENCY}&month=${nameOf(month(-1))}&kind=blocked`;
    const entries = (await operator.get(`/v1/admin/reconciliation-entries.csv?${query}`).expect(200)).text;
    expect(entries).toContain(`${shops['blocked']!.id},blocked,`);
    expect(entries).toMatch(/,other_total,2\.000\n$/);
  });

  it('asks for months that there are', async () => {
    for (const range of ['from=2026-11&to=2026-10', 'from=2025-01&to=2026-01', 'from=2026-13&to=2026-13'])
      await operator.get(`/v1/admin/reconciliation?currency=${CURRENCY}&${range}`).expect(400);
    await operator.get(`/v1/admin/reconciliation-entries?month=2026-11&kind=none`).expect(400);
  });
});

it('rates as invoices do, to the smallest unit: by every scheme, of parts of months, with other amounts included', async () => {
  const amount = fc.integer({ min: 0, max: 100_000 }).map((units) => (units / 1e5).toFixed(5));
  const tiers = fc
    .uniqueArray(fc.integer({ min: 1, max: 500 }), { minLength: 0, maxLength: 3 })
    .chain((froms) =>
      fc.tuple(...[0, ...froms.toSorted((a, b) => a - b)].map((from) => fc.tuple(fc.constant(from), amount, amount))),
    );
  const prices = fc.record({
    fee: fc.integer({ min: 0, max: 50_000 }),
    commitment: fc.constantFrom(0, 0, 20_001),
    included: fc.integer({ min: 0, max: 200 }),
    scheme: fc.constantFrom(...SCHEMES),
    unitAmount: amount,
    packageSize: fc.integer({ min: 1, max: 90 }),
    tiers,
    requests: fc.integer({ min: 0, max: 900 }),
    share: fc.constantFrom('1', '1', '0.3333333333'),
    includes: fc.option(fc.integer({ min: 0, max: 300 })),
    isCollected: fc.boolean(),
  });
  const start = month(-3);
  for (const { requests, share, includes, isCollected, ...price } of fc.sample(prices, 15)) {
    const isTiered = price.scheme === 'graduated' || price.scheme === 'volume';
    const version = await addVersion({
      ...price,
      tiers: isTiered ? (price.tiers as Price['tiers'])! : [],
      unitAmount: isTiered ? '0' : price.unitAmount,
      packageSize: price.scheme === 'package' ? price.packageSize : (null as unknown as number),
    });
    const included = includes === null ? null : { recommendation_requests: String(includes) };
    await bill(await signUp('Any shop', version, requests, { start, share, included, isCollected }));
  }
  const [found] = await read(start);
  expect(found).toMatchObject({ rated: found.invoiced, late: '0.000', closing: '0.000' });
  expect(Number(found.rated)).toBeGreaterThan(0);
  expect((await entriesOf('late', start)).count).toBe(0);
});
