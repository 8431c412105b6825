import { createSign, generateKeyPairSync, hash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import request, { type Response } from 'supertest';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { ProofOfWork } from '../../libs/features/sign-ups/proof-of-work.js';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { NIL_ID } from '../../libs/platform/http/ids.js';
import { sessionCookie, startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { Authenticator } from '../factories/authenticator.js';
import { DnsServer } from '../factories/dns-server.js';
import { mailsTo } from '../factories/mailbox.js';
import { invitationToken, invite, newAddress, logInOperator } from '../factories/members.js';
import { LyingProvider } from '../factories/openid-provider.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';
import { codeOf, loginCookie } from '../factories/second-factors.js';

const openapi = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: Record<string, Record<string, unknown>> };
const ROUTES = Object.entries(openapi.paths).flatMap(([path, operations]) =>
  Object.keys(operations)
    .filter((method) => method !== 'get')
    .map((method) => `${method.toUpperCase()} ${path}`),
);

const BEGINS = 'sends the browser to a provider; what comes of it is written down when it is back';

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
  'POST /v1/projects/{projectId}/models/{modelId}/versions/{modelVersionId}/{operation}':
    'asks and changes nothing; the ledger and the request log hold it',
  'POST /v1/projects/{projectId}/interactions':
    'keeps what users did, which the ledger and the request log hold; the data set that the first makes is an event',
  'POST /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label/batches':
    'hands texts out for ten minutes; what is said of them is written down',
  'HEAD /v1/projects/{projectId}/data-sets/{dataSetId}/uploads/{uploadId}': 'shows where an upload stands',
  'POST /v1/invitations/preview': 'shows what a link is about and changes nothing',
  'POST /v1/auth/passkeys/options': 'hands out a challenge and changes nothing',
  'POST /v1/auth/step-up/options': 'hands out a challenge and changes nothing',
  'POST /v1/me/passkeys/options': 'hands out a challenge and changes nothing',
  'POST /v1/auth/providers/{provider}/log-in': BEGINS,
  'POST /v1/auth/single-sign-on': BEGINS,
  'POST /v1/me/identities': BEGINS,
  'POST /v1/organization/single-sign-on/test': BEGINS,
  'POST /v1/projects/{projectId}/data-sets/previews': 'shows what a file holds and changes nothing',
  'POST /v1/projects/{projectId}/data-sets/{dataSetId}/previews': 'shows what a file holds and changes nothing',
  'POST /v1/price-estimates': 'computes and changes nothing',
  'POST /v1/admin/price-simulations': 'computes and changes nothing',
  'POST /v1/showcase/recommendations': 'asks and changes nothing; nobody is billed',
  'POST /v1/billing/plan-change-previews': 'changes nothing',
  'POST /v1/billing/portal-sessions': 'changes nothing here; what is changed at Stripe is heard from it',
  'PUT /v1/billing/plan': 'of a subscription at Stripe: test/api/plan-changes.spec.ts',
  'DELETE /v1/billing/plan-change': 'of a subscription at Stripe: test/api/plan-changes.spec.ts',
  'PUT /v1/billing/pause': 'of a subscription at Stripe: test/api/plan-changes.spec.ts',
  'DELETE /v1/billing/pause': 'of a subscription at Stripe: test/api/plan-changes.spec.ts',
  'POST /v1/billing/credit-purchases': 'by an invoice at Stripe: test/api/credit-grants.spec.ts',
  'PUT /v1/billing/credit-top-up': 'by a card at Stripe: test/api/credit-grants.spec.ts',
  'DELETE /v1/billing/credit-top-up': 'of what needs a card at Stripe: test/api/credit-grants.spec.ts',
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
let dns: DnsServer;
let provider: LyingProvider;
let tenant: Tenant;
let tenantId: string;
let userId: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const { port } = github.address() as AddressInfo;
  [dns, provider] = [await DnsServer.start(), await LyingProvider.start()];
  api = await startApi({
    GITHUB_SECRET_SCANNING_KEYS_URL: `http://127.0.0.1:${port}/`,
    KINDRED_DNS_SERVERS: [dns.address],
    KINDRED_MAILBOX: true,
    KINDRED_SINGLE_SIGN_ON_TO_PRIVATE_ADDRESSES: true,
  });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  ({ tenantId, userId } = await whoIs(tenant));
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
  for (const server of [github, dns, provider]) server.close();
});

async function whoIs(person: Tenant) {
  const { user, organization } = (await person.get('/v1/me').expect(200)).body;
  return { tenantId: organization?.id as string, userId: user.id as string };
}

/** What of an organization was written down, without what its worker did meanwhile. */
async function eventsOf(id = tenantId): Promise<AuditEvent[]> {
  const { rows } = await owner.query(
    `SELECT * FROM audit_events WHERE tenant_id = $1 AND (actor_kind <> 'system' OR action IN ('api_key.revoked', 'user.password_reset_requested')) ORDER BY ordinal`,
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

  // What they do with their account, by their session and by the links of mails.
  const session = sessionCookie(await request(api.url).post('/v1/auth/login').send(person).expect(200));
  type Method = 'post' | 'put' | 'patch' | 'delete';
  const send = (method: Method, path: string): request.Test => request(api.url)[method](path);
  const ofTheirs = (method: Method, path: string, body: object) => () =>
    send(method, path).set('cookie', session).send(body);
  const byLink =
    (method: Method, path: string, token: string, body: object = {}) =>
    () =>
      send(method, path).send({ token, ...body });
  const tokenOf = async (address: string) => {
    const [mail] = await mailsTo(api, address);
    secrets.push(mail!.token);
    return mail!.token;
  };
  const changeUser = (route: string, call: () => request.Test, what: string, by = asNew.by) =>
    change(route, call, `user.${what}`, newOnes.userId, { ...asNew, by });
  const ofMe = (method: Method, path: string, body: object, what: string) =>
    changeUser(`${method.toUpperCase()} ${path}`, ofTheirs(method, path, body), what);
  await ofMe('patch', '/v1/me', { language: 'zh' }, 'updated');
  await owner.query('DELETE FROM consents WHERE user_id = $1', [newOnes.userId]);
  const [{ document, version }] = (await request(api.url).get('/v1/me/consents').set('cookie', session)).body.data;
  await ofMe('post', '/v1/me/consents', { document, version }, 'consented');
  await ofMe('post', '/v1/me/verifications', {}, 'verification_requested');
  const verification = byLink('post', '/v1/auth/verifications', await tokenOf(person.email));
  await changeUser('POST /v1/auth/verifications', verification, 'email_verified');
  await request(api.url).post('/v1/auth/login').send(person).expect(200);
  await ofMe('delete', '/v1/me/sessions', {}, 'other_sessions_ended');
  const other = sessionCookie(await request(api.url).post('/v1/auth/login').send(person).expect(200));
  const { body: theirs } = await request(api.url).get('/v1/me/sessions').set('cookie', other).expect(200);
  const otherPath = `/v1/me/sessions/${theirs.data.find((each: { isCurrent: boolean }) => each.isCurrent).id}`;
  const endOther = ofTheirs('delete', otherPath, {});
  await changeUser('DELETE /v1/me/sessions/{sessionId}', endOther, 'session_ended');
  await ofMe('post', '/v1/auth/step-up', { password: person.password }, 'reauthenticated');
  // By an app, and without it.
  const { secret: totpSecret } = await ofMe('post', '/v1/me/totp', {}, 'totp_requested');
  const codes = await ofMe('post', '/v1/me/totp/confirmation', { code: codeOf(totpSecret) }, 'totp_enabled');
  const newCodes = await ofMe('post', '/v1/me/recovery-codes', {}, 'recovery_codes_made');
  secrets.push(totpSecret, ...codes.recoveryCodes, ...newCodes.recoveryCodes);
  const half = await request(api.url).post('/v1/auth/login').send(person).expect(401);
  await changeUser(
    'POST /v1/auth/login/second-factor',
    () =>
      request(api.url)
        .post('/v1/auth/login/second-factor')
        .set('cookie', loginCookie(half))
        .send({ code: codeOf(totpSecret, 1) }),
    'signed_in',
  );
  await ofMe('delete', '/v1/me/totp', {}, 'totp_disabled');

  // By a device.
  const device = new Authenticator('http://localhost:3000');
  const asked = (await ofTheirs('post', '/v1/me/passkeys/options', {})().expect(201)).body;
  const registered = { name: 'Laptop', response: device.register(asked.options) };
  const { passkey, recoveryCodes } = await ofMe('post', '/v1/me/passkeys', registered, 'passkey_added');
  secrets.push(...recoveryCodes);
  const start = await request(api.url).post('/v1/auth/passkeys/options').expect(201);
  const response = device.sign(start.body.options);
  const byPasskey = () => send('post', '/v1/auth/passkeys/login').set('cookie', loginCookie(start)).send({ response });
  await changeUser('POST /v1/auth/passkeys/login', byPasskey, 'signed_in');
  const removePasskey = ofTheirs('delete', `/v1/me/passkeys/${passkey.id}`, {});
  await changeUser('DELETE /v1/me/passkeys/{passkeyId}', removePasskey, 'passkey_removed');
  const passwords = { newPassword: 'another long enough one' };
  secrets.push(passwords.newPassword);
  await ofMe('put', '/v1/me/password', passwords, 'password_changed');
  const moved = { email: `moved-${person.email}` };
  await ofMe('post', '/v1/me/email-changes', moved, 'email_change_requested');
  const move = byLink('post', '/v1/auth/email-changes', await tokenOf(moved.email));
  await changeUser('POST /v1/auth/email-changes', move, 'email_changed');
  const forget = () => request(api.url).post('/v1/auth/password-resets').send({ email: moved.email });
  const system = { kind: 'system', id: null } as never;
  await changeUser('POST /v1/auth/password-resets', forget, 'password_reset_requested', system);
  const reset = byLink('put', '/v1/auth/password', await tokenOf(moved.email), { password: person.password });
  await changeUser('PUT /v1/auth/password', reset, 'password_reset');

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
  // As if it were being read for long, on a worker that nobody hears of.
  const slow = crypto.randomUUID();
  await owner.query(
    `INSERT INTO imports (tenant_id, id, data_set_id, status, upload_key, upload_bytes, attempt, lease_expires_at, started_at)
     SELECT tenant_id, $2::uuid, id, 'running', 'none', 1, 1, now() + interval '1 hour', now() FROM data_sets WHERE id = $1`,
    [dataSet.id, slow],
  );
  await change(
    'POST /v1/projects/{projectId}/data-sets/{dataSetId}/imports/{importId}/cancel',
    () => tenant.post(`${dataSetPath}/imports/${slow}/cancel`),
    'import.cancelled',
    slow,
  );
  const imported = await tenant.upload(project.id, dataSet.id, 'user_id,item_id\nperson-1,1\n');
  await tenant.upload(project.id, dataSet.id, 'user_id,item_id\nperson-1,2\n');
  await change(
    'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/current-import',
    () => tenant.put(`${dataSetPath}/current-import`, { importId: imported.id }),
    'data_set.restored',
    dataSet.id,
  );
  const textsId = await tenant.createDataSet(project.id, 'labelled-texts');
  const textsPath = `${path}/data-sets/${textsId}`;
  await change(
    'POST /v1/projects/{projectId}/data-sets/{dataSetId}/synthetic-imports',
    () => tenant.post(`${textsPath}/synthetic-imports`, { rows: 20 }),
    'import.created',
    ({ body }) => body.importId,
  );
  await tenant.waitFor(textsPath, ({ currentImport }) => currentImport);
  await change(
    'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label',
    () => tenant.put(`${textsPath}/texts-to-label?format=text`, 'one\ntwo\n'),
    'data_set.texts_imported',
    textsId,
  );
  const batch = await tenant.post(`${textsPath}/texts-to-label/batches`).expect(200);
  const [firstText, nextText] = batch.body.texts;
  const skip = (id: string) => () => tenant.put(`${textsPath}/texts-to-label/${id}`, { status: 'skipped' });
  await change(
    'PUT /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label/{textId}',
    skip(firstText.id),
    'data_set.texts_labelled',
    textsId,
  );
  // Once a day for each person.
  const eventsBefore = (await eventsOf()).length;
  await skip(nextText.id)().expect(200);
  expect(await eventsOf()).toHaveLength(eventsBefore);
  await change(
    'DELETE /v1/projects/{projectId}/data-sets/{dataSetId}/texts-to-label',
    () => tenant.delete(`${textsPath}/texts-to-label`),
    'data_set.texts_removed',
    textsId,
  );
  await change(
    'PUT /v1/projects/{projectId}/samples/{sample}',
    () => tenant.put(`${path}/samples/films`, { name: 'Films' }),
    'data_set.created',
    idOf,
  );
  // In pieces, and from an address.
  const byTus = (method: 'post' | 'patch' | 'delete', path_: string, headers: Record<string, string>) =>
    send(method, path_).set({ cookie: tenant.cookie, 'tus-resumable': '1.0.0', ...headers });
  const ofUploads = '/v1/projects/{projectId}/data-sets/{dataSetId}/uploads';
  let upload = '';
  const beginUpload = () =>
    change(
      `POST ${ofUploads}`,
      () => byTus('post', `${dataSetPath}/uploads`, { 'upload-length': '20' }),
      'upload.created',
      ({ headers }) => (upload = headers['location']!.split('/').at(-1)!),
    );
  await beginUpload();
  await change(
    `DELETE ${ofUploads}/{uploadId}`,
    () => byTus('delete', `${dataSetPath}/uploads/${upload}`, {}),
    'upload.deleted',
    () => upload,
  );
  await beginUpload();
  await change(
    `PATCH ${ofUploads}/{uploadId}`,
    () =>
      byTus('patch', `${dataSetPath}/uploads/${upload}`, {
        'content-type': 'application/offset+octet-stream',
        'upload-offset': '0',
      }).send('user_id,item_id\nu,i\n'),
    'import.created',
    ({ headers }) => headers['kindred-import']!,
  );
  const ofUrls = '/v1/projects/{projectId}/data-sets/{dataSetId}/url-sources';
  const source = { url: 'http://127.0.0.1:9/a.csv?token=sesame', interval: 'daily', authorization: 'Bearer open' };
  secrets.push('sesame', source.authorization);
  const added = await change(
    `POST ${ofUrls}`,
    () => tenant.post(`${dataSetPath}/url-sources`, source),
    'url_source.created',
    idOf,
  );
  const sourcePath = `${dataSetPath}/url-sources/${added.id}`;
  await change(`POST ${ofUrls}/{sourceId}/runs`, () => tenant.post(`${sourcePath}/runs`), 'url_source.run', added.id);
  await change(`DELETE ${ofUrls}/{sourceId}`, () => tenant.delete(sourcePath), 'url_source.deleted', added.id);
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
  await owner.query(`UPDATE training_jobs SET status = 'running', phase = 'tuning' WHERE id = $1`, [waiting[0].id]);
  await change(
    'POST /v1/projects/{projectId}/training-jobs/{jobId}/enough',
    () => tenant.post(`${livePath}/training-jobs/${waiting[0].id}/enough`),
    'training_job.search_ended',
    waiting[0].id,
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
  const { body: catalogue } = await tenant.post(`${path}/data-sets`, { name: 'Catalogue', kind: 'items' }).expect(201);
  const [rowsPath, attributes] = [`${path}/data-sets/${catalogue.id}/rows`, { title: 'Lamp' }];
  const rowsRoute = '/v1/projects/{projectId}/data-sets/{dataSetId}/rows';
  const many = () => tenant.post(rowsPath, { rows: [{ id: 'lamp', attributes }] });
  await change(`POST ${rowsRoute}`, many, 'data_set.row_added', catalogue.id);
  const one = `${rowsPath}/lamp`;
  await change(`PUT ${rowsRoute}/{rowId}`, () => tenant.put(one, { attributes }), 'data_set.row_added', catalogue.id);
  await change(
    `PATCH ${rowsRoute}/{rowId}`,
    () => tenant.patch(one, { attributes }),
    'data_set.row_added',
    catalogue.id,
  );
  await change(`DELETE ${rowsRoute}/{rowId}`, () => tenant.delete(one), 'data_set.row_deleted', catalogue.id);
  const [visitor, erased] = ['a-visitor-to-forget', 'a-person-to-forget'];
  secrets.push(visitor, erased);
  await change(
    'POST /v1/projects/{projectId}/users/{userId}/merges',
    () => tenant.post(`${path}/users/a-known-one/merges`, { fromUserId: visitor }),
    'project.users_merged',
    project.id,
  );
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
  const signing = `${path}/user-token-secrets`;
  const signed = await change(
    'POST /v1/projects/{projectId}/user-token-secrets',
    () => tenant.post(signing),
    'user_token_secret.created',
    idOf,
  );
  secrets.push(signed.secret);
  await change(
    'DELETE /v1/projects/{projectId}/user-token-secrets/{userTokenSecretId}',
    () => tenant.delete(`${signing}/${signed.id}`),
    'user_token_secret.revoked',
    signed.id,
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

  // Looks at what is sensitive.
  const looks = async (address: string, action: string, target: string) => {
    const before = await eventsOf();
    await tenant.get(address).expect(200);
    const [event, ...more] = (await eventsOf()).slice(before.length);
    expect(more, address).toEqual([]);
    expect(event, address).toMatchObject({ actor_kind: 'user', actor_id: userId, action, target_id: target });
  };
  await looks(`${path}/users/${erased}-not`, 'project.user_exported', project.id);
  await looks('/v1/request-log.csv', 'organization.request_log_exported', tenantId);
  await looks('/v1/organization/export', 'organization.exported', tenantId);
  await looks('/v1/audit-events.csv', 'organization.audit_log_exported', tenantId);
  await looks('/v1/audit-events.jsonl', 'organization.audit_log_exported', tenantId);

  await looks('/v1/me/export', 'user.exported', userId);

  // What an operator does to another organization.
  const operator = await logInOperator(api);
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

  const asOperator = { kind: 'operator', id: (await whoIs(operator)).userId };
  const opened = () => operator.get(`/v1/admin/organizations/${tenantId}`);
  await change('GET /v1/admin/organizations/{organizationId}', opened, 'organization.opened', tenantId, {
    by: asOperator,
  });
  walked.delete('GET /v1/admin/organizations/{organizationId}');
  const inAdmin = '/v1/admin/organizations/{organizationId}';
  const admin = `/v1/admin/organizations/${tenantId}`;
  const reason = 'A reason that is long enough.';
  await change(
    `POST ${inAdmin}/suspension`,
    () => operator.post(`${admin}/suspension`, { reason }),
    'organization.suspended',
    tenantId,
    { by: asOperator },
  );
  await change(
    `DELETE ${inAdmin}/suspension`,
    () => operator.delete(`${admin}/suspension`),
    'organization.restored',
    tenantId,
    { by: asOperator },
  );
  const override = { kind: 'limit', resource: 'projects', quantity: '1000', reason };
  const { id: overrideId } = await change(
    `PUT ${inAdmin}/plan-overrides`,
    () => operator.put(`${admin}/plan-overrides`, override),
    'plan_override.put',
    idOf,
    { by: asOperator },
  );
  await change(
    `DELETE ${inAdmin}/plan-overrides/{overrideId}`,
    () => operator.delete(`${admin}/plan-overrides/${overrideId}`),
    'plan_override.deleted',
    overrideId,
    { by: asOperator },
  );
  const newRate = { kind: 'pool', resource: 'cpu', currency: 'dkk', amount: '0.01' };
  await change(
    'POST /v1/admin/cost-rates',
    () => operator.post('/v1/admin/cost-rates', newRate),
    'cost_rate.created',
    idOf,
    { by: asOperator, of: NIL_ID },
  );
  const { id: couponId } = await change(
    'POST /v1/admin/coupons',
    () => operator.post('/v1/admin/coupons', { code: uuidv7(), percentOff: '10' }),
    'coupon.created',
    idOf,
    { by: asOperator, of: NIL_ID },
  );
  const { rows: coupons } = await owner.query('SELECT code FROM coupons WHERE id = $1', [couponId]);
  await change(
    'POST /v1/billing/coupons',
    () => tenant.post('/v1/billing/coupons', coupons[0]),
    'coupon.redeemed',
    couponId,
  );
  await change(
    'DELETE /v1/admin/coupons/{couponId}',
    () => operator.delete(`/v1/admin/coupons/${couponId}`),
    'coupon.ended',
    couponId,
    { by: asOperator, of: NIL_ID },
  );
  const { rows: invoices } = await owner.query(
    `INSERT INTO invoices (tenant_id, id, number, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at, issued_at, paid_at)
     SELECT tenant_id, gen_random_uuid(), 'audited-' || tenant_id, 'paid', 'usd', starts_at, ends_at, 'Pro', 'A', 100000, now(), now(), now()
     FROM billing_periods WHERE tenant_id = $1 LIMIT 1 RETURNING id`,
    [tenantId],
  );
  const notesPath = `${admin}/invoices/${invoices[0].id}/credit-notes`;
  const refund = { kind: 'refund', amount: '200.00', currency: 'usd', reason };
  const proposeNote = () =>
    change(
      `POST ${inAdmin}/invoices/{invoiceId}/credit-notes`,
      () => operator.post(notesPath, refund),
      'credit_note.proposed',
      idOf,
      { by: asOperator },
    );
  const { id: declined } = await proposeNote();
  await change(
    `POST ${inAdmin}/credit-notes/{creditNoteId}/decline`,
    () => operator.post(`${admin}/credit-notes/${declined}/decline`),
    'credit_note.declined',
    declined,
    { by: asOperator },
  );
  const { id: proposed } = await proposeNote();
  const secondOperator = await logInOperator(api);
  await change(
    `POST ${inAdmin}/credit-notes/{creditNoteId}/confirm`,
    () => secondOperator.post(`${admin}/credit-notes/${proposed}/confirm`),
    'credit_note.issued',
    proposed,
    { by: { kind: 'operator', id: (await whoIs(secondOperator)).userId } },
  );
  await owner.query(`INSERT INTO plans (key, name, position) VALUES ('audited', 'Audited', 99)`);
  await owner.query(
    `INSERT INTO price_versions (id, plan_key, version, currency, monthly_fee_minor) VALUES (gen_random_uuid(), 'audited', 1, 'usd', 900)`,
  );
  const inPrices = 'POST /v1/admin/price-publications';
  const price = {
    draft: { plan: 'audited', currency: 'usd', monthlyFee: '10.00', meters: [] },
    validFrom: new Date(Date.now() + 86_400_000).toISOString(),
  };
  const proposePrice = () =>
    change(inPrices, () => operator.post('/v1/admin/price-publications', price), 'price_publication.proposed', idOf, {
      by: asOperator,
      of: NIL_ID,
    });
  const decidePrice = async (by: Tenant, id: string, word: string, action: string) =>
    change(
      `${inPrices}/{publicationId}/${word}`,
      () => by.post(`/v1/admin/price-publications/${id}/${word}`),
      action,
      id,
      { by: { kind: 'operator', id: (await whoIs(by)).userId }, of: NIL_ID },
    );
  await decidePrice(operator, (await proposePrice()).id, 'decline', 'price_publication.declined');
  const { id: publicationId } = await proposePrice();
  await decidePrice(secondOperator, publicationId, 'confirm', 'price_publication.confirmed');
  await decidePrice(operator, publicationId, 'withdraw', 'price_publication.withdrawn');
  // No price list of another test is to hold it.
  await owner.query(`UPDATE price_versions SET withdrawn_at = now() WHERE plan_key = 'audited'`);
  const given = { amount: '200.00', currency: 'usd', reason };
  const proposeCredits = () =>
    change(
      `POST ${inAdmin}/credit-grants`,
      () => operator.post(`${admin}/credit-grants`, given),
      'credit_grant.proposed',
      idOf,
      { by: asOperator },
    );
  const { id: declinedCredits } = await proposeCredits();
  await change(
    `POST ${inAdmin}/credit-grants/{creditGrantId}/decline`,
    () => operator.post(`${admin}/credit-grants/${declinedCredits}/decline`),
    'credit_grant.declined',
    declinedCredits,
    { by: asOperator },
  );
  const { id: proposedCredits } = await proposeCredits();
  await change(
    `POST ${inAdmin}/credit-grants/{creditGrantId}/confirm`,
    () => secondOperator.post(`${admin}/credit-grants/${proposedCredits}/confirm`),
    'credit_grant.granted',
    proposedCredits,
    { by: { kind: 'operator', id: (await whoIs(secondOperator)).userId } },
  );
  const enter = () => operator.post(`${admin}/impersonations`, { role: 'viewer', reason });
  const { id: entered } = await change(`POST ${inAdmin}/impersonations`, enter, 'impersonation.started', idOf, {
    by: asOperator,
  });
  await change(
    'POST /v1/organization/impersonations/{impersonationId}/end',
    () => tenant.post(`/v1/organization/impersonations/${entered}/end`),
    'impersonation.ended',
    entered,
  );
  const { id: enteredAgain } = (await enter().expect(201)).body;
  await change(
    'POST /v1/impersonation/end',
    () => operator.post('/v1/impersonation/end'),
    'impersonation.ended',
    enteredAgain,
    {
      by: asOperator,
    },
  );
  // Above organizations.
  const times = {
    startsAt: new Date(Date.now() + 9e8).toISOString(),
    endsAt: new Date(Date.now() + 9e9).toISOString(),
  };
  const announcement = { severity: 'info', text: { en: 'Soon.', zh: '即将。' }, ...times };
  const announced = (await operator.post('/v1/admin/announcements', announcement).expect(201)).body.id;
  await operator.delete(`/v1/admin/announcements/${announced}`).expect(204);
  const { rows: aboveAll } = await owner.query(
    'SELECT action, actor_kind, actor_id FROM audit_events WHERE target_id = $1 ORDER BY ordinal',
    [announced],
  );
  expect(aboveAll).toEqual(
    ['announcement.created', 'announcement.deleted'].map((action) => ({
      action,
      actor_kind: 'operator',
      actor_id: asOperator.id,
    })),
  );
  walked.add('POST /v1/admin/announcements').add('DELETE /v1/admin/announcements/{announcementId}');
  const heard = uuidv7();
  await owner.query(
    `INSERT INTO stripe_events (tenant_id, id, event_id, type, created_at, received_at) VALUES ($1, $2::text::uuid, $2::text, 'payout.paid', now(), now())`,
    ['00000000-0000-0000-0000-000000000000', heard],
  );
  await operator.post(`/v1/admin/stripe-events/${heard}/retry`).expect(200);
  const { rows: ofEvent } = await owner.query(
    'SELECT action, actor_kind, actor_id FROM audit_events WHERE target_id = $1',
    [heard],
  );
  expect(ofEvent).toEqual([{ action: 'stripe_event.retried', actor_kind: 'operator', actor_id: asOperator.id }]);
  walked.add('POST /v1/admin/stripe-events/{id}/retry');
  // Members, whose addresses stand in their own rows alone.
  const invitations = '/v1/organization/invitations';
  const addresses = [newAddress(), newAddress()] as const;
  secrets.push(...addresses);
  const inviteAs = (email: string, role: string) => tenant.post(invitations, { email, role });
  const revoked = await change(
    `POST ${invitations}`,
    () => inviteAs(addresses[0], 'viewer'),
    'invitation.created',
    idOf,
  );
  const invitationPath = `${invitations}/${revoked.id}`;
  await change(
    `POST ${invitations}/{invitationId}/resend`,
    () => tenant.post(`${invitationPath}/resend`),
    'invitation.resent',
    revoked.id,
  );
  await change(
    `DELETE ${invitations}/{invitationId}`,
    () => tenant.delete(invitationPath),
    'invitation.revoked',
    revoked.id,
  );
  await inviteAs(addresses[1], 'viewer').expect(201);
  const token = await invitationToken(addresses[1]);
  secrets.push(token);
  const userOf = async (email: string) =>
    (await owner.query<{ id: string }>('SELECT id FROM users WHERE email = $1', [email])).rows[0]!.id;
  const signUpBy = () => request(api.url).post('/v1/invitations/signup').send({ token, password: 'a long enough one' });
  const known = await eventsOf();
  await signUpBy().expect(201);
  const invitedId = await userOf(addresses[1]);
  expect((await eventsOf()).slice(known.length)).toMatchObject([
    {
      action: 'member.joined',
      actor_kind: 'user',
      actor_id: invitedId,
      target_id: invitedId,
      after: { role: 'viewer' },
    },
  ]);
  walked.add('POST /v1/invitations/signup');
  const joining = await Tenant.signUp(api);
  const joiner = { kind: 'user', id: (await whoIs(joining)).userId };
  await inviteAs(joining.email, 'viewer').expect(201);
  const joiningToken = await invitationToken(joining.email);
  await change(
    'POST /v1/invitations/acceptance',
    () => joining.post('/v1/invitations/acceptance', { token: joiningToken }),
    'member.joined',
    joiner.id,
    { by: joiner },
  );
  await change(
    'PUT /v1/me/organization',
    () => joining.put('/v1/me/organization', { organizationId: tenantId }),
    'user.chose_organization',
    joiner.id,
    { by: joiner },
  );
  await until(async () => (await whoIs(joining)).tenantId === tenantId);
  const members = '/v1/organization/members/{memberId}';
  await change(
    `PATCH ${members}`,
    () => tenant.patch(`/v1/organization/members/${invitedId}`, { role: 'billing' }),
    'member.role_changed',
    invitedId,
  );
  const removeThem = () => tenant.delete(`/v1/organization/members/${invitedId}`);
  await change(`DELETE ${members}`, removeThem, 'member.removed', invitedId);
  const leaveIt = () => joining.delete('/v1/me/membership');
  await change('DELETE /v1/me/membership', leaveIt, 'member.left', joiner.id, { by: joiner });
  const founded = (await tenant.post('/v1/organizations', { name: 'Another' }).expect(201)).body.id as string;
  expect(await eventsOf(founded)).toMatchObject([
    { action: 'organization.created', actor_kind: 'user', actor_id: userId, target_id: founded },
  ]);
  walked.add('POST /v1/organizations');
  // Handing over is two changes of a role, in one transaction.
  const heir = await invite(tenant, 'admin');
  const heirId = (await whoIs(heir)).userId;
  const beforeTransfer = await eventsOf();
  await tenant.post('/v1/organization/transfer', { memberId: heirId }).expect(200);
  expect((await eventsOf()).slice(beforeTransfer.length)).toMatchObject([
    { action: 'member.role_changed', target_id: heirId, before: { role: 'admin' }, after: { role: 'owner' } },
    { action: 'member.role_changed', target_id: userId, before: { role: 'owner' }, after: { role: 'admin' } },
  ]);
  walked.add('POST /v1/organization/transfer');
  await heir.patch(`/v1/organization/members/${userId}`, { role: 'owner' }).expect(200);
  await until(async () => (await tenant.get('/v1/me')).body.role === 'owner');
  await owner.query('DELETE FROM memberships WHERE tenant_id = $1', [founded]);

  await change(
    'POST /v1/admin/organizations/{organizationId}/sign-up/release',
    () => operator.post(`/v1/admin/organizations/${tenantId}/sign-up/release`),
    'organization.training_released',
    tenantId,
    { by: asOperator },
  );
  await owner.query(
    `UPDATE subscriptions SET status = 'past_due', overdue_since = now() - interval '1 day', overdue_stage = 'grace' WHERE tenant_id = $1`,
    [tenantId],
  );
  const ofOrganization = '/v1/admin/organizations/{organizationId}';
  await change(
    `POST ${ofOrganization}/payment-reminders`,
    () => operator.post(`/v1/admin/organizations/${tenantId}/payment-reminders`),
    'subscription.reminded',
    tenantId,
    { by: asOperator },
  );
  const until30 = new Date(Date.now() + 29 * 86_400_000).toISOString();
  await change(
    `PUT ${ofOrganization}/payment-grace`,
    () =>
      operator.put(`/v1/admin/organizations/${tenantId}/payment-grace`, {
        until: until30,
        reason: 'Their bank is slow.',
      }),
    'subscription.grace_extended',
    tenantId,
    { by: asOperator },
  );
  await owner.query(
    `UPDATE subscriptions SET status = 'active', overdue_since = NULL, overdue_stage = NULL WHERE tenant_id = $1`,
    [tenantId],
  );
  // Over plain http nobody is asked for it.
  const { challenge, bits } = new ProofOfWork([KINDRED_SECRET], () => new Date()).challenge(tenantId);
  let answer = 0;
  while (Math.clz32(hash('sha256', `${challenge}:${answer}`, 'buffer').readUInt32BE(0)) < bits) answer++;
  await change(
    'POST /v1/organization/training-clearance/proofs',
    () => tenant.post('/v1/organization/training-clearance/proofs', { challenge, answer }),
    'organization.work_proved',
    tenantId,
  );

  // By which provider people log in.
  const singleSignOn = '/v1/organization/single-sign-on';
  const setting = {
    issuer: provider.issuer,
    clientId: 'kindred',
    clientSecret: 'of the provider',
    defaultRole: 'viewer',
  };
  secrets.push(setting.clientSecret);
  const ofSingleSignOn = (route: string, call: () => request.Test, what: string) =>
    change(route, call, `single_sign_on.${what}`, tenantId);
  await ofSingleSignOn(`PUT ${singleSignOn}`, () => tenant.put(singleSignOn, setting), 'updated');
  await owner.query('UPDATE single_sign_on SET tested_at = now() WHERE tenant_id = $1', [tenantId]);
  const domain = `audited-${Date.now()}.example`;
  const { record } = await ofSingleSignOn(
    `POST ${singleSignOn}/domains`,
    () => tenant.post(`${singleSignOn}/domains`, { domain }),
    'domain_added',
  );
  dns.records.set(record.name, record.value);
  const atDomain = `${singleSignOn}/domains/${domain}`;
  await ofSingleSignOn(
    `POST ${singleSignOn}/domains/{domain}/verification`,
    () => tenant.post(`${atDomain}/verification`),
    'domain_verified',
  );
  const enforce = (isEnforced: boolean) => () => tenant.put(`${singleSignOn}/enforcement`, { isEnforced });
  await ofSingleSignOn(`PUT ${singleSignOn}/enforcement`, enforce(true), 'enforced');
  await ofSingleSignOn(`PUT ${singleSignOn}/enforcement`, enforce(false), 'enforcement_ended');
  await ofSingleSignOn(`DELETE ${singleSignOn}/domains/{domain}`, () => tenant.delete(atDomain), 'domain_removed');
  await ofSingleSignOn(`DELETE ${singleSignOn}`, () => tenant.delete(singleSignOn), 'removed');
  const scimTokens = '/v1/organization/scim-tokens';
  const scimToken = await change(
    `POST ${scimTokens}`,
    () => tenant.post(scimTokens, { name: 'Okta' }),
    'scim_token.created',
    idOf,
  );
  secrets.push(scimToken.token);
  await change(
    `DELETE ${scimTokens}/{scimTokenId}`,
    () => tenant.delete(`${scimTokens}/${scimToken.id}`),
    'scim_token.revoked',
    scimToken.id,
  );
  const identityId = uuidv7();
  await owner.query(
    `INSERT INTO identities (id, user_id, provider, issuer, subject, email) VALUES ($1, $2, 'google', 'x', 'audited', 'x@example.com')`,
    [identityId, userId],
  );
  await change(
    'DELETE /v1/me/identities/{identityId}',
    () => tenant.delete(`/v1/me/identities/${identityId}`),
    'user.identity_disconnected',
    userId,
  );

  // Messages to the operator, whose words stand in their row alone.
  const words = 'words for the operator alone';
  secrets.push(words);
  const message = await change(
    'POST /v1/support-messages',
    () => tenant.post('/v1/support-messages', { text: words, page: '/' }),
    'support_message.sent',
    idOf,
  );
  await change(
    'PATCH /v1/admin/support-messages/{messageId}',
    () => operator.patch(`/v1/admin/support-messages/${message.id}`, { isDone: true }),
    'support_message.marked',
    message.id,
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
  await change(
    'PUT /v1/projects/{projectId}/retention',
    () => tenant.put(`${path}/retention`, { requestLogDays: 7, keptRequestsDays: null, trainingLogDays: null }),
    'project.retention_changed',
    project.id,
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
  const leave = () => tenant.delete('/v1/me');
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
