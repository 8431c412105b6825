import { readFileSync } from 'node:fs';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionCookie, startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { invite } from '../factories/members.js';

/** What asks for a recent login: whoever adds a route to these, or takes one away, says so here. */
const RECENT = [
  'DELETE /v1/me',
  'PUT /v1/me/password',
  'POST /v1/me/email-changes',
  'POST /v1/me/totp',
  'POST /v1/me/totp/confirmation',
  'DELETE /v1/me/totp',
  'POST /v1/me/recovery-codes',
  'POST /v1/me/passkeys/options',
  'POST /v1/me/passkeys',
  'DELETE /v1/me/passkeys/{passkeyId}',
  'POST /v1/me/identities',
  'DELETE /v1/me/identities/{identityId}',
  'PUT /v1/organization/single-sign-on',
  'DELETE /v1/organization/single-sign-on',
  'PUT /v1/organization/single-sign-on/enforcement',
  'POST /v1/organization/single-sign-on/domains',
  'POST /v1/organization/single-sign-on/domains/{domain}/verification',
  'DELETE /v1/organization/single-sign-on/domains/{domain}',
  'POST /v1/organization/scim-tokens',
  'POST /v1/admin/organizations/{organizationId}/impersonations',
  'POST /v1/admin/organizations/{organizationId}/suspension',
  'DELETE /v1/admin/organizations/{organizationId}/suspension',
  'PUT /v1/admin/organizations/{organizationId}/plan-overrides',
  'DELETE /v1/admin/organizations/{organizationId}/plan-overrides/{overrideId}',
  'POST /v1/projects/{projectId}/api-keys',
  'POST /v1/projects/{projectId}/api-keys/{apiKeyId}/rotations',
  'POST /v1/projects/{projectId}/user-token-secrets',
  'POST /v1/admin/organizations/{organizationId}/invoices/{invoiceId}/credit-notes',
  'POST /v1/admin/organizations/{organizationId}/credit-notes/{creditNoteId}/confirm',
  'POST /v1/admin/organizations/{organizationId}/credit-notes/{creditNoteId}/decline',
  'POST /v1/admin/organizations/{organizationId}/credit-grants',
  'POST /v1/admin/organizations/{organizationId}/credit-grants/{creditGrantId}/confirm',
  'POST /v1/admin/organizations/{organizationId}/credit-grants/{creditGrantId}/decline',
  'POST /v1/billing/credit-purchases',
  'POST /v1/admin/coupons',
  'DELETE /v1/admin/coupons/{couponId}',
  'PUT /v1/billing/credit-top-up',
  'DELETE /v1/billing/credit-top-up',
  'POST /v1/admin/cost-rates',
  'POST /v1/admin/price-publications',
  'POST /v1/admin/price-publications/{publicationId}/confirm',
  'POST /v1/admin/price-publications/{publicationId}/decline',
  'POST /v1/admin/price-publications/{publicationId}/withdraw',
  'PUT /v1/admin/organizations/{organizationId}/payment-grace',
  'POST /v1/billing/checkout-sessions',
  'PUT /v1/billing/plan',
  'DELETE /v1/billing/plan-change',
  'PUT /v1/billing/pause',
  'DELETE /v1/billing/pause',
  'POST /v1/billing/portal-sessions',
  'PATCH /v1/organization/members/{memberId}',
  'POST /v1/organization/transfer',
  'POST /v1/organization/deletion',
  'DELETE /v1/projects/{projectId}',
];

const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { 'x-recent-authentication'?: boolean; 'x-permission'?: string }>>;
};
const ROUTES = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({
    name: `${method.toUpperCase()} ${path}`,
    method,
    path,
    isRecent: operation['x-recent-authentication'] === true,
    permission: operation['x-permission'],
  })),
);

let api: TestApi;
let second: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  [api, second] = await Promise.all([startApi(), startApi()]);
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), second.close(), owner.end()]));

/** Eleven minutes pass for the sessions of the person, which the API hears of. */
async function growStale(tenant: Tenant): Promise<void> {
  await owner.query(
    `UPDATE sessions SET authenticated_at = now() - interval '11 minutes', tenant_id = tenant_id
     WHERE user_id = (SELECT id FROM users WHERE email = $1)`,
    [tenant.email],
  );
  await until(async () => (await tenant.post('/v1/me/email-changes')).status === 403);
}
const stepUp = (tenant: Tenant, body: object = { password: tenant.password }) => tenant.post('/v1/auth/step-up', body);

describe('a session that was authenticated too long ago', () => {
  it('S17: is refused by every route that asks for a recent login, and by no other', async () => {
    expect(
      ROUTES.filter(({ isRecent }) => isRecent)
        .map(({ name }) => name)
        .sort(),
    ).toEqual([...RECENT].sort());
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    await growStale(tenant);
    for (const { name, method, path, isRecent, permission } of ROUTES) {
      if (!permission || permission === 'operator' || (!isRecent && method !== 'get')) continue;
      if (/events$|export/.test(path)) continue;
      const url = path.replace('{projectId}', projectId).replace(/\{\w+\}/g, () => crypto.randomUUID());
      const call = request(api.url)[method as 'get'](url).set({ cookie: tenant.cookie });
      const { status, body } = await (['get', 'delete'].includes(method) ? call : call.send({}));
      expect([status, body.code].join(' ') === '403 step_up_required', name).toBe(isRecent);
      if (isRecent) expect(body.methods, name).toEqual(['password']);
    }
    await tenant.get(`/v1/projects/${projectId}`).expect(200);
  });

  it('S17: goes on after its person has shown who they are, on every node', async () => {
    const tenant = await Tenant.signUp(api);
    const there = Tenant.of(second, tenant);
    const projectId = await tenant.createProject();
    await growStale(tenant);
    const makeKey = (by: Tenant) => by.post(`/v1/projects/${projectId}/api-keys`, { name: 'Key' });
    await makeKey(tenant).expect(403);
    await makeKey(there).expect(403);
    await stepUp(tenant, { password: 'not the password' }).expect(401);
    await makeKey(tenant).expect(403);
    await stepUp(tenant).expect(204);
    await makeKey(tenant).expect(201);
    await makeKey(there).expect(201);
  });

  it('is the only one of its person that goes on: another stays refused, and one that is new is recent', async () => {
    const tenant = await Tenant.signUp(api);
    const { email, password } = tenant;
    const login = () => request(api.url).post('/v1/auth/login').send({ email, password }).expect(200);
    const other = Tenant.of(api, { email, password, cookie: sessionCookie(await login()) });
    await growStale(tenant);
    await stepUp(tenant).expect(204);
    await tenant.delete(`/v1/projects/${crypto.randomUUID()}`).expect(404);
    await other.delete(`/v1/projects/${crypto.randomUUID()}`).expect(403);
    const fresh = Tenant.of(api, { email, password, cookie: sessionCookie(await login()) });
    await fresh.delete(`/v1/projects/${crypto.randomUUID()}`).expect(404);
  });

  it('says nothing of it to whose role would not let them', async () => {
    const viewer = await invite(await Tenant.signUp(api), 'viewer');
    await growStale(viewer);
    const { body } = await viewer.post('/v1/organization/deletion', { name: 'X' }).expect(403);
    expect(body.code).toBe('not_permitted');
  });

  it('is not confirmed by nothing, by two things, or by the password of somebody else', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    await stepUp(tenant, {}).expect(400);
    await stepUp(tenant, { password: '' }).expect(401);
    await stepUp(tenant, { password: ['x'] }).expect(400);
    await other.put('/v1/me/password', { newPassword: 'of somebody else' }).expect(204);
    await stepUp(tenant, { password: 'of somebody else' }).expect(401);
    await request(api.url).post('/v1/auth/step-up').send({ password: tenant.password }).expect(401);
  });
});

it('an API key is never asked to show who it is', async () => {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const { key } = await tenant.createKey(projectId, ['project:read', 'project:write']);
  await growStale(tenant);
  const call = request(api.url)
    .delete(`/v1/projects/${projectId}`)
    .set({ authorization: `Bearer ${key}` });
  await call.expect(204);
  expect((await withKey(api, key).get(`/v1/projects/${projectId}/models`)).status).not.toBe(403);
});
