import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => api.close());

it('shows a key once, in the format that secret scanners know, and keeps only its hash', async () => {
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

it('stands nowhere in the files of the platform either', async () => {
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

it('is refused within a second of being revoked', async () => {
  const { id, key } = await tenant.createKey(projectId, ['project:read']);
  const call = () => withKey(api, key).get(`/v1/projects/${projectId}`);
  await call().expect(200);
  await tenant.delete(`/v1/projects/${projectId}/api-keys/${id}`).expect(204);
  await new Promise((resolve) => setTimeout(resolve, 1_000));
  await call().expect(401);
});

it('is refused where it is garbage, truncated or mistyped', async () => {
  const { key } = await tenant.createKey(projectId, ['project:read']);
  const typo = key.slice(0, 20) + (key[20] === 'a' ? 'b' : 'a') + key.slice(21);
  for (const wrong of ['x', key.slice(0, -1), `${key}x`, typo, key.replace('live', 'test')]) {
    await withKey(api, wrong).get(`/v1/projects/${projectId}`).expect(401);
  }
});
