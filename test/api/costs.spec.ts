import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
/** Nobody else pays in it. */
const CURRENCY = 'sek';
let versionId: string;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  versionId = uuidv7();
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES ($1, 'pro', 1, $2, 5000)`,
    [versionId, CURRENCY],
  );
});
afterAll(async () => {
  await owner.query(
    `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1) WHERE price_version_id = $1`,
    [versionId],
  );
  for (const table of ['billing_periods', 'usage_rollups'])
    await owner.query(
      `UPDATE ${table} SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'free' AND currency = 'usd' LIMIT 1) WHERE price_version_id = $1`,
      [versionId],
    );
  await owner.query('DELETE FROM price_versions WHERE id = $1', [versionId]);
  await owner.query('DELETE FROM cost_rates WHERE currency = $1', [CURRENCY]);
  await Promise.all([api.close(), owner.end()]);
});

async function signUp(name: string): Promise<string> {
  const { id } = (await (await Tenant.signUp(api, name)).get('/v1/me')).body.organization;
  await owner.query('UPDATE subscriptions SET price_version_id = $2 WHERE tenant_id = $1', [id, versionId]);
  return id;
}

const rate = (kind: string, resource: string, amount: string, startsAt: string) =>
  operator
    .post('/v1/admin/cost-rates', { kind, resource, currency: CURRENCY, amount, startsAt })
    .expect(201)
    .then(({ body }) => body);
const marginsOf = async (month: string) =>
  (await operator.get(`/v1/admin/margins?currency=${CURRENCY}&month=${month}`).expect(200)).body;

describe('what an organization costs', () => {
  it('is as worked by hand: every attempt, each by the rate of its day, and fees of payments', async () => {
    const id = await signUp('Costly');
    await rate('pool', 'cpu', '0.01', '2025-01-01T00:00:00Z');
    await rate('pool', 'cpu', '0.02', '2025-03-10T00:00:00Z');
    await rate('meter', 'stored_interactions', '0.001', '2025-01-01T00:00:00Z');
    await rate('payment', 'share', '0.02', '2025-01-01T00:00:00Z');
    await rate('payment', 'payment', '1.2', '2025-01-01T00:00:00Z');
    const job = uuidv7();
    const attempt = (number: number, at: string, seconds: number) =>
      owner.query(
        `INSERT INTO training_attempts VALUES ($1, $2, $3, 'cpu', $4, $4::timestamptz + make_interval(secs => $5))`,
        [id, job, number, at, seconds],
      );
    // One that failed, one by the later rate, and one of another month: 600 × 0.01 + 800 × 0.02 = 22.
    await attempt(1, '2025-03-09T10:00:00Z', 600);
    await attempt(2, '2025-03-10T10:00:00Z', 800);
    await attempt(3, '2025-04-01T00:00:00Z', 100);
    // 3,500 × 0.001 = 3.5
    await owner.query(
      `INSERT INTO usage_rollups VALUES ($1, 'day', '2025-03-15', 'stored_interactions', $1, $1, $1, '', $2, 3500, 1)`,
      [id, versionId],
    );
    await owner.query(
      `INSERT INTO invoices (tenant_id, id, number, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at, issued_at, paid_at)
       SELECT tenant_id, gen_random_uuid(), 'costs-' || tenant_id, 'paid', $2, starts_at, ends_at, 'Pro', 'Costly', 11000, '2025-03-31T01:00:00Z', '2025-03-31T01:00:00Z', now()
       FROM billing_periods WHERE tenant_id = $1 LIMIT 1`,
      [id, CURRENCY],
    );
    await owner.query(
      `INSERT INTO credit_notes SELECT tenant_id, gen_random_uuid(), id, 'refund', 'issued', 'costs-' || id, 1000, 'A reason', false, id, '2025-03-31', '2025-03-31', id, '2025-03-31T12:00:00Z'
       FROM invoices WHERE tenant_id = $1`,
      [id],
    );
    // Revenue 110 − 10; fees 110 × 0.02 + 1.2; margin 100 − 22 − 3.5 − 3.4.
    const expected = {
      revenue: '100',
      trainingCost: '22',
      meterCost: '3.5',
      fees: '3.4',
      margin: '71.1',
      marginShare: '0.711',
    };
    const { organizations, total } = await marginsOf('2025-03');
    expect(organizations).toEqual([{ organization: { id, name: 'Costly' }, ...expected }]);
    expect(total).toEqual(expected);
    expect((await marginsOf('2025-04')).total).toMatchObject({ revenue: '0', trainingCost: '2', marginShare: null });
    const { text } = await operator.get(`/v1/admin/margins.csv?currency=${CURRENCY}&month=2025-03`).expect(200);
    expect(text.trim().split('\n')[1]).toBe(`${id},Costly,100,22,3.5,3.4,71.1,0.711`);
    const { currency, months } = (await operator.get(`/v1/admin/organizations/${id}/margins`).expect(200)).body;
    expect([currency, months.length]).toEqual([CURRENCY, 12]);
  });

  it('has a rate only of what there is, once from a moment on, and keeps those before', async () => {
    const later = {
      kind: 'pool',
      resource: 'cpu',
      currency: CURRENCY,
      amount: '0.03',
      startsAt: '2025-06-01T00:00:00Z',
    };
    await operator.post('/v1/admin/cost-rates', later).expect(201);
    expect((await operator.post('/v1/admin/cost-rates', later).expect(409)).body.code).toBe('cost_rate_exists');
    for (const [changes, path] of [
      [{ resource: 'moon' }, 'resource'],
      [{ kind: 'payment' }, 'resource'],
      [{ kind: 'meter', resource: 'wishes' }, 'resource'],
      [{ amount: '-1' }, 'amount'],
    ] as const)
      expect(
        (await operator.post('/v1/admin/cost-rates', { ...later, ...changes }).expect(400)).body.errors[0].path,
      ).toBe(path);
    const { data } = (await operator.get('/v1/admin/cost-rates').expect(200)).body;
    const amounts = data.filter((each: any) => each.currency === CURRENCY && each.kind === 'pool');
    expect(amounts.map(({ amount }: any) => amount)).toEqual(['0.03', '0.02', '0.01']);
    const csv = (await operator.get('/v1/admin/cost-rates.csv').expect(200)).text.trim().split('\n');
    expect([csv[0], csv.length]).toEqual(['kind,resource,currency,amount,startsAt', data.length + 1]);
  });
});

describe('an attempt to train', () => {
  it('counts from its claim to its end or its last sign of life, whatever comes of it, and outlives its job', async () => {
    const tenant = await Tenant.signUp(api);
    const live = await tenant.deploy();
    const { id } = (await tenant.get('/v1/me')).body.organization;
    const attempts = async (jobId: string) =>
      (
        await owner.query(
          `SELECT attempt, pool, extract(epoch FROM seen_at - started_at)::float AS seconds FROM training_attempts WHERE tenant_id = $1 AND job_id = $2 ORDER BY 1`,
          [id, jobId],
        )
      ).rows;
    const [done] = await attempts(live.job.id);
    expect(done).toMatchObject({ attempt: 1, pool: 'cpu' });
    expect(done.seconds).toBeGreaterThan(0);
    const { rows: waiting } = await owner.query(
      `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool)
       SELECT tenant_id, gen_random_uuid(), project_id, model_id, 'none' FROM training_jobs WHERE id = $1 RETURNING id`,
      [live.job.id],
    );
    const jobId: string = waiting[0].id;
    const ofJob = `job_id = '${jobId}'`;
    const set = (what: string) => `UPDATE training_jobs SET ${what} WHERE id = '${jobId}'`;
    // A worker claims another and is killed: the sweep comes when the lease has run out, and no second after that counts. In one transaction, as
    // the workers that run here would sweep it too.
    await owner.query(`BEGIN;
      ${set(`status = 'running', attempt = 1, lease_expires_at = now() + interval '1 minute'`)};
      UPDATE training_attempts SET started_at = now() - interval '10 minutes' WHERE ${ofJob};
      ${set(`lease_expires_at = now() - interval '4 minutes'`)};
      UPDATE training_attempts SET seen_at = now() - interval '9 minutes' WHERE ${ofJob};
      ${set(`status = 'queued', lease_expires_at = NULL`)};
      COMMIT`);
    expect(await attempts(jobId)).toEqual([{ attempt: 1, pool: 'none', seconds: 360 }]);
    await owner.query(`BEGIN;
      ${set(`status = 'running', attempt = 2, lease_expires_at = now() + interval '1 minute'`)};
      ${set(`status = 'cancelled', finished_at = now(), lease_expires_at = NULL`)};
      COMMIT`);
    expect(await attempts(jobId)).toMatchObject([{ attempt: 1 }, { attempt: 2 }]);
    await owner.query('DELETE FROM training_jobs WHERE id = $1', [jobId]);
    expect(await attempts(jobId)).toHaveLength(2);
  });
});
