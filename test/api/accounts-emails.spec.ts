import { readFileSync } from 'node:fs';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { mailsTo } from '../factories/mailbox.js';

let api: TestApi;
beforeAll(async () => {
  api = await startApi({ KINDRED_MAILBOX: true });
});
afterAll(() => api.close());

const login = (email: string, password: string) => request(api.url).post('/v1/auth/login').send({ email, password });
const send = (path: string, body: object) => request(api.url).post(path).send(body);
const verify = (token: string) => send('/v1/auth/verifications', { token });
const userOf = async (tenant: Tenant) => (await tenant.get('/v1/me').expect(200)).body.user;
let count = 0;
const newAddress = () => `new-${process.pid}-${Date.now()}-${count++}@example.com`;

describe('the address of an account', () => {
  it('is verified by the link that it was sent at the signup, once', async () => {
    const tenant = await Tenant.signUp(api);
    expect((await userOf(tenant)).emailVerifiedAt).toBeNull();
    const [mail, ...more] = await mailsTo(api, tenant.email);
    expect(more).toEqual([]);
    await verify(mail!.token).expect(204);
    expect(Date.parse((await userOf(tenant)).emailVerifiedAt)).toBeGreaterThan(0);
    expect((await verify(mail!.token).expect(410)).body.code).toBe('link_used');
  });

  it('is sent the link again, three times in an hour, and none once it is verified', async () => {
    const tenant = await Tenant.signUp(api);
    const again = () => tenant.post('/v1/me/verifications');
    for (let i = 0; i < 3; i++) await again().expect(202);
    const { body } = await again().expect(429);
    expect(body.code).toBe('too_many_attempts');
    const [newest, older] = await mailsTo(api, tenant.email, 'verify_email');
    expect((await verify(older!.token).expect(410)).body.code).toBe('link_expired');
    await verify(newest!.token).expect(204);
    await again().expect(202);
    expect(await mailsTo(api, tenant.email, 'verify_email')).toHaveLength(4);
  });

  it('is one, however it is spelled', async () => {
    const name = `spelled-${Date.now()}`;
    const signup = (email: string, password: string) =>
      send('/v1/auth/signup', { email, password, organizationName: 'X' }).expect(202);
    await signup(`${name}@BÜCHER.example`, 'the first password');
    await signup(`${name.toUpperCase()}@bu\u0308cher.example`, 'the second password');
    const spelling = `${name}@xn--bcher-kva.example`;
    expect((await mailsTo(api, spelling)).map(({ template }) => template)).toEqual(['address_taken', 'verify_email']);
    for (const email of [spelling, ` ${name}@bücher.EXAMPLE`]) {
      const { body } = await login(email, 'the first password').expect(200);
      expect(body.user.email).toBe(spelling);
    }
    await login(spelling, 'the second password').expect(401);
    // A letter that only looks like one of ASCII is nobody's.
    await send('/v1/auth/password-resets', { email: `${name.replace('s', '\u017f')}@bücher.example` }).expect(400);
  });

  it('changes once the new one was confirmed, by who has lately logged in; the old one is told', async () => {
    const tenant = await Tenant.signUp(api);
    const email = newAddress();
    await send('/v1/auth/password-resets', { email: tenant.email }).expect(202);
    await tenant.post('/v1/me/email-changes', { email: email.toUpperCase() }).expect(202);
    // Not before the link is used.
    expect((await userOf(tenant)).email).toBe(tenant.email);
    const [notice, reset] = await mailsTo(api, tenant.email);
    expect(notice).toMatchObject({ template: 'email_changing', text: expect.stringContaining(email) });
    const [mail] = await mailsTo(api, email);
    await send('/v1/auth/email-changes', { token: mail!.token }).expect(204);
    expect(await userOf(tenant)).toMatchObject({ email, emailVerifiedAt: expect.any(String) });
    await login(email, tenant.password).expect(200);
    await login(tenant.email, tenant.password).expect(401);
    // Whoever reads the old address' mail has no way in.
    const token = reset!.token;
    await request(api.url).put('/v1/auth/password').send({ token, password: 'of the old address' }).expect(410);
    expect((await send('/v1/auth/email-changes', { token: mail!.token }).expect(410)).body.code).toBe('link_used');
  });

  it('does not change to one that another account has got meanwhile, and says so', async () => {
    const tenant = await Tenant.signUp(api);
    const email = newAddress();
    await tenant.post('/v1/me/email-changes', { email }).expect(202);
    await send('/v1/auth/signup', { email, password: 'somebody quicker', organizationName: 'Q' }).expect(202);
    const [mail] = await mailsTo(api, email, 'change_email');
    const { body } = await send('/v1/auth/email-changes', { token: mail!.token }).expect(409);
    expect(body.code).toBe('email_taken');
    expect((await userOf(tenant)).email).toBe(tenant.email);
  });

  it('S12: is asked to be changed to one that has an account and to one that has none alike', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const change = (email: string) => tenant.post('/v1/me/email-changes', { email });
    expect((await change(other.email).expect(202)).body).toEqual((await change(newAddress()).expect(202)).body);
  });

  it('withdraws a change where the password is changed', async () => {
    const tenant = await Tenant.signUp(api);
    const email = newAddress();
    await tenant.post('/v1/me/email-changes', { email }).expect(202);
    await tenant.put('/v1/me/password', { newPassword: 'mine alone now' }).expect(204);
    const [mail] = await mailsTo(api, email);
    expect((await send('/v1/auth/email-changes', { token: mail!.token }).expect(410)).body.code).toBe('link_expired');
  });
});

describe('mails', () => {
  it('are in the language of the page where one signed up, and then in the one that one chooses', async () => {
    const email = newAddress();
    const person = { email, password: 'long enough', organizationName: '书店', language: 'zh' };
    await send('/v1/auth/signup', person).expect(202);
    expect((await mailsTo(api, email))[0]).toMatchObject({ language: 'zh', subject: '请确认您的邮箱地址' });
    const tenant = await Tenant.signUp(api);
    const { body } = await tenant.patch('/v1/me', { language: 'zh' }).expect(200);
    expect(body.user.language).toBe('zh');
    expect((await userOf(tenant)).language).toBe('zh');
    // Also one that was queued before.
    expect((await mailsTo(api, tenant.email))[0]!.language).toBe('zh');
    await tenant.patch('/v1/me', { language: 'tlh' }).expect(400);
  });

  it('are shown where that was asked for alone, in a page that runs nothing and stands in no frame of others', async () => {
    const tenant = await Tenant.signUp(api);
    const { body } = await request(api.url).get('/v1/mailbox').query({ address: tenant.email }).expect(200);
    const [{ id }] = body.data;
    const page = await request(api.url).get(`/v1/mailbox/${id}/html`).expect(200);
    expect(page.headers['content-type']).toBe('text/html; charset=utf-8');
    expect(page.headers['content-security-policy']).toMatch(/default-src 'none'.*frame-ancestors 'self'; sandbox/);
    await request(api.url).get(`/v1/mailbox/${crypto.randomUUID()}`).expect(404);
    const closed = await startApi();
    for (const path of ['', `/${id}`, `/${id}/html`]) {
      const answer = await request(closed.url).get(`/v1/mailbox${path}`).expect(404);
      expect(answer.text).not.toContain('Confirm');
    }
    await closed.close();
    expect(readFileSync('.env.example', 'utf8')).toContain('# KINDRED_MAILBOX=false');
  });
});
