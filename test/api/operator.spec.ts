import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { periodAt } from '../../libs/features/usage/index.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { logInOperator } from '../factories/members.js';
import { addUsage } from '../factories/usage.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const show = async (path: string) => (await operator.get(`/v1/admin/${path}`).expect(200)).body;
const idOf = async (tenant: Tenant): Promise<string> => (await tenant.get('/v1/me')).body.organization.id;
/** A word that nobody else's organization has. */
const newWord = () => `w${crypto.randomUUID().slice(0, 8)}`;
const findOne = async (search: string) => (await show(`organizations?search=${encodeURIComponent(search)}`)).data;

/** All that a list holds, by pages of two. */
async function walk(path: string): Promise<Record<string, any>[]> {
  const all = [];
  let cursor = '';
  do {
    const { data, nextCursor } = await show(`${path}&limit=2${cursor && `&cursor=${cursor}`}`);
    expect(data.length).toBeLessThanOrEqual(2);
    all.push(...data);
    cursor = nextCursor;
  } while (cursor);
  return all;
}

describe('the list of organizations', () => {
  it('is searched by a part of the name, a member’s e-mail or the id; signs have no meaning of their own', async () => {
    const word = newWord();
    const tenant = await Tenant.signUp(api, `Shop ${word} 100%_`);
    const id = await idOf(tenant);
    for (const search of [word, word.toUpperCase(), `${word} 100%_`, tenant.email, tenant.email.toUpperCase(), id]) {
      expect(await findOne(search), search).toMatchObject([{ id, ownerEmail: tenant.email, members: 1, plan: 'Free' }]);
    }
    expect(await findOne(`${word}%100`)).toEqual([]);
    expect(await findOne(`${word} 100__`)).toEqual([]);
    expect(await findOne(id.slice(0, -1))).toEqual([]);
  });

  it('ranks by creation, upcoming invoice or calls, whole pages at a time', async () => {
    const word = newWord();
    const uses: Use[][] = [
      [
        ['recommendation_requests', 20],
        ['training_seconds', 300, 'gpu'],
      ],
      [['recommendation_requests', 40]],
      [
        ['training_seconds', 200, 'gpu'],
        ['training_seconds', 10, 'cpu'],
      ],
      [
        ['recommendation_requests', 10],
        ['classification_requests', 60],
        ['training_seconds', 250, 'cpu'],
      ],
      [],
    ];
    const priceVersionId = await addOldPrice();
    const ids: string[] = [];
    for (const used of uses) {
      const tenant = await Tenant.signUp(api, word);
      const id = await idOf(tenant);
      ids.push(id);
      await owner.query('UPDATE subscriptions SET price_version_id = $2 WHERE tenant_id = $1', [id, priceVersionId]);
      for (const [meter, quantity, deviceClass] of used)
        await addUsage(api, tenant, meter, quantity, deviceClass ? { deviceClass } : {});
    }
    const [a, b, c, d, e] = ids;
    const listed = async (sort: string) =>
      (await walk(`organizations?search=${word}&sort=${sort}`)).map(({ id }) => id);
    expect(await listed('createdAt')).toEqual([e, d, c, b, a]);
    expect(await listed('requests')).toEqual([d, b, a, e, c]);
    expect(await listed('requests&order=asc')).toEqual([c, e, a, b, d]);
    expect(await listed('createdAt&order=asc')).toEqual(ids);
    const byTotal = await walk(`organizations?search=${word}&sort=upcomingTotal`);
    expect(byTotal.map(({ id, upcomingTotal }) => [id, upcomingTotal])).toEqual([
      [a, '29.00'],
      [c, '19.00'],
      [d, '10.50'],
      [e, '9.00'],
      [b, '9.00'],
    ]);
    for (const { id, upcomingTotal } of byTotal)
      expect(upcomingTotal).toBe((await show(`organizations/${id}`)).upcomingInvoice.total);
  });

  type Use = [meter: string, quantity: number, deviceClass?: string];

  /** An old price of Free: $9 with 100 seconds of each kind of device, of which a GPU's cost ten times those of any other. */
  async function addOldPrice(): Promise<string> {
    const id = uuidv7();
    await owner.query(
      `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES ($1, 'free', -1, 'usd', 900)`,
      [id],
    );
    await owner.query(
      `INSERT INTO meter_prices (price_version_id, meter_key, device_class, included_quantity, unit_amount)
       VALUES ($1, 'training_seconds', '', 100, 0.01), ($1, 'training_seconds', 'gpu', 100, 0.1)`,
      [id],
    );
    return id;
  }

  it('counts what the present billing period holds, whatever day of the month it began', async () => {
    const now = new Date();
    for (const anchor of [
      '2024-02-29T12:00:00Z',
      '2025-08-31T23:59:59.999Z',
      '2025-10-30T00:00:00Z',
      '2025-01-01T00:00:00Z',
    ]) {
      const word = newWord();
      const tenant = await Tenant.signUp(api, word);
      await owner.query('UPDATE subscriptions SET anchor_at = $2 WHERE tenant_id = $1', [await idOf(tenant), anchor]);
      await addUsage(api, tenant, 'recommendation_requests', 7);
      const { start } = periodAt(new Date(anchor), now);
      const before = periodAt(new Date(anchor), new Date(start.getTime() - 1)).start;
      await addUsage(api, tenant, 'recommendation_requests', 100, { periodStart: before.toISOString() });
      expect(await findOne(word), anchor).toMatchObject([{ requests: '7' }]);
      expect((await show(`organizations?search=${word}&sort=requests`)).data).toMatchObject([{ requests: '7' }]);
    }
  });

  it('says when its people or keys did something last, and not when the operator did', async () => {
    const word = newWord();
    const tenant = await Tenant.signUp(api, word);
    const tenantId = await idOf(tenant);
    await owner.query(`UPDATE audit_events SET occurred_at = '2026-01-01' WHERE tenant_id = $1`, [tenantId]);
    await owner.query(
      `INSERT INTO audit_events (tenant_id, id, actor_kind, actor_id, action, target_type, target_id)
       VALUES ($1, $2, 'operator', $2, 'usage_event.corrected', 'usage_event', $2)`,
      [tenantId, uuidv7()],
    );
    expect(await findOne(word)).toMatchObject([{ lastActivityAt: '2026-01-01T00:00:00.000Z' }]);
    await tenant.createKey(await tenant.createProject());
    await owner.query(`UPDATE audit_events SET occurred_at = '2026-01-01' WHERE tenant_id = $1`, [tenantId]);
    await owner.query(`UPDATE api_keys SET last_used_at = '2026-02-01' WHERE tenant_id = $1`, [tenantId]);
    expect(await findOne(word)).toMatchObject([{ lastActivityAt: '2026-02-01T00:00:00.000Z' }]);
  });

  it('refuses a sort or a parameter that it does not know', async () => {
    await operator.get('/v1/admin/organizations?sort=name').expect(400);
    await operator.get('/v1/admin/organizations?q=x').expect(400);
  });
});

describe('an organization', () => {
  it('shows its members, projects, keys, jobs, invoice and limits, and neither a key nor its hash', async () => {
    const tenant = await Tenant.signUp(api, 'Whole shop');
    const tenantId = await idOf(tenant);
    const projectId = await tenant.createProject('Films');
    const { id: keyId, key } = await tenant.createKey(projectId);
    await addUsage(api, tenant, 'recommendation_requests', 5);
    await addJob(tenant, projectId, { status: 'failed' });
    const answer = await operator.get(`/v1/admin/organizations/${tenantId}`).expect(200);
    expect(answer.text).not.toContain(key);
    expect(answer.text).not.toMatch(/hash/i);
    const { body } = answer;
    expect(body).toMatchObject({
      id: tenantId,
      name: 'Whole shop',
      deletesAt: null,
      members: [{ email: tenant.email, role: 'owner' }],
      projects: [{ id: projectId, name: 'Films' }],
      apiKeys: [
        { id: keyId, projectId, prefix: expect.stringMatching(/^kin_live_/), lastUsedAt: null, revokedAt: null },
      ],
      trainingJobs: [{ status: 'failed', count: 1 }],
    });
    expect(body.upcomingInvoice).toEqual((await tenant.get('/v1/billing/invoices/upcoming').expect(200)).body);
    expect(body.limits).toEqual((await tenant.get('/v1/limits').expect(200)).body);
    await tenant.get(`/v1/admin/organizations/${tenantId}`).expect(403);
  });

  it('is not there where it never was, or was deleted', async () => {
    const { body } = await operator.get(`/v1/admin/organizations/${uuidv7()}`).expect(404);
    expect(body.code).toBe('not_found');
    const tenant = await Tenant.signUp(api, newWord());
    const tenantId = await idOf(tenant);
    await owner.query(`UPDATE organizations SET deleted_at = now() WHERE id = $1`, [tenantId]);
    await operator.get(`/v1/admin/organizations/${tenantId}`).expect(404);
    expect(await findOne(tenantId)).toEqual([]);
  });
});

describe('training over all tenants', () => {
  it('is listed by organization and status, with where each job is and what it computed', async () => {
    const [one, two] = [await Tenant.signUp(api, 'One'), await Tenant.signUp(api, 'Two')];
    const projects = [await one.createProject('First'), await two.createProject()];
    const pool = newWord();
    const waiting = await addJob(one, projects[0]!, { pool });
    const running = await addJob(one, projects[0]!, { pool, status: 'running', worker: `${pool}:1` });
    const failed = await addJob(two, projects[1]!, { pool, status: 'failed' });
    const done = await addJob(two, projects[1]!, { pool, status: 'succeeded' });
    await addUsage(api, two, 'training_seconds', 42, { id: done, deviceClass: pool });

    const [oneId, twoId] = [await idOf(one), await idOf(two)];
    const ofOne = await walk(`training-jobs?organizationId=${oneId}`);
    expect(ofOne).toMatchObject([
      { id: running, status: 'running', worker: `${pool}:1`, device: 'A device', attempt: 1, computeSeconds: 1.5 },
      {
        id: waiting,
        organization: { id: oneId, name: 'One' },
        project: { name: 'First' },
        model: { name: 'A model', recipe: 'popularity' },
        status: 'queued',
        worker: null,
        runningSeconds: null,
      },
    ]);
    // They were made an hour ago and began ten minutes later.
    expect(ofOne[0]!['waitingSeconds']).toBe(600);
    expect(ofOne[0]!['runningSeconds']).toBeGreaterThanOrEqual(3000);
    expect(ofOne[1]!['waitingSeconds']).toBeGreaterThanOrEqual(3600);
    expect(await walk(`training-jobs?organizationId=${twoId}`)).toMatchObject([
      { id: done, computeSeconds: 42, waitingSeconds: 600, runningSeconds: 60 },
      { id: failed, failureKind: 'input', failureReason: 'No rows.', computeSeconds: 1.5 },
    ]);
    const listed = async (query: string) => (await show(`training-jobs?limit=100&${query}`)).data;
    expect(await listed(`organizationId=${twoId}&status=failed`)).toMatchObject([{ id: failed }]);
    expect((await listed('status=failed')).map(({ id }: { id: string }) => id)).toContain(failed);
    const all = (await listed('')).map(({ id }: { id: string }) => id);
    expect(all).toEqual([...all].sort().reverse());
    await operator.get('/v1/admin/training-jobs?status=lost').expect(400);
  });

  it('says of each pool what waits and for how long, and of each worker what it holds', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const pool = newWord();
    for (const worker of [undefined, undefined, `${pool}:1`, `${pool}:1`, `${pool}:2`])
      await addJob(tenant, projectId, worker ? { pool, worker, status: 'running' } : { pool });
    const { pools } = await show('training-queue');
    const ours = pools.find((each: { pool: string }) => each.pool === pool);
    expect(ours).toMatchObject({ waiting: 2, running: 3 });
    const { rows } = await owner.query(
      `SELECT min(created_at) AS at FROM training_jobs WHERE pool = $1 AND status = 'queued'`,
      [pool],
    );
    expect(ours.oldestWaitingAt).toBe(rows[0].at.toISOString());

    const workers = async () =>
      (await show('workers')).workers.filter(({ worker }: { worker: string }) => worker.startsWith(pool));
    const of = { pools: [pool], devices: ['A device'], isSilent: false };
    expect(await workers()).toMatchObject([
      { worker: `${pool}:1`, running: 2, ...of },
      { worker: `${pool}:2`, running: 1, ...of },
    ]);

    // Locked, so that no sweep takes it back meanwhile.
    const silent = new pg.Client({ connectionString: inject('ownerUrl') });
    await silent.connect();
    const gone = `${pool}:3`;
    try {
      await addJob(tenant, projectId, { pool, worker: gone, status: 'running', leaseSeconds: 1 }, silent);
      await silent.query('BEGIN');
      await silent.query('SELECT FROM training_jobs WHERE worker = $1 FOR UPDATE', [gone]);
      await until(async () => (await workers()).some((each: any) => each.worker === gone && each.isSilent));
    } finally {
      await silent.end();
    }
  });

  it('is the operator’s alone', async () => {
    const tenant = await Tenant.signUp(api);
    for (const path of ['training-jobs', 'training-queue', 'workers', 'webhook-health', 'webhook-endpoints'])
      await tenant.get(`/v1/admin/${path}`).expect(403);
  });
});

describe('webhooks over all tenants', () => {
  it('show which endpoints fail or are disabled, by their origin alone, and what waits for them', async () => {
    const tenant = await Tenant.signUp(api, 'Told shop');
    const tenantId = await idOf(tenant);
    const add = async (path: string) =>
      (await tenant.post('/v1/webhook-endpoints', { url: `https://told.example/${path}?secret=1` }).expect(201)).body
        .id;
    const [fine, failing, disabled] = [await add('fine'), await add('failing'), await add('disabled')];
    await owner.query(`UPDATE webhook_endpoints SET failing_since = '2026-01-01' WHERE id = $1`, [failing]);
    await owner.query(`UPDATE webhook_endpoints SET disabled_at = now(), disabled_reason = 'Gone.' WHERE id = $1`, [
      disabled,
    ]);
    await addDelivery(tenantId, failing, 'pending', '2026-01-02');
    await addDelivery(tenantId, failing, 'pending', '2026-01-03');
    await addDelivery(tenantId, disabled, 'pending', '2020-01-01');
    await addDelivery(tenantId, fine, 'succeeded');
    await addDelivery(tenantId, fine, 'failed');

    const ours = async (query = '') => {
      const { data } = await show(`webhook-endpoints?limit=100${query}`);
      return data.filter(({ organization }: { organization: { id: string } }) => organization.id === tenantId);
    };
    const common = { organization: { id: tenantId, name: 'Told shop' }, origin: 'https://told.example' };
    const expected = [
      { ...common, id: disabled, state: 'disabled', disabledReason: 'Gone.', waiting: 1 },
      { ...common, id: failing, state: 'failing', waiting: 2, oldestWaitingAt: '2026-01-02T00:00:00.000Z' },
    ];
    expect(await ours()).toMatchObject(expected);
    expect(await ours('&state=disabled')).toMatchObject(expected.slice(0, 1));
    expect(await ours('&state=failing')).toMatchObject(expected.slice(1));
    expect(JSON.stringify(await ours())).not.toContain('secret');

    const health = await show('webhook-health');
    const { succeeded, failed, pending, deliveredShare } = health.lastDay;
    expect(deliveredShare).toBeCloseTo(succeeded / (succeeded + failed + pending), 10);
    expect(Math.min(succeeded, failed, health.failingEndpoints, health.disabledEndpoints)).toBeGreaterThan(0);
    expect(health.waiting).toBeGreaterThanOrEqual(2);
    // What waits for a disabled endpoint is not going to be sent, so it is not the oldest.
    expect(health.oldestWaitingAt).toBe('2026-01-02T00:00:00.000Z');
  });

  async function addDelivery(tenantId: string, endpointId: string, status: string, createdAt = 'now'): Promise<void> {
    const [messageId, id] = [uuidv7(), uuidv7()];
    await owner.query(`INSERT INTO webhook_messages (tenant_id, id, type, data) VALUES ($1, $2, 'test', '{}')`, [
      tenantId,
      messageId,
    ]);
    await owner.query(
      `INSERT INTO webhook_deliveries (tenant_id, id, message_id, endpoint_id, status, created_at, next_attempt_at)
       VALUES ($1, $2, $3, $4, $5, $6, now() + interval '1 day')`,
      [tenantId, id, messageId, endpointId, status, createdAt],
    );
  }
});

/** A job of an hour ago, in a pool that no worker has, unless it is told otherwise. */
async function addJob(
  tenant: Tenant,
  projectId: string,
  { status = 'queued', pool = 'nowhere', worker = null as string | null, leaseSeconds = 3600 } = {},
  client = owner,
): Promise<string> {
  const [tenantId, modelId, id] = [await idOf(tenant), uuidv7(), uuidv7()];
  await client.query(
    `INSERT INTO models (tenant_id, id, project_id, name, family, task, recipe, settings)
     VALUES ($1, $2, $3, 'A model', 'recommender', 'recommendation', 'popularity', '{}')`,
    [tenantId, modelId, projectId],
  );
  const hasBegun = status !== 'queued';
  await client.query(
    `WITH moments AS (SELECT date_trunc('second', now()) - interval '1 hour' AS created)
     INSERT INTO training_jobs (tenant_id, id, project_id, model_id, status, pool, worker, device, attempt, lease_expires_at, checkpoint_seconds,
       created_at, started_at, finished_at, failure_kind, failure_reason)
     SELECT $1, $2, $3, $4, $5, $6, $7::text, CASE WHEN $8 THEN 'A device' END, $8::int, now() + make_interval(secs => $9), $8::int * 1.5,
       created, CASE WHEN $8 THEN created + interval '10 minutes' END, CASE WHEN $10 THEN created + interval '11 minutes' END,
       CASE WHEN $11 THEN 'input'::training_failure_kind END, CASE WHEN $11 THEN 'No rows.' END
     FROM moments`,
    [
      tenantId,
      id,
      projectId,
      modelId,
      status,
      pool,
      worker,
      hasBegun,
      status === 'running' ? leaseSeconds : null,
      hasBegun && status !== 'running',
      status === 'failed',
    ],
  );
  return id;
}
