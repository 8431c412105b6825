import { readFileSync } from 'node:fs';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { StatusService } from '../../libs/features/health/index.js';
import type { Status } from '../../libs/features/health/status.schema.js';
import { CONFIG, type Config } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi();
});
afterAll(() => api.close());

const get = (path: string) => request(api.url).get(path);

it('answers probes, metrics and documentation without credentials', async () => {
  expect((await get('/livez').expect(200)).body).toEqual({ status: 'ok' });
  expect((await get('/readyz').expect(200)).body).toEqual({ status: 'ok' });
  expect((await get('/metrics').expect(200)).text).toContain('http_server_request_duration_seconds');
  expect((await get('/docs').expect(200)).text).toContain('<h1>Documentation</h1>');
  expect((await get('/openapi.json').expect(200)).body).toEqual(JSON.parse(readFileSync('openapi.json', 'utf8')));
});

it('tells everyone how each part is doing, also while the database is away, and counts the failure once it is back', async () => {
  const service = api.app.get(StatusService, { strict: false });
  const database = api.app.get(Database, { strict: false });
  const owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  const probeLater = async () => {
    // Whoever probes again within seconds is not counted.
    await owner.query(`UPDATE probe_days SET probed_at = probed_at - interval '1 hour'`);
    await service.work();
  };
  const show = async () => {
    const { body } = await get('/v1/status').expect(200).expect('cache-control', 'public, max-age=10');
    const components = (body as Status).components.map(({ component, status }) => [component, status]);
    const { days } = (body as Status).components.find(({ component }) => component === 'database')!;
    return { status: body.status, ...Object.fromEntries(components), failures: days.at(-1)?.failures };
  };
  try {
    await probeLater();
    const before = await show();
    expect(before).toMatchObject({ api: 'ok', database: 'ok', workers: 'ok', object_store: 'ok' });
    const isReady = vi.spyOn(database, 'isReady').mockResolvedValue(false);
    await service.work();
    expect(await show()).toMatchObject({ status: 'failing', api: 'ok', database: 'failing', workers: 'unknown' });
    isReady.mockRestore();
    await probeLater();
    expect(await show()).toMatchObject({ database: 'ok', failures: before.failures! + 1 });
  } finally {
    await owner.end();
  }
});

it('waits for the database as long as its settings say, and no longer', async () => {
  const settings = { KINDRED_STATEMENT_SECONDS: 1, KINDRED_LOCK_SECONDS: 1, KINDRED_DATABASE_CONNECTIONS: 3 };
  const database = new Database({ ...api.app.get<Config>(CONFIG, { strict: false }), ...settings });
  try {
    const slow = database.systemSql((sql) => sql.rows('SELECT pg_sleep(20)'));
    await expect(slow).rejects.toThrow(/statement timeout/);
    await database.systemSql(async (sql) => {
      await sql.rows('SELECT pg_advisory_xact_lock(4711)');
      const behind = database.systemSql((other) => other.rows('SELECT pg_advisory_xact_lock(4711)'));
      await expect(behind).rejects.toThrow(/timeout/);
    });
  } finally {
    await database.onApplicationShutdown();
  }
});

it('shows metrics on a port of their own where one is set, and nowhere else', async () => {
  const metricsPort = await freePort();
  const process = await ApiProcess.start({ KINDRED_METRICS_PORT: String(metricsPort) });
  try {
    expect((await fetch(`${process.url}/metrics`)).status).toBe(404);
    const own = await fetch(`http://127.0.0.1:${metricsPort}/metrics`);
    expect(await own.text()).toContain('http_server_request_duration_seconds');
    expect((await fetch(`http://127.0.0.1:${metricsPort}/livez`)).status).toBe(404);
  } finally {
    await process.stop('SIGKILL');
  }
});

it('never labels a metric with a tenant', async () => {
  const tenant = await Tenant.signUp(api);
  const { organization } = (await tenant.get('/v1/me')).body;
  await tenant.get(`/v1/projects/${organization.id}`).expect(404);
  expect((await get('/metrics')).text).not.toContain(organization.id);
});

it('names each request, ours or the caller’s way, and says so in errors', async () => {
  const given = await get('/v1/projects').set('x-request-id', 'order-4711').expect(401);
  expect([given.headers['x-request-id'], given.body.requestId]).toEqual(['order-4711', 'order-4711']);
  const made = await get('/v1/nowhere').expect(404);
  expect(made.headers['x-request-id']).toMatch(/^[0-9a-f-]{36}$/);
  const injected = await get('/v1/projects').set('x-request-id', '{"level":60}').expect(401);
  expect(injected.headers['x-request-id']).not.toContain('level');
});

it('answers problem details to paths and bodies that are malformed, too large or of no known type', async () => {
  for (const [path, status] of [
    ['/v1/projects/%', 400],
    [`/v1/projects/${'x'.repeat(5_000)}`, 414],
  ] as const) {
    const { status: answered, type, body } = await get(path);
    expect([answered, type, body.status]).toEqual([status, 'application/problem+json', status]);
    expect(body.requestId).toBeTruthy();
  }
  const post = (type: string, body: string) =>
    request(api.url).post('/v1/auth/login').set('content-type', type).send(body);
  for (const [response, status] of [
    [await post('application/json', '{"email":'), 400],
    [await post('application/json', JSON.stringify({ email: 'x'.repeat(2_000_000) })), 413],
    [await post('application/xml', '<x/>'), 415],
    [await post('text/csv', 'a,b'), 415],
    [await post('application/json', '{"__proto__":{"isOperator":true}}'), 400],
  ] as const) {
    expect([response.status, response.type]).toEqual([status, 'application/problem+json']);
  }
});
