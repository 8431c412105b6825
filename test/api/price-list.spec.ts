import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BillingRepository } from '../../libs/features/billing/billing.repository.js';
import { amountOf } from '../../libs/features/billing/index.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import type { PriceList } from '../../libs/platform/database/price-list.js';
import { Decimal } from '../../libs/platform/decimal.js';
import { startApi, Tenant } from '../factories/api.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';
import { addUsage } from '../factories/usage.js';

const PRICE_LIST = 'prisma/price-list/price-list.json';
const TABLES = {
  meters: 'key',
  plans: 'key',
  plan_quotas: 'plan_key, resource',
  price_versions: 'plan_key, currency, version',
  meter_prices: 'price_version_id, meter_key, device_class',
  meter_price_tiers: 'price_version_id, meter_key, device_class, from_quantity',
};

const folder = mkdtempSync(path.join(tmpdir(), 'kindred-price-list-'));
// A database of its own: the other tests know the plans as they are.
const ownerUrl = new URL(inject('ownerUrl'));
ownerUrl.pathname = '/price_list';

let owner: pg.Client;
beforeAll(async () => {
  await migrate(ownerUrl.href, KINDRED_SECRET);
  owner = new pg.Client({ connectionString: ownerUrl.href });
  await owner.connect();
});
afterAll(async () => {
  await owner.end();
  rmSync(folder, { recursive: true });
});

/** What the database offers now: each test goes on from where the one before left it. */
let applied: PriceList = JSON.parse(readFileSync(PRICE_LIST, 'utf8'));
const apply = (text: string) => {
  const file = path.join(folder, 'price-list.json');
  writeFileSync(file, text);
  return migrate(ownerUrl.href, KINDRED_SECRET, file);
};
const changed = (change: (list: PriceList) => void) => {
  const list = structuredClone(applied);
  change(list);
  return list;
};
async function applyChange(change: (list: PriceList) => void): Promise<string> {
  applied = changed(change);
  return apply(JSON.stringify(applied));
}

/** Every row with the transaction that wrote it last. */
async function snapshot() {
  const rows: unknown[] = [];
  for (const [table, order] of Object.entries(TABLES))
    rows.push((await owner.query(`SELECT xmin::text, * FROM ${table} ORDER BY ${order}`)).rows);
  return rows;
}

const versionsOf = async (plan: string, currency = 'usd') =>
  (
    await owner.query(
      `SELECT version, monthly_fee_minor::int AS fee, (SELECT json_object_agg(trim(meter_key || ' ' || device_class), trim_scale(unit_amount)::text)
         FROM meter_prices WHERE price_version_id = id) AS prices FROM price_versions WHERE plan_key = $1 AND currency = $2 ORDER BY version`,
      [plan, currency],
    )
  ).rows;
/** The same amount in every currency. */
const inEach = (amount: string) => ({ usd: amount, eur: amount, cny: amount, jpy: amount });
const plan = (list: PriceList, key: string) => list.plans.find((each) => each.key === key)!;

describe('the price list', () => {
  it('is what a fresh database offers, in one price version beyond those of the migrations at most', async () => {
    for (const { key, price } of applied.plans) {
      const versions = await versionsOf(key);
      expect(versions.length, key).toBeLessThanOrEqual(3);
      const listed = price.meters.map(({ meter, deviceClass = '' }) => `${meter} ${deviceClass}`.trim());
      expect(Object.keys(versions.at(-1).prices).sort(), key).toEqual(listed.sort());
    }
    const { rows } = await owner.query('SELECT key FROM meters ORDER BY position');
    expect(rows).toEqual(applied.meters.map(({ key }) => ({ key })));
  });

  it('writes nothing where nothing differs', async () => {
    const before = await snapshot();
    await migrate(ownerUrl.href, KINDRED_SECRET);
    expect(await snapshot()).toEqual(before);
  });

  it('B9: makes a changed price the next version, once however many apply it, and leaves those before it', async () => {
    const before = await versionsOf('pro');
    const others = [await versionsOf('free'), await versionsOf('pro', 'jpy')];
    await applyChange((list) => (plan(list, 'pro').price.meters[0]!.unitAmount!['usd'] = '0.0003'));
    await Promise.all(
      [1, 2, 3].map(() => applyChange((list) => (plan(list, 'pro').price.monthlyFeeMinor['usd'] = 5_900))),
    );
    const latest = before.at(-1);
    const prices = { ...latest.prices, recommendation_requests: '0.0003' };
    expect(await versionsOf('pro')).toEqual([
      ...before,
      { version: latest.version + 1, fee: 4_900, prices },
      { version: latest.version + 2, fee: 5_900, prices },
    ]);
    expect([await versionsOf('free'), await versionsOf('pro', 'jpy')]).toEqual(others);
  });

  it('tells a tier that differs', async () => {
    const before = await versionsOf('scale');
    await applyChange((list) => (plan(list, 'scale').price.meters[0]!.tiers![1]!.unitAmount['usd'] = '0.00011'));
    expect(await versionsOf('scale')).toHaveLength(before.length + 1);
  });

  it('tells a price that is gone from one that is there', async () => {
    await applyChange((list) => plan(list, 'pro').price.meters.pop());
    const versions = await versionsOf('pro');
    expect(Object.keys(versions.at(-1).prices)).toHaveLength(Object.keys(versions.at(-2).prices).length - 1);
  });

  it('is the truth of rates and quotas, whatever was written to the rows', async () => {
    await owner.query(`UPDATE plans SET requests_per_second = 7, name = 'Gratis' WHERE key = 'free'`);
    await owner.query(`INSERT INTO plan_quotas VALUES ('free', 'recommended_items', 1)`);
    await applyChange((list) => (plan(list, 'free').quotas['projects'] = 21));
    const { rows } = await owner.query(`SELECT name, requests_per_second AS "perSecond" FROM plans WHERE key = 'free'`);
    expect(rows).toEqual([{ name: 'Free', perSecond: 100 }]);
    const quotas = await owner.query(
      `SELECT json_object_agg(resource, trim_scale(quantity)) AS of FROM plan_quotas WHERE plan_key = 'free'`,
    );
    expect(quotas.rows[0].of).toEqual(plan(applied, 'free').quotas);
  });

  it('keeps plans and meters that it no longer names', async () => {
    await applyChange((list) => list.plans.push({ ...plan(list, 'pro'), key: 'team', name: 'Team' }));
    const before = await snapshot();
    await applyChange((list) => list.plans.pop());
    expect(await snapshot()).toEqual(before);
  });

  it('needs no more than an entry for a new meter, which is then metered, shown and billed', async () => {
    const appUrl = await applyChange((list) => {
      list.meters.push({ key: 'said_means', unit: 'mean', description: 'Means that were said' });
      const price = { meter: 'said_means', deviceClass: '', includedQuantity: 100, scheme: 'per_unit' as const };
      plan(list, 'free').price.meters.push({ ...price, unitAmount: inEach('0.005') });
    });
    const api = await startApi({ DATABASE_URL: appUrl, KINDRED_DATA_DIR: folder });
    try {
      const tenant = await Tenant.signUp(api);
      await addUsage(api, tenant, 'said_means', 300);
      const { meters } = (await tenant.get('/v1/meters').expect(200)).body;
      expect(meters.at(-1).key).toBe('said_means');
      const { lines } = (await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body;
      const line = lines.find(({ meter }: { meter: string }) => meter === 'said_means');
      expect(line).toMatchObject({ quantity: '300', includedQuantity: '100', amount: '1.00' });
    } finally {
      await api.close();
    }
  });

  it('is rated by the database as on invoices, whatever the scheme', async () => {
    const { rows } = await owner.query(
      `SELECT plan_key, currency, max(version) AS version FROM price_versions GROUP BY 1, 2`,
    );
    const database = new Database(readConfig({ DATABASE_URL: ownerUrl.href, KINDRED_SECRET }));
    const prices = await database.system((transaction) =>
      new BillingRepository().listCurrentPrices(transaction, 'usd', new Date()),
    );
    await database.onApplicationShutdown();
    expect(rows.length).toBe(4 * prices.length);
    for (const { id, meters } of prices)
      for (const price of meters) {
        const edges = price.tiers.flatMap(({ from }) => [from, from.plus(1)]);
        const quantities = [new Decimal(0), new Decimal('0.5'), new Decimal(123_456_789), ...edges].map((beyond) =>
          price.includedQuantity.plus(beyond),
        );
        const rated = await owner.query(
          `SELECT trim_scale(metered_amount($1, $2, $3, quantity))::text AS amount FROM unnest($4::numeric[]) AS quantity`,
          [id, price.meter, price.deviceClass, quantities.map(String)],
        );
        const expected = quantities.map((quantity) =>
          amountOf(price, quantity.minus(price.includedQuantity)).toFixed(),
        );
        expect(
          rated.rows.map(({ amount }) => amount),
          price.meter,
        ).toEqual(expected);
      }
  });

  const broken: Record<string, [string | ((list: PriceList) => void), RegExp]> = {
    'that is no JSON': ['{', /JSON/],
    'with a word that it does not know': [
      (list) => Object.assign(plan(list, 'pro'), { prise: 1 }),
      /prise.*plans\[1\]/s,
    ],
    'with a price that is no exact decimal': [
      (list) => (plan(list, 'pro').price.meters[0]!.unitAmount!['usd'] = '2e-4'),
      /plans\[1\]\.price\.meters\[0\]\.unitAmount/,
    ],
    'with an amount that one of its currencies lacks': [
      (list) => delete plan(list, 'pro').price.meters[0]!.unitAmount!['jpy'],
      /jpy has a monthly fee, but not every other amount/,
    ],
    'with an amount in a currency without a fee': [
      (list) => (plan(list, 'pro').price.meters[0]!.unitAmount!['gbp'] = '1'),
      /gbp has an amount, but no monthly fee/,
    ],
    'with a currency that Free lacks': [
      (list) => {
        const { price } = plan(list, 'free');
        delete price.monthlyFeeMinor['jpy'];
        for (const meter of price.meters) delete meter.unitAmount!['jpy'];
      },
      /jpy is no currency of free, to which every plan goes back/,
    ],
    'with tiers that do not rise': [
      (list) => (plan(list, 'scale').price.meters[0]!.tiers![1]!.from = 0),
      /the first tier is from 0, and each other from more than the one before/,
    ],
    'with tiers in a scheme without': [
      (list) => (plan(list, 'scale').price.meters[0]!.scheme = 'per_unit'),
      /tiers belong to the schemes graduated and volume/,
    ],
    'with packages of no size': [
      (list) => delete plan(list, 'scale').price.meters[2]!.packageSize,
      /packageSize belongs to the scheme package/,
    ],
    'with a price of a meter that is not there': [
      (list) => list.meters.shift(),
      /recommendation_requests is none of the meters/,
    ],
    'with two prices for one thing': [
      (list) => plan(list, 'pro').price.meters.push(plan(list, 'pro').price.meters[0]!),
      /recommendation_requests has two prices/,
    ],
    'with a plan twice': [(list) => list.plans.push(list.plans[0]!), /free is there twice/],
  };
  it.each(Object.entries(broken))(
    '%s is refused by its path and place, and nothing is applied',
    async (_, [make, reason]) => {
      const before = await snapshot();
      // What is right in it is not applied either.
      const ours = (list: PriceList) => (list.meters[1]!.description = 'Another');
      const text = typeof make === 'string' ? make : JSON.stringify(changed((list) => (ours(list), make(list))));
      const refused = apply(text);
      await expect(refused).rejects.toThrow(/price-list\.json cannot be used: mend it/);
      await expect(refused).rejects.toThrow(reason);
      expect(await snapshot()).toEqual(before);
    },
  );
});
