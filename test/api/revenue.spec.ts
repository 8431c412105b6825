import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
/** Fees in a currency that nobody else pays in, by what they are in its smallest unit. */
const fees = new Map<number, string>();

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  for (const fee of [0, 8_000, 10_000, 5_000, 13_000]) {
    const id = uuidv7();
    await owner.query(
      `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES ($1, 'pro', $3, 'kwd', $2)`,
      [id, fee, fee + 1],
    );
    fees.set(fee, id);
  }
});
afterAll(async () => {
  await owner.query(
    `DELETE FROM subscription_changes WHERE price_version_id IN (SELECT id FROM price_versions WHERE currency = 'kwd')`,
  );
  await owner.query(`DELETE FROM price_versions WHERE currency = 'kwd'`);
  await Promise.all([api.close(), owner.end()]);
});

/** Somebody who pays those fees from those days on. */
async function customer(...changes: [day: string, fee: number, isTrial?: boolean][]): Promise<void> {
  const { id } = (await (await Tenant.signUp(api)).get('/v1/me')).body.organization;
  for (const [day, fee, isTrial = false] of changes)
    await owner.query(
      `INSERT INTO subscription_changes (tenant_id, at, price_version_id, status, is_trial) VALUES ($1, $2, $3, 'active', $4)`,
      [id, `${day}T12:00:00Z`, fees.get(fee), isTrial],
    );
}

const read = async (query: string) => (await operator.get(`/v1/admin/revenue?${query}`).expect(200)).body;

describe('revenue', () => {
  it('counts what became of the fees in a month, as worked by hand', async () => {
    // Dinars have three decimals: fees of 10, 5, 13 and 8.
    await customer(['2024-01-05', 10_000], ['2024-03-10', 0]); // leaves in March
    await customer(['2024-01-06', 10_000], ['2024-03-11', 5_000]); // pays less
    await customer(['2024-02-07', 10_000], ['2024-03-31', 13_000]); // pays more
    await customer(['2024-01-08', 10_000], ['2024-02-08', 0], ['2024-03-08', 8_000]); // comes back
    await customer(['2024-02-20', 10_000, true], ['2024-03-09', 10_000]); // is new, after a trial
    await customer(['2024-01-20', 13_000, true], ['2024-02-03', 0]); // tried, and paid nothing
    await customer(['2024-03-02', 10_000], ['2024-03-03', 0]); // came and went between two looks
    const { months, cohorts } = await read('currency=kwd&from=2024-01&to=2024-04');
    expect(months.map(({ opening, closing }: any) => [opening, closing])).toEqual([
      ['0.000', '30.000'],
      ['30.000', '30.000'],
      ['30.000', '36.000'],
      ['36.000', '36.000'],
    ]);
    expect(months[2]).toEqual({
      month: '2024-03',
      opening: '30.000',
      fromNew: '10.000',
      reactivation: '8.000',
      expansion: '3.000',
      contraction: '5.000',
      churn: '10.000',
      closing: '36.000',
      customersAtStart: 3,
      customersLost: 1,
      customersAtEnd: 4,
      // (30 + 3 − 5 − 10) / 30, without the 3, (10 + 5 − 3 − 8) / 30, 1 of 3; 36 / 4; 9 / (1/3)
      netRevenueRetention: '0.6',
      grossRevenueRetention: '0.5',
      netRevenueChurn: '0.133333',
      customerChurn: '0.333333',
      averageRevenuePerAccount: '9',
      lifetimeValue: '27',
      usage: '0.000',
    });
    expect(months[0]).toMatchObject({ netRevenueRetention: null, customerChurn: null, lifetimeValue: null });
    expect(cohorts[0]).toEqual({
      month: '2024-01',
      customers: 3,
      months: [
        { month: '2024-01', paying: 3, fees: '30.000' },
        { month: '2024-02', paying: 2, fees: '20.000' },
        { month: '2024-03', paying: 2, fees: '13.000' },
        { month: '2024-04', paying: 2, fees: '13.000' },
      ],
    });
    for (const each of months) {
      const sum = [
        each.opening,
        each.fromNew,
        each.reactivation,
        each.expansion,
        `-${each.contraction}`,
        `-${each.churn}`,
      ];
      expect(sum.reduce((total, amount) => total + Number(amount), 0)).toBeCloseTo(Number(each.closing), 9);
    }
  });

  it('is by organization what was billed, the fee, and the run-rate of usage, as worked by hand', async () => {
    const version = uuidv7();
    await owner.query(
      `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES ($1, 'scale', 1, 'kwd', 20000)`,
      [version],
    );
    await owner.query(
      `INSERT INTO meter_prices (price_version_id, meter_key, device_class, included_quantity, unit_amount)
       VALUES ($1, 'recommendation_requests', '', 1000, 0.01), ($1, 'training_seconds', '', 0, 0.002), ($1, 'training_seconds', 'gpu', 0, 0.01)`,
      [version],
    );
    const shop = await Tenant.signUp(api, 'Running shop');
    const { id } = (await shop.get('/v1/me')).body.organization;
    await owner.query('UPDATE subscriptions SET price_version_id = $2 WHERE tenant_id = $1', [id, version]);
    await owner.query(
      `INSERT INTO subscription_changes (tenant_id, at, price_version_id, status) VALUES ($1, '2024-06-05', $2, 'active')`,
      [id, version],
    );
    const today = Math.floor(Date.now() / 86_400_000) * 86_400_000;
    const used = (daysAgo: number, meter: string, deviceClass: string, quantity: number) =>
      owner.query(`INSERT INTO usage_rollups VALUES ($1, 'day', $2, $3, $1, $1, $1, $4, $5, $6, 1)`, [
        id,
        new Date(today - daysAgo * 86_400_000),
        meter,
        deviceClass,
        version,
        quantity,
      ]);
    // Of thirty whole days: neither of today nor of the day before them.
    await used(0, 'recommendation_requests', '', 90_000);
    await used(31, 'recommendation_requests', '', 90_000);
    await used(1, 'recommendation_requests', '', 1_500);
    await used(30, 'recommendation_requests', '', 700);
    await used(2, 'training_seconds', 'cpu', 500);
    await used(3, 'training_seconds', 'gpu', 50);
    const line = async () => {
      const { organizations, usageRunRate } = await read('currency=kwd&from=2024-06&to=2024-06');
      expect(usageRunRate).toBe(organizations.find((each: any) => each.organization.id === id).usageRunRate);
      return organizations.find((each: any) => each.organization.id === id);
    };
    // 1,200 × 0.01 + 500 × 0.002 + 50 × 0.01 = 13.5 of thirty days; 13.5 × 365 ÷ 360 = 13.6875 of a month.
    const expected = { recurring: '20.000', usageRunRate: '13.688', revenue: '0.000' };
    expect(await line()).toEqual({ organization: { id, name: 'Running shop' }, ...expected });
    const { text } = await operator
      .get('/v1/admin/revenue-by-organization.csv?currency=kwd&from=2024-06&to=2024-06')
      .expect(200);
    expect(text.split('\n')).toContain(`${id},Running shop,20.000,13.688,0.000`);
    // What an operator has included in place of what the price does counts too: 200 × 0.01 + 1.5 = 3.5.
    await operator
      .put(`/v1/admin/organizations/${id}/plan-overrides`, {
        kind: 'included',
        resource: 'recommendation_requests',
        quantity: '2000',
        reason: 'A reason that is long enough.',
      })
      .expect(200);
    expect((await line()).usageRunRate).toBe('3.549');
    await owner.query('DELETE FROM usage_rollups WHERE tenant_id = $1', [id]);
    await owner.query('DELETE FROM billing_periods WHERE tenant_id = $1', [id]);
    await owner.query(
      `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1) WHERE tenant_id = $1`,
      [id],
    );
  });

  it('is in one currency, of which it says so, and as CSV a month a line', async () => {
    expect(await read('currency=xof&from=2024-03&to=2024-03')).toMatchObject({
      currency: 'xof',
      months: [{ closing: '0', customersAtEnd: 0 }],
      cohorts: [],
      billed: [],
    });
    const { text } = await operator.get('/v1/admin/revenue.csv?currency=kwd&from=2024-02&to=2024-03').expect(200);
    const [header, ...lines] = text.trim().split('\n');
    expect(header).toMatch(/^month,opening,/);
    expect(lines.map((line) => line.slice(0, 14))).toEqual(['2024-02,30.000', '2024-03,30.000']);
  });

  it.each([
    'from=2024-03&to=2024-02',
    'from=2024-3&to=2024-04',
    'from=2000-01&to=2024-02',
    'currency=US&from=2024-01&to=2024-02',
    'from=2024-01',
  ])('refuses %s', async (query) => {
    await operator.get(`/v1/admin/revenue?${query}`).expect(400);
  });
});
