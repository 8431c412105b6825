import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { FastifyInstance } from 'fastify';
import pg from 'pg';
import Stripe from 'stripe';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { syncCatalogue } from '../../apps/launcher/sync-catalogue.js';
import { startLocalStripe } from '../../apps/local-stripe/server.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { BillingRepository, type CataloguePrice, StripeCatalogue } from '../../libs/features/billing/index.js';
import { Database } from '../../libs/platform/database/database.js';
import { newId } from '../../libs/platform/http/ids.js';
import { startApi, Tenant, type TestApi, WEBHOOK_SECRET } from '../factories/api.js';
import { whoIs } from '../factories/members.js';

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-catalogue-'));

let localStripe: FastifyInstance;
let stripe: Stripe;
let catalogue: StripeCatalogue;
beforeAll(async () => {
  const port = await freePort();
  const file = path.join(folder, 'stripe.db');
  // Nobody listens.
  const webhookUrl = `http://127.0.0.1:${await freePort()}`;
  localStripe = await startLocalStripe({ file, port, webhookUrl, webhookSecret: WEBHOOK_SECRET });
  stripe = new Stripe('sk_test_none', { host: '127.0.0.1', port: String(port), protocol: 'http' });
  catalogue = new StripeCatalogue(stripe);
});
afterAll(async () => {
  await localStripe.close();
  rmSync(folder, { recursive: true });
});

let plans = 0;
let plan: string;
beforeEach(() => {
  plan = `plan_${++plans}`;
});

const priceOf = (monthlyFeeMinor: bigint, currency = 'usd', isInUse = true): CataloguePrice => ({
  price: { id: newId(), planKey: plan, planName: `Plan ${plans}`, currency, monthlyFeeMinor },
  isInUse,
});
const lookUp = async ({ price }: CataloguePrice) =>
  (await stripe.prices.list({ lookup_keys: [`kindred-${price.id}`] })).data;

async function sync(prices: CataloguePrice[], isToApply = true): Promise<string[]> {
  const lines: string[] = [];
  await syncCatalogue(catalogue, prices, isToApply, (line) => lines.push(line));
  return lines;
}
const NOTHING = ['Stripe has what is sold: there is nothing to do.'];

describe('the catalogue', () => {
  it('is compared first, then made the same, and the second time there is nothing to do', async () => {
    const prices = [priceOf(4_900n), priceOf(7_300n, 'jpy'), priceOf(3_900n, 'usd', false)];
    const wanted = [
      `create the product kindred-${plan}, Kindred Plan ${plans}`,
      `create a price of ${plan}, 4900 usd a month in the smallest unit (price version ${prices[0]!.price.id})`,
      `create a price of ${plan}, 7300 jpy a month in the smallest unit (price version ${prices[1]!.price.id})`,
    ];
    expect(await sync(prices, false)).toEqual([
      ...wanted,
      'Nothing was changed. To make it so: npm run catalogue -- --apply',
    ]);
    expect(await lookUp(prices[0]!)).toEqual([]);
    expect(await sync(prices)).toEqual([...wanted, 'Done.']);
    expect(await lookUp(prices[1]!)).toMatchObject([
      {
        active: true,
        currency: 'jpy',
        unit_amount: 7_300,
        product: `kindred-${plan}`,
        recurring: { interval: 'month' },
        metadata: { price_version_id: prices[1]!.price.id, plan },
      },
    ]);
    expect(await sync(prices)).toEqual(NOTHING);
    // Checkout finds the same.
    expect(await catalogue.findOrCreatePrice(prices[0]!.price)).toBe((await lookUp(prices[0]!))[0]!.id);
  });

  it('has a price again that was archived by hand, and archives one that is nobody’s any more', async () => {
    const price = priceOf(4_900n);
    await sync([price]);
    const [{ id }] = (await lookUp(price)) as [Stripe.Price];
    await stripe.prices.update(id, { active: false });
    expect((await sync([price]))[0]).toContain(`activate the price ${id}`);
    expect(await sync([price])).toEqual(NOTHING);
    await stripe.prices.update(id, { active: false });
    // So does whoever buys it meanwhile.
    expect(await catalogue.findOrCreatePrice(price.price)).toBe(id);
    expect((await lookUp(price))[0]!.active).toBe(true);
    const replaced = { ...price, isInUse: false };
    expect((await sync([replaced, priceOf(5_900n)]))[0]).toContain(`archive the price ${id}`);
    expect((await lookUp(price))[0]!.active).toBe(false);
  });

  it('renames a product with its plan, and has it again where it was archived', async () => {
    const price = priceOf(4_900n);
    await sync([price]);
    await stripe.products.update(`kindred-${plan}`, { active: false });
    const renamed = { ...price, price: { ...price.price, planName: 'Team' } };
    expect(await sync([renamed])).toEqual([
      `rename the product kindred-${plan} from Kindred Plan ${plans} to Kindred Team`,
      `activate the product kindred-${plan}, Kindred Team`,
      'Done.',
    ]);
    expect(await sync([renamed])).toEqual(NOTHING);
    expect(await stripe.products.retrieve(`kindred-${plan}`)).toMatchObject({ name: 'Kindred Team', active: true });
  });

  it.each([
    ['amount', { unit_amount: 4_800, currency: 'usd', recurring: { interval: 'month' } }],
    ['currency', { unit_amount: 4_900, currency: 'eur', recurring: { interval: 'month' } }],
    ['interval', { unit_amount: 4_900, currency: 'usd', recurring: { interval: 'year' } }],
  ] as const)('refuses a lookup key of another %s, naming both, and changes nothing', async (_, clashing) => {
    const price = priceOf(4_900n);
    const { id } = await stripe.prices.create({
      ...clashing,
      lookup_key: `kindred-${price.price.id}`,
      product_data: { name: 'By hand' },
    });
    const message = new RegExp(`${id}.*${clashing.unit_amount} ${clashing.currency}.*${price.price.id}.*4900 usd`);
    await expect(sync([priceOf(9_900n), price])).rejects.toThrow(message);
    await expect(catalogue.findOrCreatePrice(price.price)).rejects.toThrow(message);
    expect((await stripe.products.list({ ids: [`kindred-${plan}`] })).data).toEqual([]);
  });

  it('is made by two at once, and by one that was broken off', async () => {
    const prices = [priceOf(4_900n), priceOf(4_500n, 'eur')];
    await Promise.all([sync(prices), catalogue.findOrCreatePrice(prices[0]!.price)]);
    expect(await sync(prices)).toEqual(NOTHING);
    expect(await lookUp(prices[0]!)).toHaveLength(1);
    const more = priceOf(1_900n);
    await catalogue.apply({ kind: 'create_product', id: `kindred-${plan}_b`, name: 'Kindred B', was: null });
    const other = { ...more, price: { ...more.price, planKey: `${plan}_b`, planName: 'B' } };
    expect(await sync([other])).toHaveLength(2);
  });
});

describe('what is in the catalogue', () => {
  let api: TestApi;
  let owner: pg.Client;
  beforeAll(async () => {
    api = await startApi();
    owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
  });
  afterAll(() => Promise.all([api.close(), owner.end()]));

  it('is every price with a fee that is on offer, to come, or somebody’s; of all others that they are not', async () => {
    const key = 'catalogued';
    await owner.query(`INSERT INTO plans (key, name, position) VALUES ($1, 'Catalogued', 95)`, [key]);
    const add = async (version: number, fee: number, validFrom: string | null, withdrawnAt: string | null) => {
      const id = newId();
      await owner.query(
        `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor, valid_from, withdrawn_at) VALUES ($1, $2, $3, 'usd', $4, $5, $6)`,
        [id, key, version, fee, validFrom, withdrawnAt],
      );
      return id;
    };
    const replaced = await add(1, 100, null, null);
    const somebodys = await add(2, 200, null, null);
    await add(3, 0, null, null);
    const present = await add(4, 400, '2026-01-01', null);
    const withdrawn = await add(5, 500, '2026-02-01', '2026-01-15');
    const toCome = await add(6, 600, '2026-03-01', null);
    const { organizationId } = await whoIs(await Tenant.signUp(api));
    await owner.query('UPDATE subscriptions SET price_version_id = $2 WHERE tenant_id = $1', [
      organizationId,
      somebodys,
    ]);
    const found = await api.app
      .get(Database, { strict: false })
      .system((transaction) => new BillingRepository().listCatalogue(transaction, new Date('2026-02-02')));
    expect(found.filter(({ price }) => price.planKey === key).map(({ price, isInUse }) => [price.id, isInUse])).toEqual(
      [
        [replaced, false],
        [somebodys, true],
        [present, true],
        [withdrawn, false],
        [toCome, true],
      ],
    );
    await owner.query(
      `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1)
      WHERE tenant_id = $1`,
      [organizationId],
    );
    await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [organizationId]);
    await owner.query('DELETE FROM price_versions WHERE plan_key = $1', [key]);
    await owner.query('DELETE FROM plans WHERE key = $1', [key]);
  });
});
