import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { RequestLogRecorder } from '../../libs/features/request-log/index.js';
import { metrics } from '../../libs/platform/telemetry/metrics.js';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { withOutboxWorker } from '../factories/platform.setup.js';

let api: TestApi;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
});

const logOf = async (tenant: Tenant, query = '') => (await tenant.get(`/v1/request-log${query}`).expect(200)).body;

const countOf = async (tenantId: string): Promise<number> =>
  (await owner.query('SELECT count(*)::int AS count FROM request_log WHERE tenant_id = $1', [tenantId])).rows[0].count;

/** An organization with a key and, once they are in the log, these calls with it. */
async function caller(scopes = ['project:read', 'deployments:call']) {
  const tenant = await Tenant.signUp(api);
  const tenantId = (await tenant.get('/v1/me').expect(200)).body.organization.id as string;
  const projectId = await tenant.createProject();
  const key = await tenant.createKey(projectId, scopes);
  return { tenant, tenantId, projectId, key, call: withKey(api, key.key) };
}

describe('the request log', () => {
  it('S22: holds each call with a key: what, when, how long, and how it ended; neither query nor body', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    const deploymentId = crypto.randomUUID();
    await call.get(`/v1/projects/${projectId}/models`).expect(200);
    const requestId = 'request-id-of-the-caller';
    const unknown = call.post(`/v1/deployments/${deploymentId}/recommendations`, { userId: 'canary-user' });
    await unknown.set('x-request-id', requestId).expect(404);
    await call.post(`/v1/deployments/no-uuid-at-all/recommendations`, { userId: 'canary-user' }).expect(404);
    await call.get('/v1/projects?canary=query').expect(403);
    // Neither a person's calls nor those with a wrong key are anyone's.
    await tenant.get('/v1/projects').expect(200);
    await withKey(api, `${key.key}x`).get('/v1/projects').expect(401);
    await until(async () => (await countOf(tenantId)) === 4);
    const { data, nextCursor } = await logOf(tenant);
    expect(nextCursor).toBeNull();
    const common = { apiKeyId: key.id, projectId, deploymentId: null };
    const recommend = { method: 'POST', route: '/v1/deployments/:deploymentId/recommendations', status: 404 };
    expect(data).toMatchObject([
      {
        ...common,
        method: 'GET',
        route: '/v1/projects',
        path: '/v1/projects',
        status: 403,
        errorCode: expect.any(String),
      },
      { ...common, ...recommend, path: '/v1/deployments/no-uuid-at-all/recommendations', errorCode: 'not_found' },
      { ...common, ...recommend, deploymentId, requestId, errorCode: 'not_found' },
      {
        ...common,
        method: 'GET',
        route: '/v1/projects/:projectId/models',
        status: 200,
        errorCode: null,
        fallbackReason: null,
      },
    ]);
    for (const { durationMs, occurredAt } of data) {
      expect(durationMs).toBeGreaterThanOrEqual(0);
      expect(Math.abs(Date.parse(occurredAt) - Date.now())).toBeLessThan(60_000);
    }
    const { rows } = await owner.query('SELECT r::text AS row FROM request_log r WHERE tenant_id = $1', [tenantId]);
    expect(JSON.stringify(rows)).not.toMatch(new RegExp(`canary|${key.key}`));
  });

  it('S22: holds the path that was called up to a bound, and names no end user in it', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    const user = request(api.url).delete(`/v1/projects/${projectId}/users/canary-user`);
    await user.set('authorization', `Bearer ${key.key}`).expect(403);
    await call.get(`/v1/project/${projectId}/users/canary-user/export?user=canary-user`).expect(404);
    const long = 'x'.repeat(2_000);
    await call.post(`/v1/deployments/${long}/recommendations`, { userId: 'u' }).expect(404);
    await until(async () => (await countOf(tenantId)) === 3);
    const { data } = await logOf(tenant);
    expect(data.map(({ path }: { path: string }) => path)).toEqual([
      `/v1/deployments/${long}`.slice(0, 512),
      `/v1/project/${projectId}/users/:userId/export`,
      `/v1/projects/${projectId}/users/:userId`,
    ]);
  });

  it('holds calls whose body could not be read, and none with a key that is not valid', async () => {
    const { tenant, tenantId, key } = await caller();
    const path = `/v1/deployments/${crypto.randomUUID()}/recommendations`;
    const post = (authorization: string, body: string) =>
      request(api.url).post(path).set({ authorization, 'content-type': 'application/json' }).send(body);
    await post(`Bearer ${key.key}`, '{"userId": canary').expect(400);
    await post(`Bearer ${key.key}`, JSON.stringify({ userId: 'x'.repeat(70_000) })).expect(413);
    await post(`Bearer ${key.key}x`, '{"userId": canary').expect(400);
    await post('', '{"userId": canary').expect(400);
    const good = request(api.url).get('/v1/projects').set('authorization', `Bearer ${key.key}`);
    await good.expect(403);
    await until(async () => (await countOf(tenantId)) === 3);
    const { data } = await logOf(tenant);
    const common = { path, apiKeyId: key.id, route: '/v1/deployments/:deploymentId/recommendations' };
    expect(data).toMatchObject([
      { path: '/v1/projects' },
      { ...common, status: 413, errorCode: 'payload_too_large' },
      { ...common, status: 400, errorCode: 'bad_request' },
    ]);
    expect(JSON.stringify(data)).not.toContain('canary');
  });

  it('S35: calls that cannot be read, lead nowhere or lack the permission take tokens as others do, and few of those refused are kept', async () => {
    const { tenant, tenantId, projectId, key } = await caller();
    const limit = { scope: 'key', scopeId: key.id, resource: 'requests_per_second', quantity: '1', burst: 5 };
    const { id } = (await tenant.put('/v1/limits', limit).expect(200)).body;
    await new Promise((resolve) => setTimeout(resolve, 300));
    const calls = (path: string, body = '{"userId": ') =>
      Array.from({ length: 30 }, () =>
        request(api.url)
          .post(path)
          .set({ authorization: `Bearer ${key.key}`, 'content-type': 'application/json' })
          .send(body),
      );
    const unread = [
      ...calls(`/v1/projects/${projectId}/models`),
      ...calls('/v1/nowhere', '{}'),
      ...calls(`/v1/projects/${projectId}/models`, JSON.stringify({ name: 'x'.repeat(70_000) })),
      ...calls('/v1/projects', '{"name":"x"}'),
    ];
    const statuses = (await Promise.all(unread)).map(({ status }) => status);
    const refused = statuses.filter((status) => status === 429).length;
    // The burst and what is refilled meanwhile; a busy machine may take some seconds.
    expect(refused).toBeGreaterThan(80);
    await tenant.delete(`/v1/limits/${id}`).expect(204);
    await new Promise((resolve) => setTimeout(resolve, 1_200));
    await withKey(api, key.key).get(`/v1/projects/${projectId}/models`).expect(200);
    await until(async () => (await logOf(tenant, '?status=2xx')).data.length > 0);
    const seconds = await owner.query(
      `SELECT count(*)::int AS rows FROM request_log WHERE tenant_id = $1 AND status = 429 GROUP BY date_trunc('second', occurred_at)`,
      [tenantId],
    );
    for (const { rows } of seconds.rows) expect(rows).toBeLessThanOrEqual(10);
    expect(seconds.rows.length).toBeGreaterThan(0);
  });

  it('counts calls by time and class of status, under the same filters, without a gap', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    const histogram = async (query = '') => (await tenant.get(`/v1/request-log/histogram${query}`).expect(200)).body;
    expect((await histogram()).data).toEqual([]);
    await call.get(`/v1/projects/${projectId}/models`).expect(200);
    await owner.query(
      `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, request_id)
       SELECT $1, gen_random_uuid(), now() - n * interval '2 hours', 'GET', '/v1/x', 200 + n % 4 * 100, 1, $2, $3, n
       FROM generate_series(1, 240) n`,
      [tenantId, key.id, projectId],
    );
    await until(async () => (await countOf(tenantId)) === 241);
    type Bucket = { from: string; '2xx': number; '4xx': number; '5xx': number };
    const sums = ({ data }: { data: Bucket[] }) =>
      (['2xx', '4xx', '5xx'] as const).map((status) => data.reduce((sum, bucket) => sum + bucket[status], 0));
    const all = await histogram();
    expect(sums(all)).toEqual([121, 60, 60]);
    for (const query of [
      '',
      `?from=${new Date(Date.now() - 86_400_000).toISOString()}`,
      '?from=1970-01-01T00:00:00Z',
    ]) {
      const { data, bucketSeconds } = await histogram(query);
      expect(data.length).toBeGreaterThan(20);
      expect(data.length).toBeLessThanOrEqual(60);
      const starts = data.map(({ from }: Bucket) => Date.parse(from));
      expect(starts.every((start: number, i: number) => start === starts[0] + i * bucketSeconds * 1000)).toBe(true);
    }
    expect(sums(await histogram('?status=5xx'))).toEqual([0, 0, 60]);
    expect(sums(await histogram('?path=/v1/projects'))).toEqual([1, 0, 0]);
    const busiest = all.data.at(-2) as Bucket;
    const end = new Date(Date.parse(busiest.from) + all.bucketSeconds * 1000).toISOString();
    const { data } = await logOf(tenant, `?from=${busiest.from}&to=${end}`);
    expect(data).toHaveLength(sums({ data: [busiest] }).reduce((sum, count) => sum + count));
    expect((await histogram('?from=2999-01-01T00:00:00Z')).data).toEqual([]);
    await tenant.get('/v1/request-log/histogram?limit=5').expect(400);
  });

  it('S35: is looked into by one organization once at a time, and few may wait', async () => {
    const { tenant } = await caller();
    const stranger = await Tenant.signUp(api);
    await owner.query('BEGIN');
    await owner.query('LOCK TABLE request_log IN ACCESS EXCLUSIVE MODE');
    const held = Array.from({ length: 30 }, () => tenant.get('/v1/request-log/histogram').then((answer) => answer));
    const refused: string[] = [];
    for (const answer of held) void answer.then(({ body }) => body.code && refused.push(body.code));
    try {
      await until(() => refused.length === 9);
      // Theirs is another line: one connection is all that it holds up.
      await stranger.get('/v1/projects').expect(200);
    } finally {
      await owner.query('COMMIT');
    }
    const statuses = (await Promise.all(held)).map(({ status }) => status);
    expect(statuses.filter((status) => status === 200)).toHaveLength(21);
    expect(new Set(refused)).toEqual(new Set(['too_many_log_readings']));
  });

  it('gives one call with how often its error came up on its route in the last day', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    const model = () => call.get(`/v1/projects/${projectId}/models/${crypto.randomUUID()}`).expect(404);
    await model();
    await model().set('x-request-id', 'the-last-one');
    await call.get(`/v1/projects/${projectId}/data-sets/${crypto.randomUUID()}`).expect(404);
    await call.get(`/v1/projects/${projectId}/models`).expect(200);
    await owner.query(
      `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, request_id, error_code)
       SELECT $1, gen_random_uuid(), now() - interval '25 hours', 'GET', '/v1/projects/:projectId/models/:modelId', 404, 1, $2, $3, 'old', 'not_found'`,
      [tenantId, key.id, projectId],
    );
    await until(async () => (await countOf(tenantId)) === 5);
    const [error] = (await logOf(tenant, '?route=/v1/projects/:projectId/models/:modelId&requestId=the-last-one')).data;
    const [success] = (await logOf(tenant, '?status=2xx')).data;
    expect((await tenant.get(`/v1/request-log/${error.id}`).expect(200)).body).toEqual({ ...error, sameError: 2 });
    expect((await tenant.get(`/v1/request-log/${success.id}`).expect(200)).body).toEqual({
      ...success,
      sameError: null,
    });
    for (const unknown of [crypto.randomUUID(), 'none']) await tenant.get(`/v1/request-log/${unknown}`).expect(404);
    const stranger = await Tenant.signUp(api);
    await stranger.get(`/v1/request-log/${error.id}`).expect(404);
    await call.get(`/v1/request-log/${error.id}`).expect(403);
  });

  it('can be filtered by everything in it, and read page by page', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    for (let i = 0; i < 5; i++) await call.get(`/v1/projects/${projectId}/models`).expect(200);
    await until(async () => (await countOf(tenantId)) === 5);
    const from = new Date().toISOString();
    const { headers } = await call.get(`/v1/projects/${projectId}/models/${crypto.randomUUID()}`).expect(404);
    await until(async () => (await countOf(tenantId)) === 6);
    const count = async (query: string) => (await logOf(tenant, `?${query}`)).data.length;
    expect(await count('status=200')).toBe(5);
    expect(await count('status=2xx')).toBe(5);
    expect(await count('status=4xx')).toBe(1);
    expect(await count('status=403')).toBe(0);
    expect(await count('errorCode=not_found')).toBe(1);
    expect(await count('route=/v1/projects/:projectId/models')).toBe(5);
    expect(await count(`path=/v1/projects/${projectId}/models`)).toBe(6);
    expect(await count(`path=/v1/projects/${projectId}/models/`)).toBe(1);
    expect(await count('path=/v1/%25')).toBe(0);
    expect(await count(`requestId=${headers['x-request-id']}`)).toBe(1);
    expect(await count(`from=${from}`)).toBe(1);
    expect(await count(`to=${from}`)).toBe(5);
    expect(await count(`apiKeyId=${key.id}&projectId=${projectId}`)).toBe(6);
    expect(await count(`apiKeyId=${crypto.randomUUID()}`)).toBe(0);
    expect(await count(`deploymentId=${crypto.randomUUID()}`)).toBe(0);
    const first = await logOf(tenant, '?limit=4');
    const second = await logOf(tenant, `?limit=4&cursor=${first.nextCursor}`);
    const ids = [...first.data, ...second.data].map(({ id }: { id: string }) => id);
    expect([new Set(ids).size, second.nextCursor]).toEqual([6, null]);
    for (const wrong of ['status=6xx', 'limit=101', 'projectId=x', 'from=yesterday']) {
      await tenant.get(`/v1/request-log?${wrong}`).expect(400);
    }
  });

  it("is the organization's own, and no key's", async () => {
    const { tenantId, projectId, call } = await caller(['project:read', 'usage:read']);
    await call.get(`/v1/projects/${projectId}/models`).expect(200);
    await until(async () => (await countOf(tenantId)) === 1);
    const stranger = await Tenant.signUp(api);
    expect((await logOf(stranger)).data).toEqual([]);
    await call.get('/v1/request-log').expect(403);
  });

  it('S20, S26: comes as CSV of any length, an attachment, in which nothing is a formula', async () => {
    const { tenant, tenantId, projectId, key, call } = await caller();
    const model = call.get(`/v1/projects/${projectId}/models`);
    await model.set('x-request-id', '-1-1-1-1-1').expect(200);
    await until(async () => (await countOf(tenantId)) === 1);
    await owner.query(
      `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, request_id)
       SELECT $1, gen_random_uuid(), now(), 'GET', '/v1/x', 500, 1, $2, $3, 'many-' || n FROM generate_series(1, 2500) n`,
      [tenantId, key.id, projectId],
    );
    const { text, headers } = await tenant.get('/v1/request-log.csv').expect(200);
    expect(headers['content-type']).toMatch(/^text\/csv/);
    expect(headers['content-disposition']).toBe('attachment; filename="request-log.csv"');
    expect(headers['x-content-type-options']).toBe('nosniff');
    const lines = text.trimEnd().split('\n');
    expect(lines[0]).toBe(
      'id,occurredAt,method,route,path,status,durationMs,apiKeyId,projectId,deploymentId,requestId,errorCode,fallbackReason',
    );
    expect(lines).toHaveLength(1 + 1 + 2500);
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.find((line) => line.includes('-1-1-1-1-1'))).toContain(",'-1-1-1-1-1,");
    const filtered = await tenant.get('/v1/request-log.csv?status=2xx').expect(200);
    expect(filtered.text.trimEnd().split('\n')).toHaveLength(2);
  });

  it('keeps no call waiting while the database does not take it, then writes the newest and counts what it dropped', async () => {
    const { tenantId, projectId, key, call } = await caller();
    const recorder = api.app.get(RequestLogRecorder);
    const dropped = async () =>
      (await metrics.getSingleMetric('app_request_log_dropped_total')!.get()).values[0]!.value;
    const before = await dropped();
    await owner.query('REVOKE INSERT ON request_log FROM kindred_system');
    try {
      const logged = {
        tenantId,
        method: 'GET',
        route: '/v1/x',
        path: '/v1/x',
        status: 200,
        durationMs: 1,
        apiKeyId: key.id,
        projectId,
      };
      for (let i = 0; i < 50_100; i++) {
        recorder.record({
          ...logged,
          deploymentId: null,
          requestId: `call-${i}`,
          errorCode: null,
          fallbackReason: null,
        });
      }
      await new Promise((resolve) => setTimeout(resolve, 1_500));
      await call.get(`/v1/projects/${projectId}/models`).expect(200);
    } finally {
      await owner.query('GRANT INSERT ON request_log TO kindred_system');
    }
    const written = async () => (await countOf(tenantId)) + (await dropped()) - before === 50_101;
    await until(written);
    // A row more where the healing met a batch on its way.
    expect([50_000, 50_001]).toContain(await countOf(tenantId));
    const { rows } = await owner.query(
      `SELECT min(split_part(request_id, '-', 2)::int) AS first FROM request_log WHERE tenant_id = $1 AND request_id LIKE 'call-%'`,
      [tenantId],
    );
    expect([100, 101]).toContain(rows[0].first);
  });

  it('S41: is kept for 30 days', async () => {
    const { tenantId, projectId, key } = await caller();
    await owner.query(
      `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, request_id)
       SELECT $1, gen_random_uuid(), now() - age, 'GET', '/v1/x', 200, 1, $2, $3, age
       FROM (SELECT interval '29 days 23 hours' AS age UNION ALL SELECT interval '30 days 1 hour' FROM generate_series(1, 6000)) ages`,
      [tenantId, key.id, projectId],
    );
    // A worker deletes what is old when it starts, and then every hour.
    await withOutboxWorker(inject('appUrl'), inject('dataDirectory'), {}, () =>
      until(async () => (await countOf(tenantId)) === 1),
    );
    const { rows } = await owner.query('SELECT request_id FROM request_log WHERE tenant_id = $1', [tenantId]);
    expect(rows).toEqual([{ request_id: '29 days 23:00:00' }]);
  });

  // The last test, since passport's strategies are the process's: those of an API that was closed stay.
  it('is written to the last call when the API is stopped', async () => {
    const { tenantId, projectId, key } = await caller();
    const other = await startApi();
    await withKey(other, key.key).get(`/v1/projects/${projectId}/models`).expect(200);
    await other.close();
    expect(await countOf(tenantId)).toBe(1);
  });
});
