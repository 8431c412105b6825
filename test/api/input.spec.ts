import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
beforeAll(async () => {
  api = await startApi({ GITHUB_SECRET_SCANNING_KEYS_URL: 'http://127.0.0.1:9/' });
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
});
afterAll(() => api.close());

const NIL = '00000000-0000-0000-0000-000000000000';

describe('what the database cannot hold is refused with 400, wherever it comes in', () => {
  it.each([
    '/v1/request-log?requestId=%00',
    '/v1/request-log.csv?requestId=%00',
    '/v1/request-log?errorCode=%00',
    '/v1/usage?meter=%00',
    `/v1/projects/${NIL}/users/%00`,
    '/v1/usage?from=9999-12-31&to=9999-12-31T23:59:59-23:00',
    '/v1/request-log?from=9999-12-31T23:59:59-23:00',
    '/v1/request-log?from=1969-12-31T23:59:59Z',
  ])('GET %s', async (path) => {
    const { body } = await tenant.get(path).expect(400);
    expect(body.code).toBe('invalid_request');
    expect(body.errors[0].message).toBeTruthy();
  });

  it('a query that is no UTF-8', async () => {
    for (const query of ['path=%FF', 'path=%E0%80', 'path=a%']) {
      expect((await tenant.get(`/v1/request-log?${query}`).expect(400)).body.detail).toMatch(/UTF-8/);
    }
    await tenant.get('/v1/request-log?path=%C3%A9%25').expect(200);
    await tenant.get(`/v1/projects/${NIL}/users/%FF`).expect(400);
  });

  it('a limit whose burst is beyond the column, a resource with a NUL', async () => {
    const limit = { scope: 'organization', resource: 'requests_per_second', quantity: '999999999999' };
    expect((await tenant.put('/v1/limits', limit).expect(400)).body.errors[0].path).toBe('quantity');
    await tenant.put('/v1/limits', { scope: 'organization', resource: 'a\0b', quantity: '1' }).expect(400);
    const most = await tenant.put('/v1/limits', { ...limit, quantity: '100000' }).expect(200);
    expect(most.body.burst).toBe(100_000);
    await tenant.delete(`/v1/limits/${most.body.id}`).expect(204);
  });

  it('settings whose keys hold a NUL or half a surrogate pair, and more settings than a page of models could carry', async () => {
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    const create = (eventWeights: object) =>
      tenant.post(`/v1/projects/${projectId}/models`, {
        name: 'M',
        recipe: 'ials',
        sources: { interactions: interactionsDataSetId },
        settings: { eventWeights },
      });
    for (const key of ['a\0b', 'a\ud800']) {
      const raw = JSON.stringify({ [key]: 1 });
      const { body } = await create(JSON.parse(raw)).expect(400);
      expect(body.errors[0].path).toMatch(/^settings\.eventWeights\.a/);
    }
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, i) => [`type-${i}-${'x'.repeat(20)}`, 1]));
    expect((await create(many).expect(400)).body.errors[0].message).toMatch(/at most 8192 bytes/);
    await create({ constructor: 2, view: 1 }).expect(201);
  });

  it('times before 1970 and after 9999, after the offset', async () => {
    const endpoint = (await tenant.post('/v1/webhook-endpoints', { url: 'https://example.com/' }).expect(201)).body;
    for (const since of ['0000-01-01T00:00:00Z', '9999-12-31T23:59:59-23:00', '1969-12-31T23:59:59Z']) {
      await tenant.post(`/v1/webhook-endpoints/${endpoint.id}/replays`, { since }).expect(400);
    }
    const key = { name: 'K', expiresAt: '9999-12-31T23:59:59-23:00' };
    await tenant.post(`/v1/projects/${projectId}/api-keys`, key).expect(400);
  });

  it('a user id with a NUL in a call', async () => {
    const { key } = await tenant.createKey(projectId);
    await withKey(api, key)
      .post(`/v1/deployments/${crypto.randomUUID()}/recommendations`, { userId: 'a\0' })
      .expect(400);
  });
});

it('takes plain numbers and known parameters alone in queries', async () => {
  for (const query of ['limit=0x10', 'limit[]=1', 'limit=1e1', 'limit=-1', 'limit=101', 'lmit=5', 'cursor=x'])
    await tenant.get(`/v1/projects?${query}`).expect(400);
  await tenant.get('/v1/projects?limit=1').expect(200);
  await tenant.get('/v1/request-log?stauts=404').expect(400);
  await tenant.get('/v1/usage?form=2020-01-01').expect(400);
});

it('refuses a body that is too large before it has come, and takes what others send us', async () => {
  const large = { name: 'x'.repeat(100_000) };
  expect((await tenant.post('/v1/projects', large).expect(413)).body.code).toBe('payload_too_large');
  const report = Array.from({ length: 300 }, () => ({ token: 'x'.repeat(900), type: 't', url: '' }));
  await request(api.url).post('/v1/leaked-keys/github').send(report).expect(401);
});

it('answers 503, and asks at most once a minute, where the secret scanner’s keys cannot be fetched', async () => {
  const report = () =>
    request(api.url)
      .post('/v1/leaked-keys/github')
      .set({ 'github-public-key-identifier': 'made up', 'github-public-key-signature': 'made up' })
      .send([]);
  const { body, headers } = await report().expect(503);
  expect([body.code, headers['retry-after']]).toEqual(['scanner_keys_unavailable', '60']);
  await report().expect(401);
});
