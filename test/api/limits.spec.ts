import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { addUsage } from '../factories/usage.js';

let api: TestApi;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

async function liveShop() {
  const shop = await Tenant.signUp(api);
  const live = await shop.deploy();
  const path = `/v1/deployments/${live.deploymentId}/recommendations`;
  const caller = (key: string) => () => withKey(api, key).post(path, { userId: 'user-1', limit: 1 });
  return { shop, ...live, path, caller };
}

async function statusesOf(calls: number, call: () => PromiseLike<{ status: number }>): Promise<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const { status } of await Promise.all(Array.from({ length: calls }, call)))
    counts[status] = (counts[status] ?? 0) + 1;
  return counts;
}

describe('a rate limit', () => {
  it('lets a burst through, refuses what comes faster with 429 and says when to come again, for a key and all it was rotated into', async () => {
    const { shop, projectId, caller } = await liveShop();
    const { key, id } = await shop.createKey(projectId);
    const limit = { scope: 'key', scopeId: id, resource: 'requests_per_second', quantity: '2', burst: 10 };
    await shop.put('/v1/limits', limit).expect(200);
    const { body: rotated } = await shop.post(`/v1/projects/${projectId}/api-keys/${id}/rotations`).expect(201);
    const both = [caller(key), caller(rotated.key)];
    let next = 0;
    const counts = await statusesOf(40, () => both[next++ % 2]!());
    // Two more a second while the forty are answered.
    expect(counts[200]).toBeGreaterThanOrEqual(10);
    expect(counts[200]).toBeLessThanOrEqual(16);
    expect(counts[429]).toBe(40 - counts[200]!);
    const refused = await caller(key)().expect(429);
    expect(refused.body.code).toBe('rate_limited');
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    await new Promise((resolve) => setTimeout(resolve, 1_100));
    const answered = await caller(key)().expect(200);
    expect(answered.headers['ratelimit-policy']).toBe('"organization";q=500;w=5, "key";q=10;w=5');
    expect(answered.headers['ratelimit']).toMatch(/^"organization";r=\d+;t=\d+, "key";r=\d+;t=\d+$/);
  });

  it('holds the whole organization to its plan, by all of its keys', async () => {
    const { shop, projectId, caller } = await liveShop();
    await owner.query(`UPDATE plans SET requests_per_second = 1, requests_burst = 5 WHERE key = 'free'`);
    try {
      // As a change of plan would, whose terms every process then reads anew.
      await owner.query(
        'UPDATE subscriptions SET updated_at = now() WHERE tenant_id = (SELECT tenant_id FROM projects WHERE id = $1)',
        [projectId],
      );
      await new Promise((resolve) => setTimeout(resolve, 300));
      const calls = await Promise.all([1, 2].map(async () => caller((await shop.createKey(projectId)).key)));
      let next = 0;
      const counts = await statusesOf(20, () => calls[next++ % 2]!());
      expect(counts[200]).toBeLessThanOrEqual(8);
      expect(counts[429]).toBeGreaterThanOrEqual(12);
    } finally {
      await owner.query(`UPDATE plans SET requests_per_second = 100, requests_burst = 500 WHERE key = 'free'`);
    }
  });
});

describe('the number of things', () => {
  it('S35: is held to the plan at its boundary, however many ask at once, and what is deleted makes room', async () => {
    const shop = await Tenant.signUp(api);
    const projectId = await shop.createProject();
    const before = await owner.query(`SELECT * FROM plan_quotas WHERE plan_key = 'free'`);
    const quotas = { projects: 3, data_sets: 3, api_keys: 2, bytes_stored: 20_000 };
    for (const [resource, quantity] of Object.entries(quotas))
      await owner.query(`UPDATE plan_quotas SET quantity = $2 WHERE plan_key = 'free' AND resource = $1`, [
        resource,
        quantity,
      ]);
    try {
      const made = await Promise.all(Array.from({ length: 5 }, (_, i) => shop.post('/v1/projects', { name: `P${i}` })));
      expect(made.map(({ status }) => status).sort()).toEqual([201, 201, 402, 402, 402]);
      const refused = made.find(({ status }) => status === 402)!;
      expect(refused.body.detail).toMatch(/Free plan allows 3 projects, and there are 3/);
      await shop.delete(`/v1/projects/${made.find(({ status }) => status === 201)!.body.id}`).expect(204);
      await shop.post('/v1/projects', { name: 'Again' }).expect(201);
      const dataSetId = await shop.createDataSet(projectId, 'interactions');
      for (let i = 0; i < 2; i++) await shop.createDataSet(projectId, 'items');
      await shop.post(`/v1/projects/${projectId}/data-sets`, { name: 'D', kind: 'items' }).expect(402);
      const { id: keyId } = await shop.createKey(projectId);
      await shop.createKey(projectId);
      await shop.post(`/v1/projects/${projectId}/api-keys`, { name: 'K' }).expect(402);
      await shop.delete(`/v1/projects/${projectId}/api-keys/${keyId}`).expect(204);
      await shop.post(`/v1/projects/${projectId}/api-keys`, { name: 'K' }).expect(201);
      const content = `/v1/projects/${projectId}/data-sets/${dataSetId}/content`;
      const csv = `user_id,item_id\n${'user,item\n'.repeat(2_000)}`;
      const { body } = await shop.put(content, csv).expect(402);
      expect(body.detail).toMatch(/20000 bytes_stored/);
      expect((await shop.upload(projectId, dataSetId, csv.slice(0, 9_000))).status).toBe('succeeded');
      const { uses } = (await shop.get('/v1/limits').expect(200)).body;
      const used = Object.fromEntries(
        uses.map((use: { resource: string; used: string }) => [use.resource, Number(use.used)]),
      );
      expect(used).toMatchObject({ projects: 3, data_sets: 3, api_keys: 2 });
      expect(used.bytes_stored).toBeGreaterThan(0);
    } finally {
      for (const { resource, quantity } of before.rows)
        await owner.query(`UPDATE plan_quotas SET quantity = $2 WHERE plan_key = 'free' AND resource = $1`, [
          resource,
          quantity,
        ]);
    }
  });
});

describe('a quota', () => {
  it('of the plan refuses with 402 before the work is done, and nothing of it is metered', async () => {
    const { shop, projectId, caller } = await liveShop();
    const call = caller((await shop.createKey(projectId)).key);
    await addUsage(api, shop, 'recommendation_requests', 9_998, { projectId });
    expect(await statusesOf(6, call)).toEqual({ 200: 2, 402: 4 });
    const { body } = await call().expect(402);
    expect(body).toMatchObject({ code: 'quota_exceeded' });
    expect(body.detail).toMatch(/Free plan allows 10000 recommendation_requests.*larger plan/);
    await until(async () => {
      const { rows } = (await shop.get('/v1/usage?groupBy=meter&meter=recommendation_requests')).body;
      return rows[0].quantity === '10000';
    });
  });

  it('B14: of a key refuses with 429 until the period ends, another key goes on, and removing it opens the key within a second', async () => {
    const { shop, projectId, caller } = await liveShop();
    const [held, free] = [await shop.createKey(projectId), await shop.createKey(projectId)];
    const limit = { scope: 'key', scopeId: held.id, resource: 'recommendation_requests', quantity: '3' };
    const { body } = await shop.put('/v1/limits', limit).expect(200);
    expect(await statusesOf(5, caller(held.key))).toEqual({ 200: 3, 429: 2 });
    const refused = await caller(held.key)().expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(3_600);
    await caller(free.key)().expect(200);
    await shop.delete(`/v1/limits/${body.id}`).expect(204);
    await until(async () => (await caller(held.key)()).status === 200);
  });

  it('counts a test key’s calls apart: answered, never billed', async () => {
    const { shop, projectId, path } = await liveShop();
    const { body } = await shop.post(`/v1/projects/${projectId}/api-keys`, { name: 'Test', mode: 'test' }).expect(201);
    expect(body.key).toMatch(/^kin_test_[0-9A-Za-z]{36}$/);
    await withKey(api, body.key).post(path, { userId: 'user-1' }).expect(200);
    await until(async () => {
      const { rows } = (await shop.get('/v1/usage?groupBy=meter&meter=test_requests')).body;
      return rows[0]?.quantity === '1';
    });
    const { rows } = (await shop.get('/v1/usage?groupBy=meter&meter=recommendation_requests')).body;
    expect(rows).toEqual([]);
  });

  it('S35: holds uploads, models and training jobs too; what is refused leaves everything as it was', async () => {
    const shop = await Tenant.signUp(api);
    const projectId = await shop.createProject();
    const dataSetId = await shop.createDataSet(projectId, 'interactions');
    const limit = { scope: 'project', scopeId: projectId, resource: 'interactions_ingested' };
    await shop.put('/v1/limits', { ...limit, quantity: '700' }).expect(200);
    const first = await shop.upload(projectId, dataSetId, tasteCsv());
    expect(first.status).toBe('succeeded');
    const second = await shop.upload(projectId, dataSetId, tasteCsv());
    expect(second).toMatchObject({ status: 'failed' });
    expect(second.failureReason).toMatch(/leave \d+ interactions_ingested.*as it was/);
    const { body: dataSet } = await shop.get(`/v1/projects/${projectId}/data-sets/${dataSetId}`).expect(200);
    expect(dataSet.currentImport.id).toBe(first.id);
    await shop.put('/v1/limits', { ...limit, quantity: '1' }).expect(200);
    const refused = await shop.put(`/v1/projects/${projectId}/data-sets/${dataSetId}/content`, tasteCsv());
    expect([refused.status, refused.body.code]).toEqual([429, 'quota_exceeded']);

    await owner.query(
      `UPDATE plan_quotas SET quantity = 1 WHERE plan_key = 'free' AND resource IN ('models', 'training_jobs')`,
    );
    try {
      const model = { name: 'Model', recipe: 'popularity', sources: { interactions: dataSetId } };
      const created = await shop.post(`/v1/projects/${projectId}/models`, model).expect(201);
      const third = await shop.post(`/v1/projects/${projectId}/models`, model).expect(402);
      expect(third.body.detail).toMatch(/Free plan allows 1 models, and there are 1/);
      const jobs = `/v1/projects/${projectId}/models/${created.body.id}/training-jobs`;
      const { body: job } = await shop.post(jobs).expect(202);
      await shop.waitFor(`/v1/projects/${projectId}/training-jobs/${job.id}`);
      await shop.post(jobs).expect(402);
    } finally {
      await owner.query(`UPDATE plan_quotas SET quantity = 200 WHERE plan_key = 'free' AND resource = 'training_jobs'`);
      await owner.query(`UPDATE plan_quotas SET quantity = 20 WHERE plan_key = 'free' AND resource = 'models'`);
    }
  });
});

describe('a threshold', () => {
  it('is told once by mail and webhook, the highest of those passed at one go', async () => {
    const { shop, projectId, caller } = await liveShop();
    const { organization } = (await shop.get('/v1/me')).body;
    const call = caller((await shop.createKey(projectId)).key);
    const limit = { scope: 'project', scopeId: projectId, resource: 'recommendation_requests', quantity: '10' };
    const { body } = await shop.put('/v1/limits', limit).expect(200);
    const told = async () => {
      const { rows } = await owner.query(
        `SELECT data FROM webhook_messages WHERE tenant_id = $1 AND type = 'limit.threshold_reached' ORDER BY id`,
        [organization.id],
      );
      return rows.map(({ data }) => data);
    };
    expect(await statusesOf(8, call)).toEqual({ 200: 8 });
    // Where the calls reach the ledger in two lots, half of the limit may be told first.
    const thresholds = async () => (await told()).map(({ threshold }) => threshold);
    const usedNow = async () =>
      (await shop.get('/v1/usage?groupBy=meter&meter=recommendation_requests').expect(200)).body.rows[0]?.quantity;
    await until(async () => (await usedNow()) === '8');
    await until(async () => (await thresholds()).includes(75));
    expect((await told()).at(-1)).toMatchObject({
      limitId: body.id,
      kind: 'quota',
      scope: 'project',
      scopeId: projectId,
      meter: 'recommendation_requests',
      threshold: 75,
      used: '8',
      limit: '10',
    });
    expect(await statusesOf(3, call)).toEqual({ 200: 2, 429: 1 });
    await until(async () => (await thresholds()).includes(100));
    expect((await told()).at(-1)).toMatchObject({ threshold: 100, used: '10' });
    expect((await thresholds()).filter((threshold) => threshold !== 50)).toEqual([75, 100]);
    const { rows } = await owner.query(
      `SELECT values FROM emails WHERE tenant_id = $1 AND template = 'limit_reached' ORDER BY id`,
      [organization.id],
    );
    expect(rows.map(({ values }) => values.threshold)).toEqual(await thresholds());
    // In names: nobody knows an id by heart.
    const project = (await shop.get(`/v1/projects/${projectId}`).expect(200)).body;
    expect(rows.at(-1).values).toMatchObject({
      meter: 'recommendation_requests',
      limit: '10',
      used: '10',
      whose: { scope: 'project', name: project.name },
    });
  });

  it('is told whoever else cannot be checked, such as organizations that were just deleted', async () => {
    for (let gone = 0; gone < 4; gone++) {
      const event = await addUsage(api, await Tenant.signUp(api), 'recommendation_requests', 1);
      await owner.query('DELETE FROM subscriptions WHERE tenant_id = $1', [event.tenantId]);
      await owner.query(`UPDATE organizations SET name = '', deleted_at = now() WHERE id = $1`, [event.tenantId]);
    }
    const { tenantId } = await addUsage(api, await Tenant.signUp(api), 'recommendation_requests', 8_000);
    await until(async () => {
      const { rows } = await owner.query('SELECT threshold FROM limit_alerts WHERE tenant_id = $1', [tenantId]);
      return rows.some(({ threshold }) => threshold === 75);
    });
  });
});

describe('limits', () => {
  it('are shown with what counts against them', async () => {
    const { shop, projectId, caller } = await liveShop();
    const { key, id } = await shop.createKey(projectId);
    await shop.put('/v1/limits', { scope: 'key', scopeId: id, resource: 'spend', quantity: '12.50' }).expect(200);
    await caller(key)().expect(200);
    await until(async () => {
      const { uses } = (await shop.get('/v1/limits').expect(200)).body;
      const requests = uses.find(({ resource }: { resource: string }) => resource === 'recommendation_requests');
      return requests.used === '1';
    });
    const { uses, limits, currency } = (await shop.get('/v1/limits').expect(200)).body;
    expect([currency, limits.length]).toEqual(['usd', 1]);
    expect(uses).toContainEqual(
      expect.objectContaining({
        setBy: 'customer',
        scope: 'key',
        scopeId: id,
        resource: 'spend',
        quantity: '12.5',
        used: '0',
      }),
    );
    expect(uses).toContainEqual(expect.objectContaining({ setBy: 'plan', resource: 'models', used: '1' }));
  });

  it('are shown on every plan, however much it allows', async () => {
    const shop = await Tenant.signUp(api);
    const { organization } = (await shop.get('/v1/me')).body;
    const { rows } = await owner.query(
      `SELECT DISTINCT ON (plan_key) id, plan_key AS plan FROM price_versions
       WHERE currency = 'usd' AND plan_key IN ('free', 'pro', 'scale', 'enterprise') ORDER BY plan_key, version DESC`,
    );
    for (const { id, plan } of rows) {
      await owner.query('UPDATE subscriptions SET price_version_id = $2 WHERE tenant_id = $1', [organization.id, id]);
      const { uses } = (await shop.get('/v1/limits').expect(200)).body;
      const quotas = await owner.query('SELECT quantity FROM plan_quotas WHERE plan_key = $1 ORDER BY 1', [plan]);
      const ofPlan = uses.filter(({ setBy }: { setBy: string }) => setBy === 'plan');
      for (const { quantity } of quotas.rows)
        expect(ofPlan.map((use: { quantity: string }) => Number(use.quantity))).toContain(Number(quantity));
    }
  });

  it('say what would count against one before it is set, also in parts of a cent and below 0', async () => {
    const shop = await Tenant.signUp(api);
    const projectId = await shop.createProject();
    const { organization } = (await shop.get('/v1/me')).body;
    await owner.query(
      `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'pro' ORDER BY version DESC LIMIT 1) WHERE tenant_id = $1`,
      [organization.id],
    );
    await addUsage(api, shop, 'recommendation_requests', 22_010, { projectId });
    await addUsage(api, shop, 'stored_interactions', 300_000_001);
    const { id: correctsId } = await addUsage(api, shop, 'texts_ingested', 1);
    await addUsage(api, shop, 'texts_ingested', -4, { correctsId, reason: 'of the period before' });
    const use = async (query: string) => (await shop.get(`/v1/limits/use?${query}`).expect(200)).body.used;
    expect(await use('scope=organization&resource=recommendation_requests')).toBe('22010');
    expect(await use(`scope=project&scopeId=${projectId}&resource=spend`)).toBe('4.402');
    expect(await use('scope=organization&resource=spend')).toBe('0.00000002');
    expect(await use('scope=organization&resource=texts_ingested')).toBe('-3');
    await shop.put('/v1/limits', { scope: 'organization', resource: 'spend', quantity: '1' }).expect(200);
    const { uses } = (await shop.get('/v1/limits').expect(200)).body;
    expect(uses.find(({ resource }: { resource: string }) => resource === 'spend').used).toBe('0.00000002');
    await shop.get('/v1/limits/use?scope=organization&resource=sunshine').expect(400);
    await shop.get(`/v1/limits/use?scope=project&scopeId=${organization.id}&resource=spend`).expect(404);
  });

  it('refuse what is none, and what is another’s', async () => {
    const [shop, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const theirs = await other.createProject();
    const wrong = [
      { scope: 'organization', resource: 'sunshine', quantity: '1' },
      { scope: 'organization', resource: 'spend', quantity: '-1' },
      { scope: 'organization', resource: 'spend', quantity: '1e9' },
      { scope: 'organization', resource: 'requests_per_second', quantity: '0' },
      { scope: 'project', resource: 'spend', quantity: '1' },
      { scope: 'planet', resource: 'spend', quantity: '1' },
    ];
    for (const body of wrong) expect((await shop.put('/v1/limits', body)).status, JSON.stringify(body)).toBe(400);
    for (const scope of ['project', 'key'])
      await shop.put('/v1/limits', { scope, scopeId: theirs, resource: 'spend', quantity: '1' }).expect(404);
    await shop.delete(`/v1/limits/${theirs}`).expect(404);
  });
});
