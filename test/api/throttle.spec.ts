import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

// In a file of its own: here, and only here, an address may try no more often than anywhere else.
let api: TestApi;
beforeAll(async () => {
  api = await startApi({ KINDRED_LOGIN_TRIES: 10, KINDRED_SIGNUPS: 40, TRUSTED_PROXIES: '127.0.0.1' });
});
afterAll(() => api.close());

/** From another address of the internet, as a proxy would tell. */
function from(address: string, path: string, body: object, cookie = '') {
  return request(api.url).post(path).set('x-forwarded-for', address).set('cookie', cookie).send(body);
}

const devicesOf = (headers: Record<string, unknown>) => /kindred_device=[^;]*/.exec(String(headers['set-cookie']))![0];

describe('guessing passwords', () => {
  it('S13: is slowed down by account, wherever it comes from, and never keeps the owner out', async () => {
    const tenant = await Tenant.signUp(api);
    const right = { email: tenant.email, password: tenant.password };
    const first = await from('198.51.100.1', '/v1/auth/login', right).expect(200);
    const statuses: Record<number, number> = {};
    for (let batch = 0; batch < 100; batch++) {
      const guesses = Array.from({ length: 10 }, (_, i) =>
        from(`203.0.${batch}.${i}`, '/v1/auth/login', { email: tenant.email, password: `guess ${batch} ${i}` }),
      );
      for (const { status } of await Promise.all(guesses)) statuses[status] = (statuses[status] ?? 0) + 1;
    }
    expect(statuses[401]).toBeLessThanOrEqual(20);
    expect(statuses[429]).toBe(1_000 - statuses[401]!);
    // The browser that they have signed in from before is known again.
    const cookie = devicesOf(first.headers);
    await from('198.51.100.9', '/v1/auth/login', right, cookie).expect(200);
    // For another account it is worth nothing.
    const other = await Tenant.signUp(api);
    for (let i = 0; i < 10; i++)
      await from(`198.51.101.${i}`, '/v1/auth/login', { email: other.email, password: 'x' }, cookie).expect(401);
    await from('198.51.101.99', '/v1/auth/login', { email: other.email, password: 'x' }, cookie).expect(429);
  });

  it('S13: is slowed down where a session that was taken tries them to be taken for its person', async () => {
    const tenant = await Tenant.signUp(api);
    const statuses: number[] = [];
    const stepUp = (password: string) => tenant.post('/v1/auth/step-up', { password });
    for (let i = 0; i < 12; i++) statuses.push((await stepUp(`guess ${i}`)).status);
    expect(new Set(statuses)).toEqual(new Set([401, 429]));
    await stepUp(tenant.password).expect(429);
    await tenant.get('/v1/me').expect(200);
  });

  it('S13: is slowed down by address over many accounts, the whole /64 of it, and says when to come again', async () => {
    const guess = (i: number) =>
      from(`2001:db8:1:2::${i.toString(16)}`, '/v1/auth/login', { email: `no-${i}@example.com`, password: 'x' });
    const answers = [];
    for (let i = 1; i <= 40; i++) answers.push(await guess(i));
    expect(answers.slice(0, 30).every(({ status }) => status === 401)).toBe(true);
    const refused = answers.at(-1)!;
    expect([refused.status, refused.body.code]).toEqual([429, 'too_many_attempts']);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(0);
    await from('2001:db8:1:3::1', '/v1/auth/login', { email: 'no@example.com', password: 'x' }).expect(401);
  });

  it('S13: is answered alike where there is no such account', async () => {
    const tries = (email: string, network: number) =>
      Array.from(
        { length: 12 },
        (_, i) => () => from(`192.0.${network}.${i}`, '/v1/auth/login', { email, password: 'wrong' }),
      );
    const statusesOf = async (calls: ReturnType<typeof tries>) => {
      const statuses = [];
      for (const call of calls) statuses.push((await call()).status);
      return statuses;
    };
    const tenant = await Tenant.signUp(api);
    // The tenant's own login stands first in its bucket and was given back.
    expect(await statusesOf(tries(tenant.email, 10))).toEqual(await statusesOf(tries('nobody-here@example.com', 11)));
  });
});

it('makes no more accounts an hour from one address than may be', async () => {
  const signup = (i: number) =>
    from('203.0.113.200', '/v1/auth/signup', {
      email: `many-${Date.now()}-${i}@example.com`,
      password: 'long enough',
      organizationName: 'X',
    });
  const statuses = [];
  for (let i = 0; i < 42; i++) statuses.push((await signup(i)).status);
  expect(statuses.filter((status) => status === 202)).toHaveLength(40);
  expect(statuses.at(-1)).toBe(429);
});

it('S13: a log-in by passkey waits for nobody who only reads public pages behind the same address, and is slowed down by itself', async () => {
  const statusesOf = async (path: string, body: object) => {
    const calls = Array.from({ length: 150 }, () => from('203.0.113.201', path, body));
    return new Set((await Promise.all(calls)).map(({ status }) => status));
  };
  expect(await statusesOf('/v1/invitations/preview', { token: 'A'.repeat(64) })).toContain(429);
  await from('203.0.113.201', '/v1/auth/passkeys/options', {}).expect(201);
  expect(await statusesOf('/v1/auth/passkeys/options', {})).toEqual(new Set([201, 429]));
});
