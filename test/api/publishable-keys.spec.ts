import { execFile } from 'node:child_process';
import { createHmac } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { SignJWT } from 'jose';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { LeakedKeysService } from '../../libs/features/api-keys/leaked-keys.service.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

const SHOP = 'https://shop.example';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
let deploymentId: string;
let key: string;
let keyId: string;
const project = () => `/v1/projects/${projectId}`;

beforeAll(async () => {
  api = await startApi({ TRUSTED_PROXIES: '127.0.0.1' });
  tenant = await Tenant.signUp(api);
  ({ projectId, deploymentId } = await tenant.deploy());
  ({ key, id: keyId } = await createKey({}));
});
afterAll(() => api.close());

async function createKey(settings: object): Promise<{ key: string; id: string; scopes: string[] }> {
  const body = { name: 'Pages', kind: 'publishable', allowedOrigins: [SHOP], ...settings };
  return (await tenant.post(`${project()}/api-keys`, body).expect(201)).body;
}

/** As a page of the shop calls, by default. */
function recommend(body: object, headers: Record<string, string> = {}, from = '198.51.100.1') {
  return request(api.url)
    .post(`/v1/deployments/${deploymentId}/recommendations`)
    .set({ authorization: `Bearer ${key}`, origin: SHOP, 'x-forwarded-for': from, ...headers })
    .send(body);
}

describe('a publishable key', () => {
  it('S43: is made for exact origins, which are pages served over https or on the own machine', async () => {
    const created = await createKey({ allowedOrigins: [SHOP, 'http://localhost:3000', SHOP] });
    expect(created).toMatchObject({ kind: 'publishable', allowedOrigins: [SHOP, 'http://localhost:3000'] });
    expect(created.key).toMatch(/^kin_pub_[0-9A-Za-z]{36}$/);
    const wrong = ['*', 'https://*.example', 'http://shop.example', `${SHOP}/`, 'HTTPS://shop.example', 'shop', 'null'];
    for (const origin of [...wrong, 'https://shop.example:443', 'file:///etc'])
      await tenant
        .post(`${project()}/api-keys`, { name: 'X', kind: 'publishable', allowedOrigins: [origin] })
        .expect(400);
    for (const settings of [
      { kind: 'publishable' },
      { kind: 'publishable', allowedOrigins: [SHOP], scopes: ['project:write'] },
      { allowedOrigins: [SHOP] },
    ])
      await tenant.post(`${project()}/api-keys`, { name: 'X', ...settings }).expect(400);
  });

  it('S43: does on the routes that are open to pages what it is for, and is refused by each other one', async () => {
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
      paths: Record<string, Record<string, { 'x-permission'?: string; 'x-open-to-pages'?: true }>>;
    };
    const [open, wrong]: [string[], string[]] = [[], []];
    const refusing: string[][] = [];
    for (const [path, operations] of Object.entries(paths)) {
      for (const [method, operation] of Object.entries(operations)) {
        const name = `${method.toUpperCase()} ${path}`;
        if (operation['x-open-to-pages']) open.push(name);
        else if (operation['x-permission']) refusing.push([method, path, name]);
      }
    }
    const walk = async ([method = '', path = '', name = '']: string[], i: number): Promise<void> => {
      const url = path
        .replace('{projectId}', projectId)
        .replace('{deploymentId}', deploymentId)
        .replace(/\{\w+\}/g, crypto.randomUUID());
      // Nor do cookies that a browser might add let in what the key does not.
      const call = request(api.url)[method as 'get'](url);
      const { status, body, headers } = await call
        .set({ authorization: `Bearer ${key}`, origin: SHOP, cookie: tenant.cookie })
        .set('x-forwarded-for', `2001:db8:0:${i.toString(16)}::1`);
      // The organization's rate holds for all of its keys.
      if (status === 429) return sleep(200).then(() => walk([method, path, name], i));
      if (status !== 403 || headers['access-control-allow-origin']) wrong.push(`${name}: ${status} ${body.code}`);
    };
    for (let i = 0; i < refusing.length; i += 20)
      await Promise.all(refusing.slice(i, i + 20).map((each, place) => walk(each, i + place)));
    expect(wrong).toEqual([]);
    expect(refusing.length).toBeGreaterThan(100);
    expect(open.toSorted()).toEqual([
      'POST /v1/deployments/{deploymentId}/recommendations',
      'POST /v1/projects/{projectId}/interactions',
    ]);
    await recommend({ personalized: false }).expect(200);
  });

  it('S43: is refused on a page that it is not for, and from whatever is no page', async () => {
    for (const origin of ['https://evil.example', 'https://shop.example.evil.example', 'http://shop.example', 'null']) {
      const { status, body, headers } = await recommend({ personalized: false }, { origin });
      expect([status, body.code], origin).toEqual([403, 'origin_not_allowed']);
      expect(headers['access-control-allow-origin']).toBeUndefined();
    }
    const program = await request(api.url)
      .post(`/v1/deployments/${deploymentId}/recommendations`)
      .set('authorization', `Bearer ${key}`)
      .send({ personalized: false });
    expect([program.status, program.body.code]).toEqual([403, 'origin_not_allowed']);
    // A secret key and a session are for no page of another site, be it a customer's.
    const secret = await tenant.createKey(projectId);
    const asked = await recommend({ personalized: false }, { authorization: `Bearer ${secret.key}` });
    expect([asked.status, asked.body.code]).toEqual([403, 'cross_site_request']);
    const made = { authorization: `Bearer ${key.slice(0, -1)}x`, cookie: tenant.cookie };
    expect((await recommend({ personalized: false }, made)).status).toBe(401);
    const ridden = { authorization: '', cookie: tenant.cookie };
    expect((await recommend({ personalized: false }, ridden)).status).toBe(403);
  });

  it('S43: lets a browser know of exactly its origins, on exactly the routes that are open to pages', async () => {
    const preflight = (path: string, origin: string, method = 'POST') =>
      request(api.url)
        .options(path)
        .set({ origin, 'access-control-request-method': method, 'access-control-request-headers': 'authorization' });
    const path = `/v1/deployments/${deploymentId}/recommendations`;
    const { headers } = await preflight(path, SHOP).expect(204);
    expect(headers).toMatchObject({
      'access-control-allow-origin': SHOP,
      'access-control-allow-methods': 'POST',
      vary: expect.stringContaining('Origin'),
    });
    expect(headers).not.toHaveProperty('access-control-allow-credentials');
    const answered = await recommend({ personalized: false }).expect(200);
    expect(answered.headers).toMatchObject({ 'access-control-allow-origin': SHOP, vary: 'Origin' });
    expect(answered.headers['access-control-expose-headers']).toContain('retry-after');
    // A page must be able to read why.
    const refused = await recommend({ limit: 1_000 }).expect(403);
    expect(refused.headers['access-control-allow-origin']).toBe(SHOP);
    const others: [string, string, string?][] = [
      [path, 'https://evil.example'],
      [path, SHOP, 'GET'],
      [`/v1/deployments/${crypto.randomUUID()}/recommendations`, SHOP],
      [`/v1/deployments/${deploymentId}/classifications`, SHOP],
      [`/v1/projects/${crypto.randomUUID()}/interactions`, SHOP],
      [`${project()}/models`, SHOP],
      ['/v1/me', SHOP],
    ];
    for (const [url, origin, method] of others) {
      const answer = await preflight(url, origin, method);
      expect(answer.status, url).toBe(404);
      expect(answer.headers['access-control-allow-methods'], url).toBeUndefined();
    }
    // It ends with the key.
    const origin = 'https://other.example';
    const { id } = await createKey({ allowedOrigins: [origin] });
    await until(async () => (await preflight(path, origin)).status === 204);
    await tenant.delete(`${project()}/api-keys/${id}`).expect(204);
    await until(async () => (await preflight(path, origin)).status === 404);
  });

  it('S43: has a rate for each address, so that one visitor leaves the others theirs', async () => {
    const headers = { authorization: `Bearer ${(await createKey({})).key}` };
    const call = (from: string) => recommend({ personalized: false }, headers, from);
    const first = await call('2001:db8:1:2::1').expect(200);
    const policies = String(first.headers['ratelimit-policy']);
    const burst = Number(/"address";q=(\d+)/.exec(policies)![1]);
    expect(4 * burst).toBeLessThanOrEqual(Number(/"organization";q=(\d+)/.exec(policies)![1]));
    // Whoever has one address of a /64 has all of them.
    const answers = await Promise.all(
      Array.from({ length: 3 * burst }, (_, i) => call(`2001:db8:1:2::${i.toString(16)}`)),
    );
    const refused = answers.find(({ status }) => status === 429);
    expect(refused!.body).toMatchObject({ code: 'rate_limited', detail: expect.stringContaining('your address') });
    expect(refused!.headers['retry-after']).toMatch(/^\d+$/);
    expect(refused!.headers['access-control-allow-origin']).toBe(SHOP);
    await call('2001:db8:1:3::1').expect(200);
    await call('198.51.100.77').expect(200);
  });

  it('keeps to a limit of its own, as any key does', async () => {
    const limited = await createKey({});
    const limit = { scope: 'key', scopeId: limited.id, resource: 'recommendation_requests', quantity: '1' };
    await tenant.put('/v1/limits', limit).expect(200);
    const headers = { authorization: `Bearer ${limited.key}` };
    await recommend({ personalized: false }, headers).expect(200);
    expect((await recommend({ personalized: false }, headers).expect(429)).body.code).toBe('quota_exceeded');
  });

  it('S43: goes on where a secret scanner finds it, as it stands in pages', async () => {
    const found = { token: key, type: 'kindred_api_key', url: 'https://shop.example/shop.js' };
    const [answer] = await api.app.get(LeakedKeysService, { strict: false }).report([found]);
    expect(answer).toMatchObject({ label: 'false_positive' });
    await recommend({ personalized: false }).expect(200);
    const { data } = (await tenant.get(`${project()}/api-keys`).expect(200)).body;
    expect(data.find(({ id }: { id: string }) => id === keyId)).toMatchObject({ revokedAt: null, leakedUrl: null });
  });

  it('is rotated into one for the same pages', async () => {
    const { id } = await createKey({});
    const { body } = await tenant.post(`${project()}/api-keys/${id}/rotations`, { graceHours: 0 }).expect(201);
    expect(body).toMatchObject({ kind: 'publishable', allowedOrigins: [SHOP], lineageId: id });
    await recommend({ personalized: false }, { authorization: `Bearer ${body.key}` }).expect(200);
  });
});

describe('a user token', () => {
  const secrets = () => `${project()}/user-token-secrets`;
  let secret: string;
  let secretId: string;
  beforeAll(async () => {
    ({ secret, id: secretId } = (await tenant.post(secrets()).expect(201)).body);
  });

  const inMinutes = (minutes: number) => Math.floor(Date.now() / 1000) + 60 * minutes;
  const sign = (claims: object = {}, by = secret, alg = 'HS256') =>
    new SignJWT({ sub: 'user-1', aud: projectId, exp: inMinutes(10), ...claims })
      .setProtectedHeader({ alg })
      .sign(new TextEncoder().encode(by));
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const codeOf = async (token: string, body: object = {}) => {
    const { status, body: answer } = await recommend(body, { 'kindred-user-token': token });
    return `${status} ${answer.code ?? answer.source}`;
  };

  it('S44: says for whom recommendations are, and for nobody else', async () => {
    const token = await sign();
    const { body: own } = await recommend({ limit: 3 }, { 'kindred-user-token': token }).expect(200);
    const { body: asked } = await tenant
      .post(`/v1/deployments/${deploymentId}/recommendations`, { userId: 'user-1', limit: 3 })
      .expect(200);
    expect(own.items).toEqual(asked.items);
    await recommend({ userId: 'user-1' }, { 'kindred-user-token': token }).expect(200);
    expect(await codeOf(token, { userId: 'user-2' })).toBe('403 other_user');
    expect(await codeOf(token, { userId: 'anon:visitor' })).toBe('403 other_user');
    expect(await codeOf(token, { userId: ['user-1'] })).toBe('403 other_user');
  });

  it('is made by the sample of the guide', async () => {
    const [, sample] = /```js\n(import [\s\S]+?)```/.exec(readFileSync('docs/guides/browser.md', 'utf8'))!;
    const program = `${sample}process.stdout.write(userToken('user-é', '${projectId}', '${secret}'));`;
    const { stdout } = await promisify(execFile)(process.execPath, ['--input-type=module', '-e', program]);
    await recommend({ userId: 'user-é' }, { 'kindred-user-token': stdout }).expect(200);
  });

  it('S44: says whose events are, and lets nobody name another, nor keep out what another sends', async () => {
    const view = { itemId: 'item-1', eventType: 'view', interactionId: 'order-1' };
    const send = (body: object, headers: Record<string, string> = {}) =>
      request(api.url)
        .post(`${project()}/interactions`)
        .set({ authorization: `Bearer ${key}`, origin: SHOP, 'x-forwarded-for': '198.51.100.9', ...headers })
        .send(body);
    const own = { 'kindred-user-token': await sign() };
    const statuses = async (answer: request.Test) =>
      (await answer.expect(202)).body.results.map(({ status }: { status: string }) => status);
    expect(await statuses(send({ interactions: [{ ...view, userId: 'anon:v' }] }))).toEqual(['accepted']);
    expect(await statuses(send({ interactions: [view, view, { ...view, userId: 'user-1' }] }, own))).toEqual([
      'accepted',
      'duplicate',
      'duplicate',
    ]);
    // What is no event at all is told as of any other caller.
    expect(await statuses(send({ interactions: [42, null, 'x'] }))).toEqual(['rejected', 'rejected', 'rejected']);
    const { key: program } = await tenant.createKey(projectId, ['events:write']);
    const fromServer = request(api.url).post(`${project()}/interactions`).set('authorization', `Bearer ${program}`);
    expect(await statuses(fromServer.send({ interactions: [{ ...view, userId: 'user-1' }] }))).toEqual(['accepted']);
    const refused: [object, object, string][] = [
      [{ interactions: [{ ...view, userId: 'user-1' }] }, {}, 'user_token_required'],
      [{ interactions: [{ ...view, userId: 'anon:v' }, view] }, {}, 'user_token_required'],
      [{ interactions: [view, { ...view, userId: 'user-2' }] }, own, 'other_user'],
      [{ interactions: [view], dataSetId: crypto.randomUUID() }, own, 'data_set_not_allowed'],
    ];
    for (const [body, headers, code] of refused)
      expect((await send(body, headers as Record<string, string>).expect(403)).body.code).toBe(code);
    const owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
    const query = `SELECT user_id FROM live_interactions JOIN data_sets ON data_sets.id = data_set_id WHERE project_id = $1 ORDER BY 1`;
    const users = async () => (await owner.query(query, [projectId])).rows.map((row) => row.user_id);
    await until(async () => (await users()).length === 3);
    expect(await users()).toEqual(['anon:v', 'user-1', 'user-1']);
    await owner.end();
  });

  it('S44: must be there for whoever is known: without it a page asks for what is popular, or for an anonymous visitor', async () => {
    for (const body of [{ userId: 'user-1' }, {}, { userId: 'ANON:x' }, { userId: 'user-1', personalized: false }])
      expect((await recommend(body).expect(403)).body.code, JSON.stringify(body)).toBe('user_token_required');
    await recommend({ userId: 'anon:visitor-1' }).expect(200);
    await recommend({ personalized: false }).expect(200);
    await recommend([]).expect(403);
  });

  it('S44: is refused where it proves nothing: another algorithm, none, another secret or project, too old or too long', async () => {
    const claims = { sub: 'user-1', aud: projectId, exp: inMinutes(10) };
    const unsigned = `${encode({ alg: 'none' })}.${encode(claims)}.`;
    const other = await Tenant.signUp(api);
    const elsewhere = await other.createProject();
    const { body: theirs } = await other.post(`/v1/projects/${elsewhere}/user-token-secrets`).expect(201);
    const input = `${encode({ alg: 'RS256', jwk: { kty: 'oct', k: 'AAAA' } })}.${encode(claims)}`;
    const wrong: Record<string, string> = {
      'no token': 'x',
      none: unsigned,
      'none, with a signature': unsigned + createHmac('sha256', secret).update(unsigned).digest('base64url'),
      'another algorithm': await sign({}, secret, 'HS512'),
      'an algorithm of key pairs, signed with the secret': `${input}.${createHmac('sha256', secret).update(input).digest('base64url')}`,
      'an empty secret': `${encode({ alg: 'HS256' })}.${encode(claims)}.${createHmac('sha256', '')
        .update(`${encode({ alg: 'HS256' })}.${encode(claims)}`)
        .digest('base64url')}`,
      "another project's secret": await sign({}, theirs.secret),
      'another project': await sign({ aud: elsewhere }),
      'no project': await sign({ aud: undefined }),
      expired: await sign({ exp: inMinutes(-2) }),
      'no end': await sign({ exp: undefined }),
      'too long': await sign({ exp: inMinutes(62) }),
      nobody: await sign({ sub: undefined }),
      'an empty id': await sign({ sub: '' }),
      'a number': await sign({ sub: 42 }),
      'a long id': await sign({ sub: 'x'.repeat(257) }),
      'another user in it': (await sign()).replace(/\.[^.]+\./, `.${encode({ ...claims, sub: 'user-2' })}.`),
      'not before later': await sign({ nbf: inMinutes(5) }),
      'a long text': 'x'.repeat(5_000),
    };
    for (const [what, token] of Object.entries(wrong)) expect(await codeOf(token), what).toBe('401 invalid_user_token');
    expect(await codeOf(await sign({ exp: inMinutes(60) }))).toBe('200 popularity');
    expect(await codeOf(await sign({ sub: 'a\0b' }))).toBe('400 invalid_request');
    // Of a secret key it says nothing: that names whom it likes.
    const program = await tenant.createKey(projectId);
    await request(api.url)
      .post(`/v1/deployments/${deploymentId}/recommendations`)
      .set({ authorization: `Bearer ${program.key}`, 'kindred-user-token': unsigned })
      .send({ userId: 'user-2' })
      .expect(200);
  });

  it('S44: is signed with one of two secrets while they are changed; a secret is shown once and stored encrypted', async () => {
    const { body: next } = await tenant.post(secrets()).expect(201);
    expect((await tenant.post(secrets()).expect(409)).body.code).toBe('too_many_user_token_secrets');
    expect(await codeOf(await sign())).toBe('200 popularity');
    expect(await codeOf(await sign({}, next.secret))).toBe('200 popularity');
    const { body } = await tenant.get(secrets()).expect(200);
    expect(body.secrets.map(({ prefix }: { prefix: string }) => prefix)).toEqual(
      [secret, next.secret].map((each) => each.slice(0, 13)),
    );
    expect(JSON.stringify(body)).not.toContain(secret);
    const owner = new pg.Client({ connectionString: inject('ownerUrl') });
    await owner.connect();
    const { rows } = await owner.query('SELECT secret FROM user_token_secrets WHERE project_id = $1', [projectId]);
    await owner.end();
    expect(rows).toHaveLength(2);
    for (const row of rows) expect(row.secret.includes(secret.slice(13))).toBe(false);
    await tenant.delete(`${secrets()}/${secretId}`).expect(204);
    await until(async () => (await codeOf(await sign())) === '401 invalid_user_token');
    expect(await codeOf(await sign({}, next.secret))).toBe('200 popularity');
    [secret, secretId] = [next.secret, next.id];
  });
});
