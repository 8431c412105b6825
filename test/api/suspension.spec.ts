import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { NEXT_TRAINING_JOB } from '../../libs/features/training-jobs/training-jobs.repository.js';
import { NEXT_DELIVERIES } from '../../libs/features/webhooks/deliveries.repository.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { invite, logInOperator, whoIs } from '../factories/members.js';

const REASON = 'Three invoices are unpaid.';

let api: TestApi;
let second: ApiProcess;
let owner: pg.Client;
let operator: Tenant;
let boss: Tenant;
let organizationId: string;
let projectId: string;

beforeAll(async () => {
  api = await startApi();
  second = await ApiProcess.start();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  boss = await Tenant.signUp(api, `Unpaid ${Date.now()}`);
  organizationId = (await whoIs(boss)).organizationId!;
  projectId = await boss.createProject();
});
afterAll(async () => {
  await Promise.all([api.close(), second.stop('SIGKILL'), owner.end()]);
});

/** Whom any node answers. */
const at = (node: { url: string }, person: Tenant) => Tenant.of(node as TestApi, person);

const path = () => `/v1/admin/organizations/${organizationId}/suspension`;
const suspend = () => operator.post(path(), { reason: REASON });
const restore = () => operator.delete(path());

it('refuses keys and people on every node within moments, with the reason, until it is restored', async () => {
  const { key } = await boss.createKey(projectId, ['project:read']);
  const nodes = [api, second];
  const byKey = (node: { url: string }) => withKey(node as TestApi, key).get(`/v1/projects/${projectId}`);
  const viewer = await invite(boss, 'viewer');
  for (const node of nodes) await byKey(node).expect(200);
  expect((await suspend().expect(200)).body).toMatchObject({ id: organizationId, suspension: { reason: REASON } });
  for (const node of nodes) {
    await until(async () => (await byKey(node)).status === 403);
    const { body } = await byKey(node).expect(403);
    expect(body.code).toBe('organization_suspended');
    expect(body.detail).toContain(REASON);
    await until(async () => (await at(node, boss).get('/v1/projects')).status === 403);
    const refused = await at(node, boss).post('/v1/projects', { name: 'More' }).expect(403);
    expect(refused.body.code).toBe('organization_suspended');
  }
  // What stays: to know why, to read invoices, to take everything along, and to write to support.
  const me = (await boss.get('/v1/me').expect(200)).body;
  expect(me).toMatchObject({ organization: { id: organizationId }, suspension: { reason: REASON } });
  await boss.get('/v1/billing/invoices/upcoming').expect(200);
  await boss.get('/v1/organization').expect(200);
  await boss.get('/v1/organization/export').expect(200);
  await boss.post('/v1/support-messages', { text: 'We have paid.', page: '/' }).expect(201);
  await boss.delete(`/v1/projects/${projectId}`).expect(403);
  expect((await viewer.get('/v1/organization/export').expect(403)).body.code).toBe('not_permitted');
  // They may work in another one.
  const other = (await boss.post('/v1/organizations', { name: 'Another' }).expect(201)).body.id;
  await until(async () => (await boss.get('/v1/projects').set('Kindred-Organization', other)).status === 200);

  expect((await restore().expect(200)).body.suspension).toBeNull();
  for (const node of nodes) {
    await until(async () => (await byKey(node)).status === 200);
    await until(async () => (await at(node, boss).get('/v1/projects')).status === 200);
  }
  const log = (await boss.get('/v1/audit-events?targetType=organization&actorKind=operator').expect(200)).body.data;
  expect(log.map(({ action }: any) => action)).toEqual(['organization.restored', 'organization.suspended']);
  const { rows } = await owner.query(
    `SELECT template, users.email FROM emails JOIN users ON users.id = recipient_id
     WHERE tenant_id = $1 AND template LIKE 'organization_%' ORDER BY emails.id`,
    [organizationId],
  );
  expect(rows).toEqual([
    { template: 'organization_suspended', email: boss.email },
    { template: 'organization_restored', email: boss.email },
  ]);
});

it('ends what its people follow', async () => {
  const [jobId] = await addJobs(`stream-${Date.now()}`, 'queued');
  const stream = await fetch(`${second.url}/v1/projects/${projectId}/training-jobs/${jobId}/events`, {
    headers: { cookie: boss.cookie },
  });
  expect(stream.status).toBe(200);
  const ended = stream.text();
  await suspend().expect(200);
  await ended;
  await restore().expect(200);
});

it('takes trainings and imports from their workers, starts none and sends no webhook, and all goes on once it is restored', async () => {
  const pool = `pool-${Date.now()}`;
  const [running, queued] = await addJobs(pool, 'running', 'queued');
  const endpoint = (await boss.post('/v1/webhook-endpoints', { url: 'https://told.example/' }).expect(201)).body.id;
  const { rows: made } = await owner.query(
    `WITH message AS (INSERT INTO webhook_messages (tenant_id, id, type, data) VALUES ($1, gen_random_uuid(), 'test', '{}') RETURNING id)
     INSERT INTO webhook_deliveries (tenant_id, id, message_id, endpoint_id, next_attempt_at) SELECT $1, gen_random_uuid(), id, $2, now() + interval '1 day' FROM message RETURNING id`,
    [organizationId, endpoint],
  );
  const next = async () => {
    const jobs = (await owner.query(NEXT_TRAINING_JOB, [[pool], ['recommender'], 'Infinity'])).rows;
    // The worker of these tests must not send it meanwhile.
    await owner.query('BEGIN');
    await owner.query(`UPDATE webhook_deliveries SET next_attempt_at = now() - interval '1 second' WHERE id = $1`, [
      made[0].id,
    ]);
    const deliveries = (await owner.query(NEXT_DELIVERIES, [1_000])).rows.map(({ id }) => id);
    await owner.query('ROLLBACK');
    return { jobs: jobs.map(({ id }) => id), isSent: deliveries.includes(made[0].id) };
  };
  expect(await next()).toMatchObject({ isSent: true });
  await suspend().expect(200);
  const { rows } = await owner.query(
    'SELECT id, status::text, attempt, losses, lease_expires_at FROM training_jobs WHERE pool = $1 ORDER BY status, id',
    [pool],
  );
  expect(rows).toContainEqual({ id: running, status: 'queued', attempt: 2, losses: 0, lease_expires_at: null });
  expect(rows).toContainEqual({ id: queued, status: 'queued', attempt: 0, losses: 0, lease_expires_at: null });
  expect(await next()).toEqual({ jobs: [], isSent: false });
  await restore().expect(200);
  expect(await next()).toEqual({ jobs: [running], isSent: true });
});

it('is refused twice, without a reason, of nobody, and to customers', async () => {
  for (const reason of [undefined, '', 'short', ' '.repeat(20), 'bell \u0007 in the text'])
    await operator.post(path(), { reason }).expect(400);
  expect((await restore().expect(409)).body.code).toBe('not_suspended');
  await suspend().expect(200);
  expect((await suspend().expect(409)).body.code).toBe('already_suspended');
  const both = await Promise.all([restore(), restore()]);
  expect(both.map(({ status }) => status).sort()).toEqual([200, 409]);
  await operator.post(`/v1/admin/organizations/${crypto.randomUUID()}/suspension`, { reason: REASON }).expect(404);
  await boss.post(path(), { reason: REASON }).expect(403);
  await boss.delete(path()).expect(403);
});

async function addJobs(pool: string, ...statuses: ('queued' | 'running')[]): Promise<string[]> {
  const ids: string[] = [];
  for (const status of statuses) {
    const { rows } = await owner.query(
      `WITH model AS (INSERT INTO models (tenant_id, id, project_id, name, family, task, recipe, settings)
         VALUES ($1, gen_random_uuid(), $2, 'M', 'recommender', 'recommendation', 'popularity', '{}') RETURNING id)
       INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool, status, attempt, started_at, lease_expires_at, worker)
       SELECT $1, gen_random_uuid(), $2, id, $3, $4::training_job_status, $5::int, CASE WHEN $5 > 0 THEN now() END,
         CASE WHEN $5 > 0 THEN now() + interval '1 hour' END, CASE WHEN $5 > 0 THEN 'somewhere:1' END FROM model RETURNING id`,
      [organizationId, projectId, pool, status, status === 'running' ? 1 : 0],
    );
    ids.push(rows[0].id);
  }
  return ids;
}
