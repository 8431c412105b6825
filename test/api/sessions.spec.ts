import request from 'supertest';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { LiveSessions } from '../../libs/features/auth/live-sessions.service.js';
import { Credentials } from '../../libs/platform/access/credentials.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { sessionCookie, startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { mailsTo } from '../factories/mailbox.js';

const FIREFOX = 'Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0';
const DAY_MS = 86_400_000;

interface Session {
  id: string;
  browser: string | null;
  system: string | null;
  network: string | null;
  createdAt: string;
  lastUsedAt: string;
  isCurrent: boolean;
}

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ KINDRED_MAILBOX: true });
});
afterAll(() => api.close());

const login = ({ email, password }: Tenant, headers: Record<string, string> = {}) =>
  request(api.url).post('/v1/auth/login').set(headers).send({ email, password }).expect(200);
const sessionsOf = async (tenant: Tenant): Promise<Session[]> =>
  (await tenant.get('/v1/me/sessions').expect(200)).body.data;
/** The same person, logged in once more. */
async function again(tenant: Tenant, headers: Record<string, string> = {}): Promise<Tenant> {
  return Tenant.of(api, { ...tenant, cookie: sessionCookie(await login(tenant, headers)) });
}
/** As an event stream holds on to the session that it came with. */
async function watch({ cookie }: Tenant): Promise<AbortSignal> {
  const principal = await api.app.get(LiveSessions).findPrincipal(cookie.split('=')[1]!);
  return api.app.get(Credentials).watch(principal!, performance.now()).ended;
}

it('a person sees where they are logged in: the device in words, the network and not the address', async () => {
  const tenant = await Tenant.signUp(api);
  const phone = await again(tenant, { 'user-agent': FIREFOX });
  const odd = await again(tenant, { 'user-agent': '<b>é\'"'.repeat(200) });
  const seen = await sessionsOf(phone);
  expect(seen).toHaveLength(3);
  expect(seen.filter(({ isCurrent }) => isCurrent)).toMatchObject([
    { browser: 'Firefox', system: 'Linux', network: '127.0.0.0/24' },
  ]);
  for (const { createdAt, lastUsedAt } of seen)
    expect(Date.parse(lastUsedAt)).toBeGreaterThanOrEqual(Date.parse(createdAt));
  expect(JSON.stringify(seen)).not.toContain('127.0.0.1');
  await odd.get('/v1/me').expect(200);
});

it('S15: a session that is ended, or every other one, is refused from then on, and what it had open ends', async () => {
  const tenant = await Tenant.signUp(api);
  const [second, third] = [await again(tenant), await again(tenant)];
  const [streamOfSecond, streamOfThird, own] = await Promise.all([watch(second), watch(third), watch(tenant)]);
  const { id } = (await sessionsOf(second)).find(({ isCurrent }) => isCurrent)!;
  await tenant.delete(`/v1/me/sessions/${id}`).expect(204);
  await second.get('/v1/me').expect(401);
  await until(() => streamOfSecond.aborted);
  await third.get('/v1/me').expect(200);
  await tenant.delete(`/v1/me/sessions/${id}`).expect(404);
  await tenant.delete('/v1/me/sessions').expect(204);
  await third.get('/v1/me').expect(401);
  await until(() => streamOfThird.aborted);
  expect(own.aborted).toBe(false);
  expect(await sessionsOf(tenant)).toMatchObject([{ isCurrent: true }]);
});

it('S15: a stream that a session began just before its end, and that is only now to be watched, ends too', async () => {
  const [tenant, sinceMs] = [await Tenant.signUp(api), performance.now()];
  const other = await again(tenant);
  const find = () => api.app.get(LiveSessions).findPrincipal(other.cookie.split('=')[1]!);
  const principal = (await find())!;
  const credentials = api.app.get(Credentials);
  const watched = (fromMs: number) => {
    const { ended, release } = credentials.watch(principal, fromMs);
    release();
    return ended.aborted;
  };
  expect(watched(sinceMs)).toBe(false);
  await tenant.delete('/v1/me/sessions').expect(204);
  await until(() => watched(sinceMs));
  // Whoever was let in later was let in by something else.
  expect(watched(performance.now())).toBe(false);
});

it('nobody ends the session of another person, which is to them as if there were none', async () => {
  const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
  const [{ id }] = (await sessionsOf(other)) as [Session];
  const { body } = await tenant.delete(`/v1/me/sessions/${id}`).expect(404);
  expect(body.code).toBe('not_found');
  await tenant.delete('/v1/me/sessions/not-an-id').expect(404);
  await other.get('/v1/me').expect(200);
});

it('a session ends after 14 days of no use and after 30 days of use, and its streams outlast its being used', async () => {
  const tenant = await Tenant.signUp(api);
  const stream = await watch(tenant);
  const [{ createdAt }] = (await sessionsOf(tenant)) as [Session];
  const now = vi.spyOn(api.app.get(Clock), 'now');
  const after = (days: number) => now.mockReturnValue(new Date(Date.parse(createdAt) + days * DAY_MS));
  try {
    const lastUsed = async () => (await sessionsOf(tenant))[0]?.lastUsedAt;
    after(13);
    await until(async () => (await lastUsed()) === new Date(Date.parse(createdAt) + 13 * DAY_MS).toISOString());
    expect(stream.aborted).toBe(false);
    after(26);
    await until(async () => (await lastUsed()) === new Date(Date.parse(createdAt) + 26 * DAY_MS).toISOString());
    after(30.01);
    await tenant.get('/v1/me').expect(401);
  } finally {
    now.mockRestore();
  }
  const idle = await Tenant.signUp(api);
  const clock = vi.spyOn(api.app.get(Clock), 'now').mockReturnValue(new Date(Date.now() + 14.01 * DAY_MS));
  await idle.get('/v1/me').expect(401);
  clock.mockRestore();
});

it('a login from a browser that was not used before is told by mail; one from a known browser is not', async () => {
  const tenant = await Tenant.signUp(api);
  expect(await mailsTo(api, tenant.email, 'new_device')).toEqual([]);
  const first = await login(tenant, { 'user-agent': FIREFOX });
  const [mail, ...more] = await mailsTo(api, tenant.email, 'new_device');
  expect(more).toEqual([]);
  expect(mail!.text).toContain('Firefox on Linux');
  expect(mail!.text).toContain('127.0.0.0/24');
  expect(mail!.text).toContain('/account/sessions');
  const device = /kindred_device=[^;]*/.exec(String(first.headers['set-cookie']))![0];
  await login(tenant, { cookie: device });
  expect(await mailsTo(api, tenant.email, 'new_device')).toHaveLength(1);
});
