import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { rotateSecret } from '../../apps/launcher/rotate-secret.js';
import { openTotpSecret } from '../../libs/features/auth/index.js';
import { hashUser } from '../../libs/features/end-users/index.js';
import { openTarget } from '../../libs/features/url-sources/index.js';
import { openUserTokenSecret } from '../../libs/features/user-tokens/index.js';
import { openSecret } from '../../libs/features/webhooks/index.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { secretName } from '../../libs/platform/secrets/secrets.js';
import { ApiProcess } from '../factories/api-process.js';
import { Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

const NEW_SECRET = 'another-secret-that-only-the-tests-know-9876543210';

// A database of its own: what is sealed anew could not be read by the platform of the other tests.
let appUrl: string;
let owner: pg.Client;
let apis: ApiProcess[];

beforeAll(async () => {
  const ownerUrl = new URL(inject('ownerUrl'));
  ownerUrl.pathname = '/rotation';
  appUrl = await migrate(ownerUrl.href, KINDRED_SECRET);
  owner = new pg.Client({ connectionString: ownerUrl.href });
  await owner.connect();
  apis = await Promise.all(
    [{}, { KINDRED_SECRET: NEW_SECRET, KINDRED_SECRET_PREVIOUS: KINDRED_SECRET }, { KINDRED_SECRET: NEW_SECRET }].map(
      (secrets: object) => ApiProcess.start({ DATABASE_URL: appUrl, ...secrets }),
    ),
  );
});
afterAll(async () => {
  await Promise.all([...apis.map((api) => api.stop('SIGTERM')), owner.end()]);
});

it('a secret is changed for another: keys, webhooks and erasures go on, and move to the new one', async () => {
  const [before, between, after] = apis as [ApiProcess, ApiProcess, ApiProcess];
  const tenant = await Tenant.signUp(before as unknown as TestApi);
  const projectId = await tenant.createProject();
  const used = await tenant.createKey(projectId, ['project:read']);
  const unused = await tenant.createKey(projectId, ['project:read']);
  const { body: endpoint } = await tenant.post('/v1/webhook-endpoints', { url: 'https://shop.example/' }).expect(201);
  await tenant.delete(`/v1/projects/${projectId}/users/somebody`).expect(202);

  const dataSet = `/v1/projects/${projectId}/data-sets/${await tenant.createDataSet(projectId, 'items')}`;
  const address = { url: 'http://127.0.0.1:9/', interval: 'once', authorization: 'Bearer open' };
  const { body: source } = await tenant.post(`${dataSet}/url-sources`, address).expect(201);

  const { body: signing } = await tenant.post(`/v1/projects/${projectId}/user-token-secrets`).expect(201);
  const { body: totp } = await tenant.post('/v1/me/totp').expect(201);

  expect(await statusOf(before, used.key, projectId)).toBe(200);
  expect(await statusOf(after, used.key, projectId)).toBe(401);
  expect(await statusOf(between, used.key, projectId)).toBe(200);
  // Whoever has only the old secret hears that the hash is gone, and does not go on with a key whose end it would not hear of.
  await until(async () => (await statusOf(before, used.key, projectId)) === 401);
  await until(async () => (await statusOf(after, used.key, projectId)) === 200);

  expect(await rotateSecret(appUrl, NEW_SECRET, KINDRED_SECRET)).toEqual({ rewritten: 5, keysLeft: 1 });
  expect(await secretOf(used.id)).toBe(secretName(NEW_SECRET));
  expect(await secretOf(unused.id)).toBe(secretName(KINDRED_SECRET));
  expect(await statusOf(between, unused.key, projectId)).toBe(200);
  expect(await rotateSecret(appUrl, NEW_SECRET, KINDRED_SECRET)).toEqual({ rewritten: 5, keysLeft: 0 });

  const { rows } = await owner.query('SELECT secret, user_hash AS hash FROM webhook_endpoints, erasures');
  expect(openSecret([NEW_SECRET], endpoint.id, rows[0].secret)).toBe(endpoint.secret);
  const [{ sealed: target }] = (await owner.query('SELECT sealed FROM url_sources')).rows;
  expect(openTarget([NEW_SECRET], source.id, target).authorization).toBe('Bearer open');
  const [kept] = (await owner.query('SELECT id, secret FROM user_token_secrets')).rows;
  expect(openUserTokenSecret([NEW_SECRET], kept.id, kept.secret)).toBe(signing.secret);
  const [sealed] = (await owner.query('SELECT user_id, secret FROM totps')).rows;
  expect(openTotpSecret([NEW_SECRET], sealed.user_id, sealed.secret)).toBe(totp.secret);
  expect(rows[0].hash).toEqual(Buffer.from(hashUser(NEW_SECRET, projectId, 'somebody')));
});

it('a key that moved to the new secret ends on every node when it is revoked', async () => {
  const [before, between, after] = apis as [ApiProcess, ApiProcess, ApiProcess];
  const tenant = await Tenant.signUp(before as unknown as TestApi);
  const projectId = await tenant.createProject();
  const { id, key } = await tenant.createKey(projectId, ['project:read']);
  for (const api of [before, between]) expect(await statusOf(api, key, projectId)).toBe(200);
  await tenant.delete(`/v1/projects/${projectId}/api-keys/${id}`).expect(204);
  for (const api of [before, between, after]) await until(async () => (await statusOf(api, key, projectId)) === 401);
});

const statusOf = async (api: ApiProcess, key: string, projectId: string) =>
  (await withKey(api as unknown as TestApi, key).get(`/v1/projects/${projectId}/models`)).status;

async function secretOf(id: string): Promise<string> {
  return (await owner.query('SELECT hashed_with FROM api_keys WHERE id = $1', [id])).rows[0].hashed_with;
}
