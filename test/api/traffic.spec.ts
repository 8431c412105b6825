import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let tenantId: string;
let live: Awaited<ReturnType<Tenant['deploy']>>;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  tenantId = (await tenant.get('/v1/me').expect(200)).body.organization.id;
  live = await tenant.deploy({ recipe: 'ials' });
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const pathOf = (deploymentId = live.deploymentId) =>
  `/v1/projects/${live.projectId}/deployments/${deploymentId}/traffic`;
const trafficOf = async (query: string) => (await tenant.get(`${pathOf()}?${query}`).expect(200)).body;

/** A call that the log holds. */
const log = (occurredAt: string, status: number, durationMs: number, deploymentId = live.deploymentId) =>
  owner.query(
    `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, deployment_id, request_id)
     VALUES ($1, gen_random_uuid(), $2, 'POST', '/v1/x', $3, $4, gen_random_uuid(), $5, $6, 'r')`,
    [tenantId, occurredAt, status, durationMs, live.projectId, deploymentId],
  );

describe("a deployment's traffic", () => {
  it('counts calls by time and class of status, and tells how fast those were that had an answer', async () => {
    for (let ms = 1; ms <= 100; ms++) await log('2026-01-05T10:00:30Z', 200, ms);
    await log('2026-01-05T10:59:59.999Z', 201, 7);
    // Refusals are quick and errors slow: neither says how fast answers are.
    await log('2026-01-05T10:30:00Z', 429, 0);
    await log('2026-01-05T10:30:10Z', 404, 0);
    await log('2026-01-05T10:30:20Z', 503, 30_000);
    // Outside: before, at the end, and of another deployment.
    await log('2026-01-05T09:59:59.999Z', 200, 1);
    await log('2026-01-05T11:00:00Z', 200, 1);
    await log('2026-01-05T10:00:30Z', 200, 1, crypto.randomUUID());
    expect(await trafficOf('from=2026-01-05T10:00:00Z&to=2026-01-05T11:00:00Z')).toEqual({
      from: '2026-01-05T10:00:00.000Z',
      to: '2026-01-05T11:00:00.000Z',
      total: {
        byStatus: { '2xx': 101, '3xx': 0, '4xx': 2, '5xx': 1 },
        fallbacks: {},
        latencyMs: { p50: 50, p95: 95, p99: 99 },
      },
      bucketSeconds: 60,
      buckets: [
        {
          start: '2026-01-05T10:00:00.000Z',
          byStatus: { '2xx': 100, '3xx': 0, '4xx': 0, '5xx': 0 },
          fallbacks: {},
          latencyMs: { p50: 50, p95: 95, p99: 99 },
        },
        {
          start: '2026-01-05T10:30:00.000Z',
          byStatus: { '2xx': 0, '3xx': 0, '4xx': 2, '5xx': 1 },
          fallbacks: {},
          latencyMs: null,
        },
        {
          start: '2026-01-05T10:59:00.000Z',
          byStatus: { '2xx': 1, '3xx': 0, '4xx': 0, '5xx': 0 },
          fallbacks: {},
          latencyMs: { p50: 7, p95: 7, p99: 7 },
        },
      ],
    });
    const month = await trafficOf('from=2026-01-01T00:00:00Z&to=2026-01-31T00:00:00Z');
    expect([month.total.byStatus['2xx'], month.bucketSeconds, month.buckets.length]).toEqual([103, 21_600, 1]);
  });

  it('tells which answers were fallbacks, by their reason, in total and by time', async () => {
    const { key } = await tenant.createKey(live.projectId);
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    const before = await trafficOf('');
    for (const userId of ['a stranger', 'another', 'user-1'])
      await withKey(api, key).post(path, { userId }).expect(200);
    const more = before.total.byStatus['2xx'] + 3;
    await until(async () => (await trafficOf('')).total.byStatus['2xx'] === more);
    const { total, buckets } = await trafficOf('');
    const known = before.total.fallbacks['unknown_user'] ?? 0;
    expect(total.fallbacks).toEqual({ unknown_user: known + 2 });
    const inBuckets = buckets.map(
      ({ fallbacks }: { fallbacks: Record<string, number> }) => fallbacks['unknown_user'] ?? 0,
    );
    expect(inBuckets.reduce((sum: number, count: number) => sum + count, 0)).toBe(known + 2);
  });

  it("leaves out a person's tries, which are metered as tests and stand in the request log without a key", async () => {
    const before = await trafficOf('');
    const path = `/v1/deployments/${live.deploymentId}`;
    await tenant.post(`${path}/recommendations`, { userId: 'user-1' }).expect(200);
    await tenant.post(`${path}/recommendations`, { userId: 'a stranger' }).expect(200);
    await tenant.post(`${path}/classifications`, { text: 'a' }).expect(409);
    const linesOf = async (query: string) => (await tenant.get(`/v1/request-log?${query}`).expect(200)).body.data;
    const tries = `deploymentId=${live.deploymentId}&apiKeyId=00000000-0000-0000-0000-000000000000`;
    await until(async () => (await linesOf(tries)).length === 3);
    const common = { apiKeyId: null, projectId: live.projectId };
    expect(await linesOf(tries)).toMatchObject([
      { ...common, status: 409, errorCode: 'wrong_task', fallbackReason: null },
      { ...common, status: 200, fallbackReason: 'unknown_user' },
      { ...common, status: 200, fallbackReason: null },
    ]);
    expect((await trafficOf('')).total).toEqual(before.total);
    const ofTries = async () =>
      (await tenant.get('/v1/usage?groupBy=apiKey,meter').expect(200)).body.rows.flatMap(
        ({ apiKeyId, meter, quantity }: Record<string, string | null>) =>
          apiKeyId === null && /request|recommended/.test(meter!) ? [[meter, quantity]] : [],
      );
    await until(async () => (await ofTries()).some(([, quantity]: string[]) => quantity === '2'));
    expect(await ofTries()).toEqual([['test_requests', '2']]);
  });

  it("leaves out what keys of other projects, or for other deployments alone, were refused on the deployment's path", async () => {
    const before = await trafficOf('');
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    const elsewhere = await tenant.createProject();
    const body = { name: 'Elsewhere', modelVersionId: live.modelVersionId };
    const deployments = `/v1/projects/${live.projectId}/deployments`;
    const other = (await tenant.post(deployments, body).expect(201)).body.id;
    const fence = { name: 'Fenced', scopes: ['deployments:call'], deploymentIds: [other] };
    const fenced = (await tenant.post(`/v1/projects/${live.projectId}/api-keys`, fence).expect(201)).body.key;
    const refused = [
      (await tenant.createKey(elsewhere, ['project:read'])).key,
      (await tenant.createKey(elsewhere)).key,
      fenced,
    ];
    const statuses = [];
    for (const key of refused) statuses.push((await withKey(api, key).post(path, { userId: 'user-1' })).status);
    expect(statuses).toEqual([403, 404, 403]);
    // Written after those, so that they are in the log when it is.
    const { key } = await tenant.createKey(live.projectId);
    await withKey(api, key).post(path, { userId: 'user-1' }).expect(200);
    await until(async () => (await trafficOf('')).total.byStatus['2xx'] === before.total.byStatus['2xx'] + 1);
    expect((await trafficOf('')).total.byStatus['4xx']).toBe(before.total.byStatus['4xx']);
  });

  it('holds a call with a key soon after it, and shows the last day where no range is given', async () => {
    const { key } = await tenant.createKey(live.projectId);
    const before = await trafficOf('');
    const path = `/v1/deployments/${live.deploymentId}/recommendations`;
    await withKey(api, key).post(path, { userId: 'user-1' }).expect(200);
    await withKey(api, key).post(path, { userId: 1 }).expect(400);
    await until(async () => (await trafficOf('')).total.byStatus['4xx'] === before.total.byStatus['4xx'] + 1);
    const { total, from, to } = await trafficOf('');
    expect(total.byStatus['2xx']).toBe(before.total.byStatus['2xx'] + 1);
    expect(Date.parse(to) - Date.parse(from)).toBe(86_400_000);
  });

  it('is refused for a range that is too long, and does not exist for another tenant or an unknown deployment', async () => {
    const wrong = ['from=yesterday', 'from=2026-01-02T00:00:00Z&to=2026-01-01T00:00:00Z', 'days=3'];
    for (const query of [...wrong, 'from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z'])
      expect((await tenant.get(`${pathOf()}?${query}`).expect(400)).body.code).toBe('invalid_request');
    await tenant.get(pathOf(crypto.randomUUID())).expect(404);
    const stranger = await Tenant.signUp(api);
    await stranger.get(pathOf()).expect(404);
    const project = await stranger.createProject();
    await stranger.get(pathOf().replace(live.projectId, project)).expect(404);
  });

  it('of a project is that of its deployments, in total and of each; of nobody else', async () => {
    const body = { name: 'Basket', modelVersionId: live.modelVersionId };
    const basket = (await tenant.post(`/v1/projects/${live.projectId}/deployments`, body).expect(201)).body.id;
    await log('2026-01-08T10:00:00Z', 200, 5);
    await log('2026-01-08T10:00:00Z', 200, 7);
    await log('2026-01-08T10:30:00Z', 200, 90, basket);
    await log('2026-01-08T10:30:00Z', 503, 90, basket);
    // Of a deployment that the project has not, or not any more.
    await log('2026-01-08T10:30:00Z', 200, 90, crypto.randomUUID());
    const path = `/v1/projects/${live.projectId}/traffic`;
    const range = 'from=2026-01-08T10:00:00Z&to=2026-01-08T11:00:00Z';
    const traffic = (await tenant.get(`${path}?${range}`).expect(200)).body;
    expect(traffic.total).toMatchObject({
      byStatus: { '2xx': 3, '5xx': 1 },
      latencyMs: { p50: 7, p95: 90 },
    });
    expect(traffic.buckets.map(({ start }: { start: string }) => start)).toEqual([
      '2026-01-08T10:00:00.000Z',
      '2026-01-08T10:30:00.000Z',
    ]);
    const byId = (a: { deploymentId: string }, b: { deploymentId: string }) =>
      a.deploymentId.localeCompare(b.deploymentId);
    expect(traffic.deployments.toSorted(byId)).toMatchObject(
      [
        { deploymentId: live.deploymentId, byStatus: { '2xx': 2, '5xx': 0 }, latencyMs: { p50: 5, p95: 7 } },
        { deploymentId: basket, byStatus: { '2xx': 1, '5xx': 1 }, latencyMs: { p50: 90, p95: 90 } },
      ].toSorted(byId),
    );
    const empty = await tenant.createProject('Empty');
    expect((await tenant.get(path.replace(live.projectId, empty)).expect(200)).body).toMatchObject({
      total: { byStatus: { '2xx': 0 }, latencyMs: null },
      buckets: [],
      deployments: [],
    });
    await tenant.get(`${path}?from=2026-01-01T00:00:00Z&to=2026-02-01T00:00:00Z`).expect(400);
    await (await Tenant.signUp(api)).get(path).expect(404);
  });

  it('is read by an index of the deployment and the time', async () => {
    await owner.query('BEGIN');
    // Few rows are found as well by any index.
    await owner.query(
      `INSERT INTO request_log (tenant_id, id, occurred_at, method, route, status, duration_ms, api_key_id, project_id, deployment_id, request_id)
       SELECT $1, gen_random_uuid(), now() - n * interval '1 minute', 'POST', '/v1/x', 200, 1, $2, $2, gen_random_uuid(), n
       FROM generate_series(1, 5000) n`,
      [tenantId, live.projectId],
    );
    await owner.query('ANALYZE request_log');
    await owner.query('SET LOCAL enable_seqscan = off');
    const { rows } = await owner.query(
      `EXPLAIN SELECT status FROM request_log WHERE tenant_id = $1 AND deployment_id = $2 AND occurred_at >= now() - interval '30 days'`,
      [tenantId, live.deploymentId],
    );
    await owner.query('ROLLBACK');
    expect(JSON.stringify(rows)).toContain('request_log_tenant_id_deployment_id_occurred_at_idx');
  });
});
