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
  live = await tenant.deploy();
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
      total: { byStatus: { '2xx': 101, '3xx': 0, '4xx': 2, '5xx': 1 }, latencyMs: { p50: 50, p95: 95, p99: 99 } },
      bucketSeconds: 60,
      buckets: [
        {
          start: '2026-01-05T10:00:00.000Z',
          byStatus: { '2xx': 100, '3xx': 0, '4xx': 0, '5xx': 0 },
          latencyMs: { p50: 50, p95: 95, p99: 99 },
        },
        {
          start: '2026-01-05T10:30:00.000Z',
          byStatus: { '2xx': 0, '3xx': 0, '4xx': 2, '5xx': 1 },
          latencyMs: null,
        },
        {
          start: '2026-01-05T10:59:00.000Z',
          byStatus: { '2xx': 1, '3xx': 0, '4xx': 0, '5xx': 0 },
          latencyMs: { p50: 7, p95: 7, p99: 7 },
        },
      ],
    });
    const month = await trafficOf('from=2026-01-01T00:00:00Z&to=2026-01-31T00:00:00Z');
    expect([month.total.byStatus['2xx'], month.bucketSeconds, month.buckets.length]).toEqual([103, 21_600, 1]);
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

  it('is read by an index of the deployment and the time', async () => {
    await owner.query('BEGIN');
    await owner.query('SET LOCAL enable_seqscan = off');
    const { rows } = await owner.query(
      `EXPLAIN SELECT status FROM request_log WHERE tenant_id = $1 AND deployment_id = $2 AND occurred_at >= now() - interval '30 days'`,
      [tenantId, live.deploymentId],
    );
    await owner.query('ROLLBACK');
    expect(JSON.stringify(rows)).toContain('request_log_tenant_id_deployment_id_occurred_at_idx');
  });
});
