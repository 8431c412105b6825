import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionCookie, startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const login = (email: string, password: string) => request(api.url).post('/v1/auth/login').send({ email, password });

describe('signing up', () => {
  it('makes an owner of a new organization on the Free plan', async () => {
    const tenant = await Tenant.signUp(api, 'Books & more');
    const { body } = await tenant.get('/v1/me').expect(200);
    expect(body).toMatchObject({
      user: { email: tenant.email },
      organization: { name: 'Books & more' },
      role: 'owner',
    });
    expect(body.permissions).not.toContain('operator');
    const { body: invoice } = await tenant.get('/v1/billing/invoices/upcoming').expect(200);
    expect(invoice.plan.key).toBe('free');
  });

  it('S12: answers the same for an address that has an account, opens nothing of it, and tells its owner by mail', async () => {
    const tenant = await Tenant.signUp(api);
    const again = { email: tenant.email.toUpperCase(), password: 'another password', organizationName: 'Thief' };
    const taken = await request(api.url).post('/v1/auth/signup').send(again).expect(202);
    const fresh = { ...again, email: `fresh-${Date.now()}@example.com` };
    const made = await request(api.url).post('/v1/auth/signup').send(fresh).expect(202);
    expect(taken.body).toEqual(made.body);
    expect(Object.keys(taken.headers).sort()).toEqual(Object.keys(made.headers).sort());
    await login(tenant.email, 'another password').expect(401);
    await login(fresh.email, 'another password').expect(200);
    const { rows } = await owner.query(
      `SELECT template FROM emails JOIN users ON users.id = recipient_id WHERE email = $1 AND template <> 'verify_email'`,
      [tenant.email],
    );
    expect(rows).toEqual([{ template: 'address_taken' }]);
  });

  it('names every wrong field', async () => {
    const { body, type } = await request(api.url)
      .post('/v1/auth/signup')
      .send({ email: 'x', password: 'short' })
      .expect(400);
    expect(type).toBe('application/problem+json');
    expect(body.errors.map(({ path }: { path: string }) => path)).toEqual(['email', 'password', 'organizationName']);
  });

  it('S10: refuses a role or an operator flag smuggled into the body', async () => {
    const email = `smuggler-${Date.now()}@example.com`;
    const body = { email, password: 'long enough', organizationName: 'X', isOperator: true, role: 'operator' };
    await request(api.url).post('/v1/auth/signup').send(body).expect(202);
    const response = await login(email, body.password).expect(200);
    expect(response.body.permissions).not.toContain('operator');
  });
});

describe('a session', () => {
  it('S14, S15: is a new one at each login, hidden from scripts, and ends at logout', async () => {
    const tenant = await Tenant.signUp(api);
    const first = await login(tenant.email, tenant.password).expect(200);
    const second = await login(tenant.email, tenant.password).set('cookie', sessionCookie(first)).expect(200);
    expect(sessionCookie(second)).not.toBe(sessionCookie(first));
    expect(String(second.headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
    await request(api.url).post('/v1/auth/logout').set('cookie', sessionCookie(second)).expect(204);
    await request(api.url).get('/v1/me').set('cookie', sessionCookie(second)).expect(401);
    await request(api.url).get('/v1/me').set('cookie', sessionCookie(first)).expect(200);
  });

  it('S18: cannot be ridden on by a page of another site', async () => {
    const tenant = await Tenant.signUp(api);
    const { body } = await tenant
      .post('/v1/projects', { name: 'Forged' })
      .set('origin', 'https://evil.example')
      .expect(403);
    expect(body.code).toBe('cross_site_request');
    expect((await tenant.get('/v1/projects').expect(200)).body.data).toEqual([]);
    const basic = tenant
      .post('/v1/projects', { name: 'Forged' })
      .set({ origin: 'https://evil.example', authorization: 'Basic x' });
    await basic.expect(403);
    await tenant.post('/v1/projects', { name: 'Ours' }).set('origin', 'http://localhost:3000').expect(201);
  });

  it('does not stand in for an API key that is wrong', async () => {
    const tenant = await Tenant.signUp(api);
    const { body } = await tenant.get('/v1/projects').set('authorization', 'Bearer kin_live_wrong').expect(401);
    // Whoever calls with a key has nothing to sign in with.
    expect(body.code).toBe('wrong_api_key');
    expect(body.detail).not.toMatch(/sign in/i);
  });

  it('S12: answers the same to a wrong password and to an unknown email', async () => {
    const tenant = await Tenant.signUp(api);
    const wrong = (await login(tenant.email, 'not the password').expect(401)).body;
    const unknown = (await login('nobody@example.com', 'not the password').expect(401)).body;
    expect({ ...wrong, requestId: '' }).toEqual({ ...unknown, requestId: '' });
  });
});
