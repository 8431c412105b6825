import { createSign, generateKeyPairSync } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import request, { type Response } from 'supertest';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { sessionCookie, startApi, Tenant, type TestApi, until } from '../factories/api.js';

const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, Record<string, unknown>> };
const ROUTES = Object.entries(openapi.paths).flatMap(([path, operations]) =>
  Object.keys(operations)
    .filter((method) => method !== 'get')
    .map((method) => `${method.toUpperCase()} ${path}`),
);

/** Routes that write and are not audited, and why. */
const EXCEPTIONS: Record<string, string> = {
  ...Object.fromEntries(
    Object.values(tasks)
      .flatMap(({ operations }) => Object.keys(operations))
      .map((operation) => [
        `POST /v1/deployments/{deploymentId}/${operation}`,
        'asks and changes nothing; the ledger and the request log hold it',
      ]),
  ),
  'POST /v1/billing/checkout-sessions':
    'opens a page of Stripe’s and changes nothing here until Stripe says that it was paid: subscription.changed',
};

interface AuditEvent {
  actor_kind: string;
  actor_id: string | null;
  action: string;
  target_type: string;
  target_id: string;
  before: object | null;
  after: object | null;
}

const scanner = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const published = { key_identifier: 'abc', key: scanner.publicKey.export({ type: 'spki', format: 'pem' }) };
const github = createServer((_, response) => response.end(JSON.stringify({ public_keys: [published] })));

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let tenantId: string;
let userId: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const { port } = github.address() as AddressInfo;
  api = await startApi({ GITHUB_SECRET_SCANNING_KEYS_URL: `http://127.0.0.1:${port}/` });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  ({ tenantId, userId } = await whoIs(tenant));
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
  github.close();
});

async function whoIs(person: Tenant) {
  const { user, organization } = (await person.get('/v1/me').expect(200)).body;
  return { tenantId: organization.id as string, userId: user.id as string };
}

/** What of an organization was written down, without what its worker did meanwhile. */
async function eventsOf(id = tenantId): Promise<AuditEvent[]> {
  const { rows } = await owner.query(
    `SELECT * FROM audit_events WHERE tenant_id = $1 AND (actor_kind <> 'system' OR action = 'api_key.revoked') ORDER BY id`,
    [id],
  );
  return rows;
}

it('every change by a route of openapi.json is one event: who, what, to what; and none holds a secret', async () => {
  const secrets = [tenant.password, tenant.cookie.split('=')[1]!];
  const walked = new Set<string>();
  /** Calls the route, which must make that one event. */
  async function change(
    route: string,
    call: () => request.Test,
    action: string,
    target: string | ((answer: Response) => string),
    { by = { kind: 'user', id: userId } as { kind: string; id: string | null }, of = tenantId, status = 2 } = {},
  ): Promise<any> {
    const before = await eventsOf(of);
    const answer = await call();
    expect(Math.floor(answer.status / 100), `${route}: ${answer.text}`).toBe(status);
    const [event, ...more] = (await eventsOf(of)).slice(before.length);
    expect(more, route).toEqual([]);
    expect(event, route).toMatchObject({
      actor_kind: by.kind,
      actor_id: by.id,
      action,
      target_type: action.split('.')[0],
      target_id: typeof target === 'string' ? target : target(answer),
    });
    walked.add(route);
    return answer.body;
  }
  const idOf = ({ body }: Response) => body.id as string;

  // People and their sessions.
  const person = { email: `audited-${Date.now()}@example.com`, password: 'a long enough one', organizationName: 'New' };
  secrets.push(person.password);
  const signUp = await request(api.url).post('/v1/auth/signup').send(person).expect(202);
  expect(signUp.body).toEqual({ status: 'accepted' });
  const signIn = await request(api.url).post('/v1/auth/login').send(person).expect(200);
  const cookie = sessionCookie(signIn);
  const newOnes = { tenantId: signIn.body.organization.id as string, userId: signIn.body.user.id as string };
  const asNew = { by: { kind: 'user', id: newOnes.userId }, of: newOnes.tenantId };
  expect(await eventsOf(newOnes.tenantId)).toMatchObject([
    { action: 'organization.created', actor_kind: 'user', actor_id: newOnes.userId, target_id: newOnes.tenantId },
    { action: 'user.signed_in', actor_kind: 'user', actor_id: newOnes.userId, target_id: newOnes.userId },
  ]);
  walked.add('POST /v1/auth/signup').add('POST /v1/auth/login');
  await change(
    'POST /v1/auth/logout',
    () => request(api.url).post('/v1/auth/logout').set('cookie', cookie),
    'user.signed_out',
    newOnes.userId,
    asNew,
  );

  // Projects, data, models.
  const project = await change(
    'POST /v1/projects',
    () => tenant.post('/v1/projects', { name: 'A' }),
    'project.created',
    idOf,
  );
  const path = `/v1/projects/${project.id}`;
  await change(
    'PATCH /v1/projects/{projectId}',
    () => tenant.patch(path, { name: 'B' }),
    'project.renamed',
    project.id,
  );
  expect((await eventsOf()).at(-1)).toMatchObject({ before: { name: 'A' }, after: { name: 'B' } });
  const dataSet = await change(
    'POST /v1/projects/{projectId}/data-sets',
    () => tenant.post(`${path}/data-sets`, { name: 'A', kind: 'interactions' }),
    'data_set.created',
    idOf,
  );
  const dataSetPath = `${path}/data-sets/${dataSet.id}`;
  const writer = await tenant.createKey(project.id, ['project:read', 'project:write']);
  secrets.push(writer.key);
  await change(
    'PATCH /v1/projects/{projectId}/data-sets/{dataSetId}',
    () => request(api.url).patch(dataSetPath).set('authorization', `Bearer ${writer.key}`).send({ name: 'B' }),
    'data_set.renamed',
    dataSet.id,
    { by: { kind: 'api_key', id: writer.id } },
  );
  await change(
    'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/content',
    () => tenant.put(`${dataSetPath}/content`, 'user_id,item_id\nperson-1,1\nperson-2,1\n'),
    'import.created',
    ({ body }) => body.importId,
  );
  const live = await tenant.deploy();
  const livePath = `/v1/projects/${live.projectId}`;
  const sources = { interactions: live.interactionsDataSetId };
  const model = await change(
    'POST /v1/projects/{projectId}/models',
    () => tenant.post(`${livePath}/models`, { name: 'A', recipe: 'popularity', sources }),
    'model.created',
    idOf,
  );
  const modelPath = `${livePath}/models/${model.id}`;
  await change(
    'PATCH /v1/projects/{projectId}/models/{modelId}',
    () => tenant.patch(modelPath, { name: 'B' }),
    'model.renamed',
    model.id,
  );
  const jobs = 'POST /v1/projects/{projectId}/models/{modelId}/training-jobs';
  const trained = await change(jobs, () => tenant.post(`${modelPath}/training-jobs`), 'training_job.created', idOf);
  const { modelVersionIds } = await tenant.waitFor(`${livePath}/training-jobs/${trained.id}`);
  const versionPath = `${modelPath}/versions/${modelVersionIds[0]}`;
  const versions = '/v1/projects/{projectId}/models/{modelId}/versions/{modelVersionId}';
  await change(
    `PATCH ${versions}`,
    () => tenant.patch(versionPath, { name: 'B' }),
    'model_version.renamed',
    modelVersionIds[0],
  );
  await change(`DELETE ${versions}`, () => tenant.delete(versionPath), 'model_version.deleted', modelVersionIds[0]);
  const { rows: waiting } = await owner.query(
    `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool)
     SELECT tenant_id, gen_random_uuid(), project_id, model_id, 'none' FROM training_jobs WHERE id = $1 RETURNING id`,
    [trained.id],
  );
  await change(
    'POST /v1/projects/{projectId}/training-jobs/{jobId}/cancel',
    () => tenant.post(`${livePath}/training-jobs/${waiting[0].id}/cancel`),
    'training_job.cancelled',
    waiting[0].id,
  );
  const body = { name: 'A', modelVersionId: live.modelVersionId };
  const deployment = await change(
    'POST /v1/projects/{projectId}/deployments',
    () => tenant.post(`${livePath}/deployments`, body),
    'deployment.created',
    idOf,
  );
  const deploymentPath = `${livePath}/deployments/${deployment.id}`;
  const deployments = '/v1/projects/{projectId}/deployments/{deploymentId}';
  await change(
    `PATCH ${deployments}`,
    () => tenant.patch(deploymentPath, { name: 'B' }),
    'deployment.updated',
    deployment.id,
  );
  await change(`DELETE ${deployments}`, () => tenant.delete(deploymentPath), 'deployment.deleted', deployment.id);
  const texts = await tenant.deployTexts();
  const calls = `/v1/deployments/${texts.deploymentId}`;
  const { classificationId } = (await tenant.post(`${calls}/classifications`, { text: 'a great film' }).expect(200))
    .body;
  await change(
    'POST /v1/deployments/{deploymentId}/feedback',
    () => tenant.post(`${calls}/feedback`, { classificationId, labels: ['cross'] }),
    'data_set.row_added',
    texts.textsDataSetId,
  );
  const erased = 'a-person-to-forget';
  secrets.push(erased);
  await change(
    'DELETE /v1/projects/{projectId}/users/{userId}',
    () => tenant.delete(`${path}/users/${erased}`),
    'erasure.created',
    idOf,
  );

  // Keys and limits.
  const key = await change(
    'POST /v1/projects/{projectId}/api-keys',
    () => tenant.post(`${path}/api-keys`, { name: 'A', scopes: ['project:read'] }),
    'api_key.created',
    idOf,
  );
  const rotated = await change(
    'POST /v1/projects/{projectId}/api-keys/{apiKeyId}/rotations',
    () => tenant.post(`${path}/api-keys/${key.id}/rotations`, { graceHours: 1 }),
    'api_key.rotated',
    key.id,
  );
  const revoke = () => tenant.delete(`${path}/api-keys/${rotated.id}`);
  await change('DELETE /v1/projects/{projectId}/api-keys/{apiKeyId}', revoke, 'api_key.revoked', rotated.id);
  secrets.push(key.key, rotated.key);
  const text = JSON.stringify([{ token: key.key, type: 'kindred_api_key', url: 'https://github.com/x/y' }]);
  await change(
    'POST /v1/leaked-keys/github',
    () =>
      request(api.url)
        .post('/v1/leaked-keys/github')
        .set({
          'content-type': 'application/json',
          'github-public-key-identifier': published.key_identifier,
          'github-public-key-signature': createSign('SHA256').update(text).sign(scanner.privateKey, 'base64'),
        })
        .send(text),
    'api_key.revoked',
    key.id,
    { by: { kind: 'system', id: null } },
  );
  const limit = await change(
    'PUT /v1/limits',
    () => tenant.put('/v1/limits', { scope: 'organization', resource: 'spend', quantity: '10' }),
    'limit.created',
    idOf,
  );
  await change('DELETE /v1/limits/{limitId}', () => tenant.delete(`/v1/limits/${limit.id}`), 'limit.deleted', limit.id);

  // Webhooks.
  const endpoint = await change(
    'POST /v1/webhook-endpoints',
    () => tenant.post('/v1/webhook-endpoints', { url: 'http://127.0.0.1:9/' }),
    'webhook_endpoint.created',
    idOf,
  );
  const endpointPath = `/v1/webhook-endpoints/${endpoint.id}`;
  const endpoints = '/v1/webhook-endpoints/{endpointId}';
  await change(
    `PATCH ${endpoints}`,
    () => tenant.patch(endpointPath, { description: 'B' }),
    'webhook_endpoint.updated',
    endpoint.id,
  );
  const rotation = await change(
    `POST ${endpoints}/secret-rotations`,
    () => tenant.post(`${endpointPath}/secret-rotations`),
    'webhook_endpoint.secret_rotated',
    endpoint.id,
  );
  secrets.push(endpoint.secret, rotation.secret);
  await change(
    `POST ${endpoints}/test`,
    () => tenant.post(`${endpointPath}/test`),
    'webhook_endpoint.tested',
    endpoint.id,
  );
  const { data } = (await tenant.get(`${endpointPath}/deliveries`).expect(200)).body;
  const failDelivery = () =>
    until(async () => {
      await owner.query(`UPDATE webhook_deliveries SET status = 'failed' WHERE id = $1 AND lease_expires_at IS NULL`, [
        data[0].id,
      ]);
      return (await tenant.get(`${endpointPath}/deliveries`)).body.data[0].status === 'failed';
    });
  await failDelivery();
  const replays = () => tenant.post(`${endpointPath}/replays`, { since: '2020-01-01T00:00:00Z' });
  await change(`POST ${endpoints}/replays`, replays, 'webhook_endpoint.replayed', endpoint.id);
  await failDelivery();
  const replay = () => tenant.post(`/v1/webhook-deliveries/${data[0].id}/replay`);
  await change('POST /v1/webhook-deliveries/{deliveryId}/replay', replay, 'webhook_delivery.replayed', data[0].id);
  await change(`DELETE ${endpoints}`, () => tenant.delete(endpointPath), 'webhook_endpoint.deleted', endpoint.id);

  // What an operator does to another organization.
  const operator = await Tenant.signUp(api, 'Operators');
  await owner.query('UPDATE users SET is_operator = true WHERE email = $1', [operator.email]);
  await until(async () => (await operator.get('/v1/admin/organizations')).status === 200);
  const { rows: used } = await owner.query(
    'SELECT id, meter_key, quantity FROM usage_events WHERE tenant_id = $1 LIMIT 1',
    [tenantId],
  );
  const correction = { id: uuidv7(), meter: used[0].meter_key, quantity: -1, correctsId: used[0].id, reason: 'Ours' };
  await change(
    'POST /v1/admin/organizations/{organizationId}/usage-corrections',
    () => operator.post(`/v1/admin/organizations/${tenantId}/usage-corrections`, correction),
    'usage_event.corrected',
    used[0].id,
    { by: { kind: 'operator', id: (await whoIs(operator)).userId } },
  );

  // What goes for good.
  await change(
    'DELETE /v1/projects/{projectId}/data-sets/{dataSetId}',
    () => tenant.delete(dataSetPath),
    'data_set.deleted',
    dataSet.id,
  );
  await change(
    'DELETE /v1/projects/{projectId}/models/{modelId}',
    () => tenant.delete(modelPath),
    'model.deleted',
    model.id,
  );
  await change('DELETE /v1/projects/{projectId}', () => tenant.delete(path), 'project.deleted', project.id);
  await change(
    'PATCH /v1/organization',
    () => tenant.patch('/v1/organization', { name: 'C' }),
    'organization.renamed',
    tenantId,
  );
  const schedule = () => tenant.post('/v1/organization/deletion', { name: 'C' });
  await change('POST /v1/organization/deletion', schedule, 'organization.deletion_scheduled', tenantId);
  const keep = () => tenant.delete('/v1/organization/deletion');
  await change('DELETE /v1/organization/deletion', keep, 'organization.deletion_taken_back', tenantId);
  await schedule().expect(202);
  const leave = () => tenant.delete('/v1/me').send({ password: tenant.password });
  await change('DELETE /v1/me', leave, 'user.deleted', userId);

  expect([...walked, ...Object.keys(EXCEPTIONS)].sort()).toEqual([...ROUTES].sort());
  const { rows } = await owner.query('SELECT string_agg(event::text, chr(10)) AS text FROM audit_events event');
  for (const secret of secrets) expect(rows[0].text).not.toContain(secret);
});

it('a change that fails or changes nothing leaves no event', async () => {
  const other = await Tenant.signUp(api);
  const id = (await whoIs(other)).tenantId;
  const projectId = await other.createProject();
  const { id: keyId } = await other.createKey(projectId);
  await other.patch(`/v1/projects/${projectId}`, { name: 'Renamed' }).expect(200);
  await other.delete(`/v1/projects/${projectId}/api-keys/${keyId}`).expect(204);
  const before = await eventsOf(id);
  await other.delete(`/v1/projects/${projectId}/api-keys/${keyId}`).expect(204);
  await other.patch(`/v1/projects/${projectId}`, { name: 'Renamed' }).expect(200);
  await other.patch(`/v1/projects/${projectId}`, { name: '' }).expect(400);
  await other.delete(`/v1/projects/${uuidv7()}`).expect(404);
  await other.post('/v1/organization/deletion', { name: 'wrong' }).expect(409);
  await other.delete('/v1/organization/deletion').expect(409);
  expect(await eventsOf(id)).toEqual(before);
  expect(await eventsOf(id)).not.toEqual([]);
});

it('the path and query of a receiver, which are often its password, stand in no event; that they changed does', async () => {
  const other = await Tenant.signUp(api);
  const id = (await whoIs(other)).tenantId;
  const body = { url: 'https://hooks.example.com/services/T0/Sec?token=ret', eventTypes: ['training_job.succeeded'] };
  const { body: endpoint } = await other.post('/v1/webhook-endpoints', body).expect(201);
  const changed = { url: 'https://hooks.example.com/services/T0/Sec?token=new' };
  await other.patch(`/v1/webhook-endpoints/${endpoint.id}`, changed).expect(200);
  await other.delete(`/v1/webhook-endpoints/${endpoint.id}`).expect(204);
  const events = (await eventsOf(id)).filter(({ target_type: type }) => type === 'webhook_endpoint');
  expect(events).toHaveLength(3);
  expect(JSON.stringify(events)).not.toMatch(/services|token|Sec/);
  expect(JSON.stringify(events)).toContain('https://hooks.example.com');
});

it('nobody who serves requests can change an event, and no tenant sees another’s', async () => {
  const app = new pg.Client({ connectionString: inject('appUrl') });
  await app.connect();
  try {
    const refused = async (role: string, statement: string) => {
      await app.query(`SET ROLE ${role}`);
      await expect(app.query(statement), `${role}: ${statement}`).rejects.toThrow(/permission denied/);
    };
    for (const role of ['kindred_app', 'kindred_system']) await refused(role, `UPDATE audit_events SET action = 'x.y'`);
    await refused('kindred_app', 'DELETE FROM audit_events');
    await app.query('SET ROLE kindred_app');
    await app.query(`SELECT set_config('app.tenant_id', $1, false)`, [uuidv7()]);
    expect((await app.query('SELECT FROM audit_events')).rows).toEqual([]);
  } finally {
    await app.end();
  }
});
