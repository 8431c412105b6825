import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LiveSessions } from '../../libs/features/auth/live-sessions.service.js';
import { Credentials } from '../../libs/platform/access/credentials.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { sessionCookie, startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { mailsTo } from '../factories/mailbox.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi({ KINDRED_MAILBOX: true });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const NEW = 'an entirely new password';
const login = (email: string, password: string) => request(api.url).post('/v1/auth/login').send({ email, password });
const ask = (email: string) => request(api.url).post('/v1/auth/password-resets').send({ email });
const choose = (token: string, password = NEW) => request(api.url).put('/v1/auth/password').send({ token, password });

/** The token that somebody finds in their mail who has asked for it. */
async function resetToken({ email }: Tenant): Promise<string> {
  await ask(email).expect(202);
  return (await mailsTo(api, email, 'reset_password'))[0]!.token;
}

/** As an event stream holds on to the session that it came with. */
async function watch({ cookie }: Tenant) {
  const principal = await api.app.get(LiveSessions).findPrincipal(cookie.split('=')[1]!);
  return api.app.get(Credentials).watch(principal!, performance.now()).ended;
}

describe('a forgotten password', () => {
  it('is replaced by the link of a mail, which verifies the address and tells its owner', async () => {
    const tenant = await Tenant.signUp(api);
    const token = await resetToken(tenant);
    await choose(token).expect(204);
    await login(tenant.email, tenant.password).expect(401);
    const { body } = await login(tenant.email, NEW).expect(200);
    expect(Date.parse(body.user.emailVerifiedAt)).toBeGreaterThan(0);
    expect(await mailsTo(api, tenant.email, 'password_changed')).toHaveLength(1);
    const { rows } = await owner.query(
      `SELECT action, actor_kind FROM audit_events WHERE target_id = $1 AND action LIKE 'user.password%' ORDER BY id`,
      [body.user.id],
    );
    expect(rows).toEqual([
      { action: 'user.password_reset_requested', actor_kind: 'system' },
      { action: 'user.password_reset', actor_kind: 'user' },
    ]);
  });

  it('S12: is asked for alike by who has an account and who has none', async () => {
    const tenant = await Tenant.signUp(api);
    const [known, unknown] = [await ask(tenant.email).expect(202), await ask(`no-${tenant.email}`).expect(202)];
    expect(known.body).toEqual(unknown.body);
    expect(Object.keys(known.headers).sort()).toEqual(Object.keys(unknown.headers).sort());
    expect(await mailsTo(api, `no-${tenant.email}`)).toEqual([]);
    // By whatever spelling of the address.
    await ask(` ${tenant.email.toUpperCase()} `).expect(202);
    expect(await mailsTo(api, tenant.email, 'reset_password')).toHaveLength(2);
    // Neither tells by being slowed down earlier.
    const statuses = async (email: string) => [(await ask(email)).status, (await ask(email)).status];
    expect(await statuses(tenant.email)).toEqual([202, 429]);
    await ask(`no-${tenant.email}`).expect(202);
    expect(await statuses(`no-${tenant.email}`)).toEqual([202, 429]);
  });

  it('S15: ends every session, and the streams that they had open', async () => {
    const tenant = await Tenant.signUp(api);
    const second = sessionCookie(await login(tenant.email, tenant.password).expect(200));
    const ended = await watch(tenant);
    await choose(await resetToken(tenant)).expect(204);
    for (const cookie of [tenant.cookie, second])
      await request(api.url).get('/v1/me').set('cookie', cookie).expect(401);
    await until(() => ended.aborted);
  });

  it('S22: leaves the secret of its link neither in a row of the database nor in what is queued', async () => {
    const tenant = await Tenant.signUp(api);
    const token = await resetToken(tenant);
    const { rows } = await owner.query(
      `SELECT string_agg(link::text, '') || (SELECT string_agg(mail::text, '') FROM emails mail) AS text FROM one_time_links link`,
    );
    expect(rows[0].text).toContain('reset_password');
    expect(rows[0].text).not.toContain(token);
    const signature = Buffer.from(token, 'base64url').subarray(16);
    expect(rows[0].text).not.toContain(signature.toString('hex'));
  });
});

describe('the link of a mail', () => {
  it('opens once, of two that come at once too', async () => {
    const tenant = await Tenant.signUp(api);
    const token = await resetToken(tenant);
    const answers = await Promise.all([1, 2, 3].map((i) => choose(token, `the new password ${i}`)));
    expect(answers.map(({ status }) => status).sort()).toEqual([204, 410, 410]);
    expect(answers.filter(({ status }) => status === 410).map(({ body }) => body.code)).toEqual([
      'link_used',
      'link_used',
    ]);
    const right = await Promise.all([1, 2, 3].map((i) => login(tenant.email, `the new password ${i}`)));
    expect(right.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(right.findIndex(({ status }) => status === 200)).toBe(answers.findIndex(({ status }) => status === 204));
  });

  it('opens nothing after its time, nor once a newer one was asked for', async () => {
    const tenant = await Tenant.signUp(api);
    const older = await resetToken(tenant);
    const newer = await resetToken(tenant);
    expect((await choose(older).expect(410)).body.code).toBe('link_expired');
    const clock = api.app.get(Clock);
    const later = vi.spyOn(clock, 'now').mockReturnValue(new Date(clock.now().getTime() + 31 * 60_000));
    expect((await choose(newer).expect(410)).body.code).toBe('link_expired');
    later.mockRestore();
    await choose(newer).expect(204);
  });

  it('opens nothing that it was not sent for, whole or in parts', async () => {
    const tenant = await Tenant.signUp(api);
    const [welcome] = await mailsTo(api, tenant.email, 'verify_email');
    const token = await resetToken(tenant);
    const flipped = `${token.slice(0, -1)}${token.endsWith('A') ? 'B' : 'A'}`;
    for (const wrong of [welcome!.token, flipped, token.slice(1), `${token}A`, '', 'x'.repeat(64), `${token}\n`])
      expect((await choose(wrong).expect(400)).body.code, wrong).toBe('link_invalid');
    const verify = request(api.url).post('/v1/auth/verifications').send({ token });
    expect((await verify.expect(400)).body.code).toBe('link_invalid');
    await choose(token).expect(204);
  });

  it('is not used up by a password that is refused', async () => {
    const tenant = await Tenant.signUp(api);
    const token = await resetToken(tenant);
    const { body } = await choose(token, 'password1').expect(400);
    expect(body.errors).toEqual([{ path: 'password', message: expect.stringContaining('leaked') }]);
    await choose(token).expect(204);
  });
});

describe('a password', () => {
  it('S15: is changed by who has lately logged in, which ends every other session and no link goes on', async () => {
    const tenant = await Tenant.signUp(api);
    const token = await resetToken(tenant);
    const second = sessionCookie(await login(tenant.email, tenant.password).expect(200));
    await tenant.put('/v1/me/password', { newPassword: 'password1' }).expect(400);
    await tenant.put('/v1/me/password', { newPassword: NEW }).expect(204);
    await tenant.get('/v1/me').expect(200);
    await request(api.url).get('/v1/me').set('cookie', second).expect(401);
    await login(tenant.email, tenant.password).expect(401);
    await login(tenant.email, NEW).expect(200);
    expect(await mailsTo(api, tenant.email, 'password_changed')).toHaveLength(1);
    expect((await choose(token).expect(410)).body.code).toBe('link_expired');
  });

  it('S11: is taken exactly as it comes, with whatever is in it and up to 1,024 characters', async () => {
    const tenant = await Tenant.signUp(api);
    const long = `  Ünïcode ${'🦊'.repeat(100)} ${'x'.repeat(800)} `;
    await tenant.put('/v1/me/password', { newPassword: long }).expect(204);
    await login(tenant.email, long.trim()).expect(401);
    await login(tenant.email, long.normalize('NFD')).expect(401);
    await login(tenant.email, long).expect(200);
  });
});
