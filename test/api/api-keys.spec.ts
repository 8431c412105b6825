import { execFile } from 'node:child_process';
import { createSign, generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { promisify } from 'node:util';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, expect, inject, it, vi } from 'vitest';
import { ApiKeysService } from '../../libs/features/api-keys/api-keys.service.js';
import { KeyUse } from '../../libs/features/api-keys/key-use.js';
import { Database } from '../../libs/platform/database/database.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
const keys = () => `/v1/projects/${projectId}/api-keys`;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => api.close());

it('S21: shows a key once, in the format that secret scanners know, and keeps only its hash', async () => {
  const { key, id } = await tenant.createKey(projectId);
  expect(key).toMatch(/^kin_live_[0-9A-Za-z]{36}$/);
  const { data } = (await tenant.get(`/v1/projects/${projectId}/api-keys`).expect(200)).body;
  const listed = data.find((row: { id: string }) => row.id === id);
  expect(listed).not.toHaveProperty('key');
  expect(key.startsWith(listed.prefix)).toBe(true);
  expect(listed.prefix).toHaveLength(13);
  const owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  const { rows } = await owner.query(`SELECT count(*)::int AS count FROM api_keys t WHERE t::text LIKE $1`, [
    `%${key.slice(13)}%`,
  ]);
  await owner.end();
  expect(rows).toEqual([{ count: 0 }]);
});

it('S22: stands nowhere in the files of the platform either', async () => {
  const { key } = await tenant.createKey(projectId);
  await withKey(api, key).get(`/v1/projects`).expect(403);
  const found = await promisify(execFile)('grep', ['-r', '-l', '-a', key, inject('dataDirectory')]).then(
    ({ stdout }) => stdout,
    () => '',
  );
  expect(found).toBe('');
});

it('may do what its scopes say and nothing more', async () => {
  const reader = withKey(api, (await tenant.createKey(projectId, ['project:read'])).key);
  await reader.get(`/v1/projects/${projectId}/models`).expect(200);
  const { body } = await reader.post(`/v1/projects/${projectId}/data-sets`, { name: 'X', kind: 'items' }).expect(403);
  expect(body.code).toBe('not_permitted');
  for (const path of ['/v1/me', '/v1/billing/invoices/upcoming', '/v1/admin/organizations'])
    await reader.get(path).expect(403);
  await tenant.post(`/v1/projects/${projectId}/api-keys`, { name: 'X', scopes: ['billing:write'] }).expect(400);
});

it('is refused by every node within a second of being revoked, or of expiring', async () => {
  const nodes = [await ApiProcess.start(), await ApiProcess.start()];
  const { id, key } = await tenant.createKey(projectId, ['project:read']);
  const { body: rotated } = await tenant.post(`${keys()}/${id}/rotations`, { graceHours: 1 }).expect(201);
  const statuses = (which: string) =>
    Promise.all(
      nodes.map(async ({ url }) => {
        const headers = { authorization: `Bearer ${which}` };
        return (await fetch(`${url}/v1/projects/${projectId}`, { headers })).status;
      }),
    );
  expect([await statuses(key), await statuses(rotated.key)]).toEqual([
    [200, 200],
    [200, 200],
  ]);
  await tenant.delete(`${keys()}/${id}`).expect(204);
  await tenant.post(`${keys()}/${rotated.id}/rotations`, { graceHours: 0 }).expect(201);
  await until(
    async () => [...(await statuses(key)), ...(await statuses(rotated.key))].every((each) => each === 401),
    1_000,
  );
  await Promise.all(nodes.map((node) => node.stop('SIGTERM')));
});

it('ends when it is said to', async () => {
  const expiresAt = new Date(Date.now() + 1_500).toISOString();
  const { body } = await tenant.post(keys(), { name: 'Brief', scopes: ['project:read'], expiresAt }).expect(201);
  const call = () => withKey(api, body.key).get(`/v1/projects/${projectId}`);
  await call().expect(200);
  await until(async () => (await call()).status === 401);
  await tenant.post(`${keys()}/${body.id}/rotations`).expect(409);
  const past = new Date(Date.now() - 1_000).toISOString();
  await tenant.post(keys(), { name: 'Late', expiresAt: past }).expect(400);
});

it('is rotated into one with the same settings and limits, which both work until the grace ends', async () => {
  const settings = { name: 'Rotated', scopes: ['project:read'], allowedAddresses: ['127.0.0.1', '::1'] };
  const { body: old } = await tenant.post(keys(), settings).expect(201);
  const { body: fresh } = await tenant.post(`${keys()}/${old.id}/rotations`, { graceHours: 2 }).expect(201);
  expect(fresh).toMatchObject({ ...settings, lineageId: old.id, expiresAt: null });
  expect(fresh.key).not.toBe(old.key);
  for (const { key } of [old, fresh]) await withKey(api, key).get(`/v1/projects/${projectId}`).expect(200);
  const { data } = (await tenant.get(keys())).body;
  const { expiresAt } = data.find(({ id }: { id: string }) => id === old.id);
  expect(Math.abs(Date.parse(expiresAt) - Date.now() - 2 * 3_600_000)).toBeLessThan(60_000);
  await tenant.post(`${keys()}/${old.id}/rotations`, { graceHours: 169 }).expect(400);
});

it('works from the addresses that it is allowed for and no other', async () => {
  const make = async (allowedAddresses: string[]) =>
    (await tenant.post(keys(), { name: 'Fenced', scopes: ['project:read'], allowedAddresses }).expect(201)).body.key;
  const call = async (key: string) => withKey(api, key).get(`/v1/projects/${projectId}`);
  expect((await call(await make(['127.0.0.0/8']))).status).toBe(200);
  const { status, body } = await call(await make(['203.0.113.0/24', '2001:db8::/32']));
  expect([status, body.code]).toEqual([403, 'address_not_allowed']);
  for (const wrong of ['300.0.0.1', '10.0.0.0/33', 'localhost', ''])
    await tenant.post(keys(), { name: 'X', allowedAddresses: [wrong] }).expect(400);
});

it('calls the deployments that it is restricted to and no other', async () => {
  const shop = await Tenant.signUp(api);
  const live = await shop.deploy();
  const inShop = `/v1/projects/${live.projectId}`;
  const body = { name: 'Other', modelVersionId: live.modelVersionId };
  const { body: other } = await shop.post(`${inShop}/deployments`, body).expect(201);
  const deploymentIds = [live.deploymentId];
  const { body: fenced } = await shop.post(`${inShop}/api-keys`, { name: 'Fenced', deploymentIds }).expect(201);
  const call = (id: string) =>
    withKey(api, fenced.key).post(`/v1/deployments/${id}/recommendations`, { userId: 'user-1' });
  await call(live.deploymentId).expect(200);
  expect((await call(other.id).expect(403)).body.code).toBe('deployment_not_allowed');
  await tenant.post(keys(), { name: 'X', deploymentIds }).expect(404);
});

it('tells when it was last used', async () => {
  const { id, key } = await tenant.createKey(projectId, ['project:read']);
  const lastUsed = async () =>
    (await tenant.get(keys())).body.data.find((row: { id: string }) => row.id === id).lastUsedAt;
  expect(await lastUsed()).toBeNull();
  await withKey(api, key).get(`/v1/projects/${projectId}`).expect(200);
  await api.app.get(KeyUse, { strict: false }).flush();
  expect(Math.abs(Date.parse(await lastUsed()) - Date.now())).toBeLessThan(60_000);
});

it('is told from garbage without asking the database, and asked about once', async () => {
  const { key } = await tenant.createKey(projectId, ['project:read']);
  const verify = (text: string) => api.app.get(ApiKeysService, { strict: false }).verify(text, '127.0.0.1');
  const asked = vi.spyOn(api.app.get(Database, { strict: false }), 'system');
  for (const garbage of ['', 'kin_live_', `${key}0`, key.replace(/.$/, '_'), 'x'.repeat(100_000)]) {
    expect(await verify(garbage)).toBeNull();
  }
  expect(asked).not.toHaveBeenCalled();
  for (let i = 0; i < 100; i++) expect(await verify(key)).toMatchObject({ kind: 'apiKey' });
  expect(asked).toHaveBeenCalledTimes(1);
  asked.mockRestore();
});

it('S23: is revoked when GitHub finds it in public, and who runs the organization is told', async () => {
  const pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const published = {
    key_identifier: 'abc',
    key: pair.publicKey.export({ type: 'spki', format: 'pem' }),
    is_current: true,
  };
  const github = createServer((_, response) => response.end(JSON.stringify({ public_keys: [published] })));
  await new Promise<void>((resolve) => github.listen(0, '127.0.0.1', resolve));
  const node = await ApiProcess.start({
    GITHUB_SECRET_SCANNING_KEYS_URL: `http://127.0.0.1:${(github.address() as AddressInfo).port}/`,
  });
  const { id, key } = await tenant.createKey(projectId, ['project:read']);
  await withKey(api, key).get(`/v1/projects/${projectId}`).expect(200);
  const found = [
    { token: key, type: 'kindred_api_key', url: 'https://github.com/x/y/blob/main/.env', source: 'content' },
    { token: 'kin_live_nonsense', type: 'kindred_api_key', url: 'https://github.com/x/y' },
  ];
  const report = (body: string, signature: string, identifier = 'abc') =>
    request(node.url)
      .post('/v1/leaked-keys/github')
      .set({
        'content-type': 'application/json',
        'github-public-key-identifier': identifier,
        'github-public-key-signature': signature,
      })
      .send(body);
  const text = JSON.stringify(found);
  const signature = createSign('SHA256').update(text).sign(pair.privateKey, 'base64');
  await report(`${text} `, signature).expect(401);
  await report(text, signature, 'unknown').expect(401);
  await report(text, 'AAAA').expect(401);
  await request(node.url).post('/v1/leaked-keys/github').send(found).expect(401);
  await withKey(api, key).get(`/v1/projects/${projectId}`).expect(200);
  const { status, body } = await report(text, signature);
  expect(status, node.output).toBe(200);
  expect(body.map(({ label }: { label: string }) => label)).toEqual(['true_positive', 'false_positive']);
  await until(async () => (await withKey(api, key).get(`/v1/projects/${projectId}`)).status === 401);
  const row = (await tenant.get(keys())).body.data.find((each: { id: string }) => each.id === id);
  expect(row).toMatchObject({ leakedUrl: found[0]!.url, revokedAt: expect.any(String) });
  const messages = (await tenant.get('/v1/webhook-messages?type=api_key.leaked').expect(200)).body.data;
  expect(messages[0].data).toMatchObject({ apiKeyId: id, url: found[0]!.url });
  await node.stop('SIGTERM');
  github.close();
});

it('is refused where it is garbage, truncated or mistyped', async () => {
  const { key } = await tenant.createKey(projectId, ['project:read']);
  const typo = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);
  for (const wrong of ['x', key.slice(0, -1), `${key}x`, typo, key.replace('live', 'test')]) {
    await withKey(api, wrong).get(`/v1/projects/${projectId}`).expect(401);
  }
});
