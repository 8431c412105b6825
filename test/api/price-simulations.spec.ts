import fc from 'fast-check';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { BillingRepository, type PriceVersion, rate, toMinor, withTerms } from '../../libs/features/billing/index.js';
import { InvoiceWriter } from '../../libs/features/invoices/invoice-writer.js';
import { PriceSimulationsRepository } from '../../libs/features/price-simulations/price-simulations.repository.js';
import { ratingTables } from '../../libs/features/price-simulations/rating-tables.js';
import { Database } from '../../libs/platform/database/database.js';
import { SCHEMES } from '../../libs/platform/database/price-list.js';
import { Decimal } from '../../libs/platform/decimal.js';
import { NIL_ID } from '../../libs/platform/http/ids.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { construct } from '../factories/construct.js';
import { logInOperator } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
let database: Database;
let writer: InvoiceWriter;

/** Nobody else pays in it, and it has three decimals. */
const CURRENCY = 'bhd';

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  database = api.app.get(Database, { strict: false });
  writer = construct(api, InvoiceWriter);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const METERS = ['recommendation_requests', 'training_seconds', 'stored_interactions'];

interface Meter {
  meter: string;
  deviceClass: string;
  includedQuantity: number;
  scheme: (typeof SCHEMES)[number];
  packageSize: number | null;
  unitAmount: string;
  tiers: { from: number; unitAmount: string; flatAmount: string }[];
}

interface Price {
  fee: number;
  commitment: number;
  meters: Meter[];
}

let versions = 0;

/** A price that was on offer, with what the database knows of it. */
async function addVersion(plan: string, currency: string, { fee, commitment, meters }: Price): Promise<string> {
  const id = uuidv7();
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor, commitment_minor) VALUES ($1, $2, $3, $4, $5, $6)`,
    [id, plan, ++versions, currency, fee, commitment],
  );
  for (const { meter, deviceClass, includedQuantity, scheme, packageSize, unitAmount, tiers } of meters) {
    await owner.query(
      `INSERT INTO meter_prices (price_version_id, meter_key, device_class, included_quantity, scheme, package_size, unit_amount)
       VALUES ($1, $2, $3, $4, $5, $6, $7)`,
      [id, meter, deviceClass, includedQuantity, scheme, packageSize, unitAmount],
    );
    for (const tier of tiers)
      await owner.query(
        `INSERT INTO meter_price_tiers (price_version_id, meter_key, device_class, from_quantity, unit_amount, flat_amount)
         VALUES ($1, $2, $3, $4, $5, $6)`,
        [id, meter, deviceClass, tier.from, tier.unitAmount, tier.flatAmount],
      );
  }
  return id;
}

async function removeVersions(currency: string): Promise<void> {
  const ofCurrency = '(SELECT id FROM price_versions WHERE currency = $1)';
  await owner.query(`DELETE FROM invoice_lines WHERE price_version_id IN ${ofCurrency}`, [currency]);
  await owner.query('DELETE FROM invoices WHERE currency = $1', [currency]);
  await owner.query(
    `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1)
     WHERE price_version_id IN ${ofCurrency}`,
    [currency],
  );
  for (const table of ['usage_rollups', 'usage_events', 'billing_periods', 'meter_prices'])
    await owner.query(`DELETE FROM ${table} WHERE price_version_id IN ${ofCurrency}`, [currency]);
  await owner.query('DELETE FROM price_versions WHERE currency = $1', [currency]);
}

/** An organization whose first period is of that price and starts then. */
async function signUp(priceVersionId: string, anchor: Date, name: string) {
  const tenant = await Tenant.signUp(api, name);
  const { id } = (await tenant.get('/v1/me')).body.organization;
  await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [id]);
  await owner.query('UPDATE subscriptions SET anchor_at = $2, price_version_id = $3 WHERE tenant_id = $1', [
    id,
    anchor,
    priceVersionId,
  ]);
  return { tenant, id: id as string };
}

const perUnit = (includedQuantity: number, unitAmount: string): Meter => ({
  meter: 'recommendation_requests',
  deviceClass: '',
  includedQuantity,
  scheme: 'per_unit',
  packageSize: null,
  unitAmount,
  tiers: [],
});
const toDraft = ({ fee, commitment, meters }: Price, currency: string) => ({
  plan: 'pro',
  currency,
  monthlyFee: (fee / 1_000).toFixed(3),
  commitment: (commitment / 1_000).toFixed(3),
  meters: meters.map(({ includedQuantity, packageSize, tiers, ...meter }) => ({
    ...meter,
    includedQuantity: String(includedQuantity),
    packageSize: packageSize === null ? null : String(packageSize),
    tiers: tiers.map((tier) => ({ ...tier, from: String(tier.from) })),
  })),
});
const simulate = (draft: object, status = 200) =>
  operator
    .post('/v1/admin/price-simulations', draft)
    .expect(status)
    .then(({ body }) => body);

describe('a draft of a price', () => {
  const now = new Date();
  const month = (offset: number) => new Date(Date.UTC(now.getUTCFullYear(), now.getUTCMonth() + offset));
  const price: Price = { fee: 10_000, commitment: 0, meters: [perUnit(100, '0.01')] };
  const shops: Record<string, { tenant: Tenant; id: string }> = {};

  beforeAll(async () => {
    const version = await addVersion('pro', CURRENCY, price);
    for (const [name, quantity] of Object.entries({ idle: 50, busy: 1_100, busiest: 5_100 })) {
      const shop = (shops[name] = await signUp(version, month(-2), name));
      await addUsage(api, shop.tenant, 'recommendation_requests', quantity, { periodStart: month(-2).toISOString() });
      await writer.bill(shop.id, new Date(month(-1).getTime() + 3_600_000));
    }
  });
  afterAll(() => removeVersions(CURRENCY));

  it('re-rates what was, says who would win and lose, and by how much', async () => {
    const draft = toDraft({ fee: 5_000, commitment: 0, meters: [perUnit(0, '0.012')] }, CURRENCY);
    const { since, until, winners, losers, ...answer } = await simulate(draft);
    // 10 + 0, 10 + 1,000 × 0.01 and 10 + 5,000 × 0.01; after it 5 + 50, 1,100 and 5,100 × 0.012.
    expect(answer).toEqual({
      plan: 'pro',
      currency: CURRENCY,
      organizations: 3,
      periods: 3,
      before: '90.000',
      after: '90.000',
      change: '0.000',
      reproduces: true,
      differing: { count: 0, periods: [] },
      winnersCount: 2,
      losersCount: 1,
      billChange: { p50: '-1.800', p95: '6.200' },
      billChangeShare: { p50: '-0.09', p95: '0.103333' },
      tiers: [
        { meter: 'recommendation_requests', deviceClass: '', from: null, periods: 0 },
        { meter: 'recommendation_requests', deviceClass: '', from: '0', periods: 3 },
      ],
      breakEven: '0',
      margin: null,
    });
    expect(Date.parse(until) - Date.parse(since)).toBeGreaterThan(300 * 86_400_000);
    const inWords = (bills: any[]) =>
      bills.map(({ organization, before, after, change }) => [organization.name, before, after, change].join(' '));
    expect(inWords(winners)).toEqual(['idle 10.000 5.600 -4.400', 'busy 20.000 18.200 -1.800']);
    expect(inWords(losers)).toEqual(['busiest 60.000 66.200 6.200']);
  });

  it('that is the present price changes nothing, and what was is what was billed', async () => {
    const answer = await simulate(toDraft(price, CURRENCY));
    expect(answer).toMatchObject({
      before: '90.000',
      after: '90.000',
      reproduces: true,
      losersCount: 0,
      breakEven: null,
    });
    expect(answer.billChange).toEqual({ p50: '0.000', p95: '0.000' });
  });

  it('says what is left of the bills where costs are known', async () => {
    const { id } = shops['busy']!;
    await owner.query(
      `INSERT INTO cost_rates (id, kind, resource, currency, amount, starts_at) VALUES (gen_random_uuid(), 'pool', 'cpu', $1, 0.1, '2020-01-01')`,
      [CURRENCY],
    );
    await owner.query(
      `INSERT INTO training_attempts VALUES ($1, $1, 1, 'cpu', $2, $2::timestamptz + interval '90 seconds')`,
      [id, month(-2)],
    );
    const { margin } = await simulate(toDraft({ ...price, fee: 15_000 }, CURRENCY));
    // 9 of 90, and of 105.
    expect(margin).toEqual({ cost: '9', before: '0.9', after: '0.914286' });
    await owner.query('DELETE FROM cost_rates WHERE currency = $1', [CURRENCY]);
  });

  it('tells what it can earn more and still lose customers', async () => {
    const answer = await simulate(toDraft({ ...price, fee: 15_000 }, CURRENCY));
    // 15 more than 90, of 105 that all pay after it.
    expect(answer).toMatchObject({ change: '15.000', losersCount: 3, breakEven: '0.142857' });
  });

  it('writes nothing', async () => {
    const counts = () =>
      owner.query(`SELECT (SELECT count(*) FROM price_versions) AS prices, (SELECT count(*) FROM invoice_lines) AS lines,
        (SELECT count(*) FROM usage_rollups) AS usage, (SELECT count(*) FROM audit_events) AS audited`);
    const { rows } = await counts();
    await simulate(toDraft(price, CURRENCY));
    expect((await counts()).rows).toEqual(rows);
  });

  it('finds a period of which something else was billed than its usage comes to', async () => {
    const { tenant, id } = shops['busy']!;
    const start = month(-2).toISOString();
    await addUsage(api, tenant, 'recommendation_requests', 10, { periodStart: start });
    const { reproduces, differing } = await simulate(toDraft(price, CURRENCY));
    expect(reproduces).toBe(false);
    const [invoice] = (await tenant.get('/v1/billing/invoices').expect(200)).body.data;
    expect(differing).toEqual({
      count: 1,
      periods: [
        {
          organization: { id, name: 'busy' },
          periodStart: start,
          invoiceId: invoice.id,
          billed: '20.000',
          rated: '20.100',
        },
      ],
    });
    // The next invoice has what came late, and then it is billed.
    await writer.bill(id, new Date(month(0).getTime() + 3_600_000));
    expect(await simulate(toDraft(price, CURRENCY))).toMatchObject({ reproduces: true, periods: 4 });
  });

  it('knows of a fee that Stripe collects', async () => {
    const { rows } = await owner.query(
      `SELECT price_version_id AS id FROM billing_periods WHERE tenant_id = $1 LIMIT 1`,
      [shops['idle']!.id],
    );
    const shop = await signUp(rows[0].id, month(-2), 'stripe');
    await owner.query('UPDATE subscriptions SET stripe_subscription_id = $1::text WHERE tenant_id = $2', [
      shop.id,
      shop.id,
    ]);
    await addUsage(api, shop.tenant, 'recommendation_requests', 200, { periodStart: month(-2).toISOString() });
    await writer.bill(shop.id, new Date(month(-1).getTime() + 3_600_000));
    const { before, reproduces } = await simulate(toDraft(price, CURRENCY));
    // 90 + the 10.1 of busy's that came late and the next month's fee, + 10 + 1.
    expect([before, reproduces]).toEqual(['111.100', true]);
  });

  it('waits for no other: two at a time are refused', async () => {
    await owner.query(`BEGIN; SELECT pg_advisory_xact_lock(hashtext('price_simulation'))`);
    try {
      expect(await simulate(toDraft(price, CURRENCY), 409)).toMatchObject({ code: 'simulation_under_way' });
    } finally {
      await owner.query('ROLLBACK');
    }
    await simulate(toDraft(price, CURRENCY));
  });

  const good = toDraft(price, CURRENCY);
  const meter = good.meters[0]!;
  it.each<[string, object, string]>([
    ['of an amount that is none', { ...good, monthlyFee: '-1' }, 'monthlyFee'],
    ['with more decimals than the currency', { ...good, monthlyFee: '1.0001' }, 'monthlyFee'],
    [
      'with half a unit included',
      { ...good, meters: [{ ...meter, includedQuantity: '0.5' }] },
      'meters.0.includedQuantity',
    ],
    ['with a scheme that there is none of', { ...good, meters: [{ ...meter, scheme: 'flat' }] }, 'meters.0.scheme'],
    ['with packages of no size', { ...good, meters: [{ ...meter, scheme: 'package' }] }, 'meters.0.packageSize'],
    ['with a size and no packages', { ...good, meters: [{ ...meter, packageSize: '10' }] }, 'meters.0.packageSize'],
    ['without tiers', { ...good, meters: [{ ...meter, scheme: 'volume', unitAmount: '0' }] }, 'meters.0.tiers'],
    [
      'with tiers that do not rise',
      {
        ...good,
        meters: [
          {
            ...meter,
            scheme: 'graduated',
            unitAmount: '0',
            tiers: ['0', '5', '5'].map((from) => ({ from, unitAmount: '1' })),
          },
        ],
      },
      'meters.0.tiers.2.from',
    ],
    ['with two prices for one thing', { ...good, meters: [meter, meter] }, 'meters.1.meter'],
    [
      'with a meter that there is none of',
      { ...good, meters: [meter, { ...meter, meter: 'wishes' }] },
      'meters.1.meter',
    ],
    ['of too many months', { ...good, months: 25 }, 'months'],
  ])('%s is refused by the name of the field', async (_, draft, path) => {
    const { errors } = await simulate(draft, 400);
    expect(errors.map((error: any) => error.path)).toEqual([path]);
  });

  it('of a plan or in a currency that nothing is sold of or in is refused', async () => {
    expect(await simulate({ ...good, plan: 'nothing' }, 404)).toMatchObject({ code: 'unknown_plan' });
    expect(await simulate({ ...good, currency: 'gbp', monthlyFee: '1', commitment: '0' }, 404)).toMatchObject({
      code: 'unknown_currency',
    });
  });
});

describe('rating in the database', () => {
  const currency = 'omr';
  afterAll(() => removeVersions(currency));

  const amount = fc.integer({ min: 0, max: 10_000_000 }).map((units) => (units / 1e6).toFixed(6));
  const tiers = fc
    .uniqueArray(fc.integer({ min: 1, max: 1_000 }), { maxLength: 3 })
    .chain((froms) =>
      fc.tuple(
        ...[0, ...froms.toSorted((a, b) => a - b)].map((from) =>
          fc.record({ from: fc.constant(from), unitAmount: amount, flatAmount: amount }),
        ),
      ),
    );
  const meterOf = (meter: string, deviceClass: string) =>
    fc
      .record({ includedQuantity: fc.integer({ min: 0, max: 500 }), scheme: fc.constantFrom(...SCHEMES) })
      .chain(({ includedQuantity, scheme }) => {
        const isTiered = scheme === 'graduated' || scheme === 'volume';
        return fc.record<Meter>({
          meter: fc.constant(meter),
          deviceClass: fc.constant(deviceClass),
          includedQuantity: fc.constant(includedQuantity),
          scheme: fc.constant(scheme),
          packageSize: scheme === 'package' ? fc.integer({ min: 1, max: 300 }) : fc.constant(null),
          unitAmount: isTiered ? fc.constant('0') : amount,
          tiers: isTiered ? tiers : fc.constant([]),
        });
      });
  /** Any of the meters, of every class and of one. */
  const prices = fc
    .subarray(METERS.flatMap((meter) => ['', 'gpu-h100'].map((deviceClass) => ({ meter, deviceClass }))))
    .chain((places) =>
      fc.record<Price>({
        fee: fc.integer({ min: 0, max: 100_000 }),
        commitment: fc.integer({ min: 0, max: 5_000_000 }),
        meters: fc.tuple(...places.map(({ meter, deviceClass }) => meterOf(meter, deviceClass))),
      }),
    );
  const uses = fc.array(
    fc.record({
      meter: fc.constantFrom(...METERS),
      deviceClass: fc.constantFrom('', 'cpu', 'gpu-h100'),
      isOwn: fc.boolean(),
      quantity: fc.integer({ min: -100_000_000, max: 2_000_000_000 }).map((units) => units / 1e6),
    }),
    { maxLength: 8 },
  );
  const periods = fc.record({
    uses,
    share: fc.constantFrom('1', '0.5', '0.3333333333', '0.0000231481'),
    included: fc.constantFrom<Record<string, string>>(
      {},
      { recommendation_requests: '123.5' },
      { training_seconds: '0' },
    ),
  });

  it('comes to what invoices come to, whatever the price, the usage and the part of a month', async () => {
    const tenantIds = await Promise.all(
      Array.from({ length: 8 }, async () => (await (await Tenant.signUp(api)).get('/v1/me')).body.organization.id),
    );
    const repository = api.app.get(PriceSimulationsRepository, { strict: false });
    const billing = api.app.get(BillingRepository, { strict: false });
    const startsAt = new Date('2024-02-01T00:00:00Z');
    await fc.assert(
      fc.asyncProperty(
        fc.record({ own: prices, other: prices, draft: prices }),
        fc.array(periods, { minLength: tenantIds.length, maxLength: tenantIds.length }),
        async ({ own, other, draft }, cases) => {
          await removeVersions(currency);
          const [ownId, otherId, draftId] = [
            await addVersion('pro', currency, own),
            await addVersion('scale', currency, other),
            await addVersion('free', currency, draft),
          ];
          const known = await database.system((transaction) => billing.listPriceVersions(transaction, currency));
          const versionOf = (id: string) => known.find((version) => version.id === id)!;
          const drafted: PriceVersion = { ...versionOf(draftId), id: NIL_ID, planKey: 'pro' };
          for (const [index, { uses: used, share, included }] of cases.entries()) {
            await owner.query(
              `INSERT INTO billing_periods (tenant_id, starts_at, ends_at, price_version_id, closed_at, share, included)
               VALUES ($1, $2, $3, $4, now(), $5, $6)`,
              [tenantIds[index], startsAt, new Date('2024-03-01T00:00:00Z'), ownId, share, included],
            );
            for (const { meter, deviceClass, isOwn, quantity } of used)
              await owner.query(`INSERT INTO usage_rollups VALUES ($1, 'period', $2, $3, $4, $5, $5, $6, $7, $8, 1)`, [
                tenantIds[index],
                // Anywhere in the period.
                new Date(startsAt.getTime() + 3_600_000 * index),
                meter,
                uuidv7(),
                NIL_ID,
                deviceClass,
                isOwn ? ownId : otherId,
                quantity,
              ]);
          }
          const versionsOfCurrency = known.filter(({ id }) => id !== draftId);
          const tables = ratingTables(drafted, versionsOfCurrency);
          const { organizations } = await database.longSystemSql(async (sql) => {
            await repository.begin(sql);
            const span = { versionIds: [ownId], since: startsAt, until: new Date() };
            const slice = { from: NIL_ID, to: NIL_ID.replaceAll('0', 'f') };
            return repository.rateSlice(sql, span, slice, tables, {
              currency,
              scale: '1000',
              fee: drafted.monthlyFeeMinor.toString(),
              commitment: drafted.commitmentMinor.toString(),
            });
          });
          const rated = new Map(organizations.map(([id, , before, after]) => [id, { before, after }]));
          for (const [index, { uses: used, share, included }] of cases.entries()) {
            const terms = { share: new Decimal(share), included };
            const totalOf = (price: PriceVersion) => {
              const quantities = used.map(({ isOwn, quantity, ...use }) => ({
                ...use,
                quantity: new Decimal(quantity),
                priceVersionId: isOwn ? price.id : otherId,
              }));
              const others = [withTerms(versionOf(otherId), terms)];
              return toMinor(rate(withTerms(price, terms), quantities, others).total, currency).toString();
            };
            expect(rated.get(tenantIds[index])).toEqual({ before: totalOf(versionOf(ownId)), after: totalOf(drafted) });
          }
        },
      ),
      { numRuns: 40 },
    );
  });
});
