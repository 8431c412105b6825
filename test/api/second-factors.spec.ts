import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it, vi } from 'vitest';
import { LiveSessions } from '../../libs/features/auth/live-sessions.service.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { sessionCookie, startApi, Tenant, type TestApi } from '../factories/api.js';
import { Authenticator } from '../factories/authenticator.js';
import { mailsTo } from '../factories/mailbox.js';
import { codeOf, loginCookie } from '../factories/second-factors.js';

let api: TestApi;
let strict: TestApi;
let owner: pg.Client;
/** Codes are of the API's time, which goes on when a test says so. */
let nowMs: number;
beforeAll(async () => {
  [api, strict] = await Promise.all([startApi({ KINDRED_MAILBOX: true }), startApi({ KINDRED_LOGIN_TRIES: 5 })]);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  nowMs = Date.now();
  for (const { app } of [api, strict]) vi.spyOn(app.get(Clock), 'now').mockImplementation(() => new Date(nowMs));
});
afterAll(() => Promise.all([api.close(), strict.close(), owner.end()]));

const STEP_MS = 30_000;
const half = ({ email, password }: Tenant, at = api) =>
  request(at.url).post('/v1/auth/login').send({ email, password });
const complete = (cookie: string, code: string, at = api) =>
  request(at.url).post('/v1/auth/login/second-factor').set('cookie', cookie).send({ code });
const codeNow = (secret: string, steps = 0) => codeOf(secret, steps, nowMs);

/** Somebody with an app whose codes before now are used up. */
async function withTotp() {
  const tenant = await Tenant.signUp(api);
  const { body } = await tenant.post('/v1/me/totp').expect(201);
  const confirmed = await tenant.post('/v1/me/totp/confirmation', { code: codeNow(body.secret) }).expect(201);
  nowMs += STEP_MS;
  return { tenant, secret: body.secret as string, recoveryCodes: confirmed.body.recoveryCodes as string[] };
}
/** The first half of a login. */
async function pending(tenant: Tenant, at = api): Promise<string> {
  const answer = await half(tenant, at).expect(401);
  expect(answer.body.code).toBe('second_factor_required');
  return loginCookie(answer);
}

describe('an app that shows codes', () => {
  it('counts once its first code confirms it; then a password alone opens no session, and a code completes it', async () => {
    const tenant = await Tenant.signUp(api);
    const { body } = await tenant.post('/v1/me/totp').expect(201);
    expect(body.uri).toMatch(/^otpauth:\/\/totp\/Kindred:.*secret=/);
    await half(tenant).expect(200);
    expect((await tenant.post('/v1/me/totp/confirmation', { code: '000000' }).expect(401)).body.code).toBe(
      'wrong_code',
    );
    const confirmed = await tenant.post('/v1/me/totp/confirmation', { code: codeNow(body.secret) }).expect(201);
    expect(new Set(confirmed.body.recoveryCodes).size).toBe(10);
    expect((await tenant.post('/v1/me/totp').expect(409)).body.code).toBe('totp_enabled');
    nowMs += STEP_MS;

    const answer = await half(tenant).expect(401);
    expect(answer.body).toMatchObject({ code: 'second_factor_required', methods: ['totp', 'recovery_code'] });
    expect(String(answer.headers['set-cookie'])).not.toContain('kindred_session');
    const cookie = loginCookie(answer);
    await request(api.url).get('/v1/me').set('cookie', cookie.replace('kindred_login', 'kindred_session')).expect(401);
    const signedIn = await complete(cookie, ` ${codeNow(body.secret).replace(/^.../, '$& ')} `).expect(200);
    const principal = await api.app.get(LiveSessions).findPrincipal(sessionCookie(signedIn).split('=')[1]!);
    expect(principal).toMatchObject({ hasSecondFactor: true, secondFactorAt: new Date(nowMs) });
  });

  it('S16: shows codes that are good once, by whatever way and also where two come at once', async () => {
    const { tenant, secret } = await withTotp();
    const [one, two, three] = [await pending(tenant), await pending(tenant), await pending(tenant)];
    const code = codeNow(secret);
    const answers = await Promise.all([complete(one, code), complete(two, code)]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    expect((await complete(three, code).expect(401)).body.code).toBe('wrong_code');
    await tenant.post('/v1/auth/step-up', { code }).expect(401);
    // Nor is one of before that was never used, once a later one was.
    await complete(three, codeNow(secret, -1)).expect(401);
    await complete(three, codeNow(secret, 1)).expect(200);
  });

  it('is confirmed by six digits alone, however long what comes in their place is in bytes', async () => {
    const tenant = await Tenant.signUp(api);
    await tenant.post('/v1/me/totp').expect(201);
    for (const code of ['𔖂˞ㆺ𓌶', '１２３４５６', '12345', '1234567', 'éééééé'])
      expect((await tenant.post('/v1/me/totp/confirmation', { code }).expect(401)).body.code).toBe('wrong_code');
  });

  it('is taken to within a step of 30 s, and no code of another account is', async () => {
    const [{ tenant, secret }, other] = [await withTotp(), await withTotp()];
    nowMs += 10 * STEP_MS;
    const cookie = await pending(tenant);
    for (const wrong of [codeNow(secret, -2), codeNow(secret, 2), codeNow(other.secret), other.recoveryCodes[0]!, ''])
      expect((await complete(cookie, wrong).expect(401)).body.code, wrong).toBe('wrong_code');
    await complete(cookie, codeNow(secret, -1)).expect(200);
  });

  it('stands in the database encrypted, and its recovery codes as hashes', async () => {
    const { secret, recoveryCodes } = await withTotp();
    const { rows } = await owner.query(
      `SELECT string_agg(row::text, '') AS text FROM (SELECT totps::text FROM totps UNION ALL SELECT recovery_codes::text FROM recovery_codes) AS rows (row)`,
    );
    for (const text of [secret, ...recoveryCodes, ...recoveryCodes.map((code) => code.replaceAll('-', ''))]) {
      expect(rows[0].text).not.toContain(text);
      expect(rows[0].text).not.toContain(Buffer.from(text).toString('hex'));
    }
  });

  it('is removed by its person, after which the password is enough again', async () => {
    const { tenant, recoveryCodes } = await withTotp();
    const cookie = await pending(tenant);
    await tenant.delete('/v1/me/totp').expect(204);
    await half(tenant).expect(200);
    await complete(cookie, recoveryCodes[0]!).expect(401);
    expect((await tenant.post('/v1/me/recovery-codes').expect(409)).body.code).toBe('no_second_factor');
    expect((await tenant.get('/v1/me/second-factors').expect(200)).body).toMatchObject({
      hasPassword: true,
      totp: null,
      recoveryCodesLeft: 0,
    });
  });

  it('S17: is what a stale session asks for, and not the password', async () => {
    const { tenant, secret } = await withTotp();
    nowMs += 11 * 60_000;
    const { body } = await tenant.delete('/v1/me/totp').expect(403);
    expect(body).toMatchObject({ code: 'step_up_required', methods: ['totp', 'recovery_code'] });
    const byPassword = await tenant.post('/v1/auth/step-up', { password: tenant.password }).expect(403);
    expect(byPassword.body.methods).toEqual(['totp', 'recovery_code']);
    await tenant.post('/v1/auth/step-up', { code: codeNow(secret), password: tenant.password }).expect(400);
    await tenant.post('/v1/auth/step-up', { code: codeNow(secret) }).expect(204);
    await tenant.delete('/v1/me/totp').expect(204);
  });
});

describe('a recovery code', () => {
  it('stands in for the app once, also where it comes twice at once, in whatever spelling', async () => {
    const { tenant, recoveryCodes } = await withTotp();
    const [first, second] = recoveryCodes as [string, string];
    const cookies = [await pending(tenant), await pending(tenant), await pending(tenant)];
    const answers = await Promise.all(cookies.slice(0, 2).map((cookie) => complete(cookie, first)));
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 401]);
    await complete(cookies[2]!, first).expect(401);
    await complete(cookies[2]!, second.toLowerCase().replaceAll('-', ' ')).expect(200);
    expect((await tenant.get('/v1/me/second-factors').expect(200)).body.recoveryCodesLeft).toBe(8);
  });

  it('ends when new ones are made', async () => {
    const { tenant, recoveryCodes } = await withTotp();
    const { body } = await tenant.post('/v1/me/recovery-codes').expect(201);
    const cookie = await pending(tenant);
    await complete(cookie, recoveryCodes[0]!).expect(401);
    await complete(cookie, body.recoveryCodes[0]).expect(200);
  });
});

describe('the first half of a login', () => {
  it('is used once, within five minutes, and ends with a new password', async () => {
    const { tenant, secret, recoveryCodes } = await withTotp();
    const [used, old, ended] = [await pending(tenant), await pending(tenant), await pending(tenant)];
    await complete(used, codeNow(secret)).expect(200);
    expect((await complete(used, recoveryCodes[0]!).expect(401)).body.code).toBe('login_expired');
    await tenant.put('/v1/me/password', { newPassword: 'another one of mine' }).expect(204);
    expect((await complete(ended, recoveryCodes[0]!).expect(401)).body.code).toBe('login_expired');
    const changed = Tenant.of(api, { ...tenant, password: 'another one of mine' });
    const late = await pending(changed);
    nowMs += 5 * 60_000 + 1;
    for (const cookie of [late, old, 'kindred_login=x', 'other=x'])
      expect((await complete(cookie, recoveryCodes[0]!).expect(401)).body.code).toBe('login_expired');
  });

  it('is wanted also after the password was reset by mail', async () => {
    const { tenant, secret } = await withTotp();
    await request(api.url).post('/v1/auth/password-resets').send({ email: tenant.email }).expect(202);
    const { token } = (await mailsTo(api, tenant.email, 'reset_password'))[0]!;
    await request(api.url).put('/v1/auth/password').send({ token, password: 'chosen by mail' }).expect(204);
    const cookie = await pending(Tenant.of(api, { ...tenant, password: 'chosen by mail' }));
    await complete(cookie, codeNow(secret)).expect(200);
  });

  it('S13: has few tries of its code, over all logins of the account, and keeps a browser that is known out of it', async () => {
    const { tenant, secret } = await withTotp();
    const signedIn = await complete(await pending(tenant), codeNow(secret)).expect(200);
    const device = /kindred_device=[^;]*/.exec(String(signedIn.headers['set-cookie']))![0];
    nowMs += STEP_MS;
    const statuses: number[] = [];
    for (let i = 0; i < 7; i++)
      statuses.push((await complete(await pending(tenant, strict), `00000${i}`, strict)).status);
    expect(statuses).toEqual([401, 401, 401, 401, 401, 429, 429]);
    const refused = await complete(await pending(tenant, strict), codeNow(secret), strict).expect(429);
    expect(Number(refused.headers['retry-after'])).toBeGreaterThan(60);
    await complete(`${await pending(tenant, strict)}; ${device}`, codeNow(secret), strict).expect(200);
  });
});

const ORIGIN = 'http://localhost:3000';

async function addPasskey(tenant: Tenant, device = new Authenticator(ORIGIN)) {
  const { options } = (await tenant.post('/v1/me/passkeys/options').expect(201)).body;
  const body = { name: 'Laptop', response: device.register(options) };
  const created = (await tenant.post('/v1/me/passkeys', body).expect(201)).body;
  return { device, id: created.passkey.id as string, recoveryCodes: created.recoveryCodes as string[] | null };
}
/** A challenge for a login, and the cookie of the browser that asked for it. */
async function challenge(cookie?: string) {
  const call = request(api.url).post('/v1/auth/passkeys/options');
  const answer = await (cookie ? call.set('cookie', cookie) : call).expect(201);
  return { options: answer.body.options, cookie: cookie ?? loginCookie(answer) };
}
const enter = (cookie: string, response: object) =>
  request(api.url).post('/v1/auth/passkeys/login').set('cookie', cookie).send({ response });

describe('a passkey', () => {
  it('logs in by itself, is a second factor next to the password, and confirms who it is', async () => {
    const tenant = await Tenant.signUp(api);
    const { device, recoveryCodes } = await addPasskey(tenant);
    expect(recoveryCodes).toHaveLength(10);
    expect((await tenant.get('/v1/me/passkeys').expect(200)).body.data).toMatchObject([{ name: 'Laptop' }]);
    const alone = await challenge();
    const { body } = await enter(alone.cookie, device.sign(alone.options)).expect(200);
    expect(body.user.email).toBe(tenant.email);
    const second = await challenge(await pending(tenant));
    expect(second.options.allowCredentials).toMatchObject([{ id: device.id.toString('base64url') }]);
    await enter(second.cookie, device.sign(second.options)).expect(200);
    nowMs += 11 * 60_000;
    expect((await tenant.post('/v1/me/totp').expect(403)).body.methods).toEqual(['passkey', 'recovery_code']);
    const { options } = (await tenant.post('/v1/auth/step-up/options').expect(201)).body;
    await tenant.post('/v1/auth/step-up', { passkey: device.sign(options) }).expect(204);
    await tenant.post('/v1/me/totp').expect(201);
  });

  it('is refused with a challenge that was used, is another browser’s or session’s, or too old', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { device } = await addPasskey(tenant);
    const used = await challenge();
    const signed = device.sign(used.options);
    await enter(used.cookie, signed).expect(200);
    expect((await enter(used.cookie, signed).expect(401)).body.code).toBe('passkey_refused');
    const [one, two] = [await challenge(), await challenge()];
    await enter(two.cookie, device.sign(one.options)).expect(401);
    const { options } = (await other.post('/v1/auth/step-up/options').expect(201)).body;
    await tenant.post('/v1/auth/step-up', { passkey: device.sign(options) }).expect(401);
    const late = await challenge();
    nowMs += 5 * 60_000 + 1;
    await enter(late.cookie, device.sign(late.options)).expect(401);
    await enter(late.cookie, { ...device.sign({ challenge: '' }), id: 'AAAA' }).expect(401);
  });

  it('is refused of another person, of another origin, and where its device did not ask who it is', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { device } = await addPasskey(tenant);
    const theirs = await addPasskey(other);
    const begun = await challenge(await pending(tenant));
    await enter(begun.cookie, theirs.device.sign(begun.options)).expect(401);
    const { options } = (await tenant.post('/v1/auth/step-up/options').expect(201)).body;
    await tenant.post('/v1/auth/step-up', { passkey: theirs.device.sign(options) }).expect(401);
    for (const wrong of [{ origin: 'https://evil.example' }, { isVerified: false }]) {
      const asked = await challenge();
      await enter(asked.cookie, device.sign(asked.options, wrong)).expect(401);
    }
    await tenant.delete(`/v1/me/passkeys/${theirs.id}`).expect(404);
  });

  it('is refused, and that is written down, once its device counts no higher: it may have been copied', async () => {
    const tenant = await Tenant.signUp(api);
    const { device } = await addPasskey(tenant);
    device.counter = 7;
    const right = await challenge();
    await enter(right.cookie, device.sign(right.options)).expect(200);
    device.counter = 7;
    const copied = await challenge();
    await enter(copied.cookie, device.sign(copied.options)).expect(401);
    const { rows } = await owner.query(
      `SELECT actor_kind FROM audit_events JOIN users ON users.id = target_id WHERE action = 'user.passkey_refused' AND email = $1`,
      [tenant.email],
    );
    expect(rows).toEqual([{ actor_kind: 'system' }]);
  });

  it('cannot be removed where it is the only way in', async () => {
    const tenant = await Tenant.signUp(api);
    const [{ id }, second] = [await addPasskey(tenant), await addPasskey(tenant)];
    await owner.query('UPDATE users SET password_hash = NULL WHERE email = $1', [tenant.email]);
    await tenant.delete(`/v1/me/passkeys/${id}`).expect(204);
    expect((await tenant.delete(`/v1/me/passkeys/${second.id}`).expect(409)).body.code).toBe('last_way_in');
    await half(tenant).expect(401);
    await tenant.put('/v1/me/password', { newPassword: 'a way in again' }).expect(204);
    await tenant.delete(`/v1/me/passkeys/${second.id}`).expect(204);
  });
});
