import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { makeOperator } from '../../apps/launcher/make-operator.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { addSecondFactor, logIn, logInOperator, newAddress, whoIs } from '../factories/members.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';
import { addUsage } from '../factories/usage.js';

let api: TestApi;
let owner: pg.Client;
let operator: Tenant;
let shop: Tenant;
let shopId: string;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  operator = await logInOperator(api);
  shop = await Tenant.signUp(api, `Operated ${Date.now()}`);
  shopId = (await whoIs(shop)).organizationId!;
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
});

const put = (body: object) => operator.put(`/v1/admin/organizations/${shopId}/plan-overrides`, body);
const REASON = 'Agreed with their team in May.';

describe('an operator', () => {
  const config = readConfig({ DATABASE_URL: inject('ownerUrl'), KINDRED_SECRET });
  let database: Database;
  beforeAll(() => void (database = new Database(config)));
  afterAll(() => database.onApplicationShutdown());
  const choose = (token: string) =>
    request(api.url).put('/v1/auth/password').send({ token, password: 'correct horse battery' });

  it('is made by a command, again and again, whose newest link alone opens, once', async () => {
    const email = newAddress();
    const first = await makeOperator(database, config, email.toUpperCase());
    const second = await makeOperator(database, config, email);
    await choose(first).expect(410);
    const login = () => request(api.url).post('/v1/auth/login').send({ email, password: 'correct horse battery' });
    await login().expect(401);
    await choose(second).expect(204);
    await choose(second).expect(410);
    const { body } = await login().expect(200);
    expect(body).toMatchObject({ organization: null, role: null, permissions: ['me:read', 'operator'] });
    expect(body.needsSecondFactor).toBe(true);
    const { rows } = await owner.query(
      `SELECT count(*)::int AS count FROM audit_events WHERE action = 'user.made_operator' AND target_id = $1`,
      [body.user.id],
    );
    expect(rows).toEqual([{ count: 1 }]);
    await expect(makeOperator(database, config, 'nobody')).rejects.toThrow('no email address');
    await expect(makeOperator(database, config, shop.email)).rejects.toThrow("is a customer's account");
  });

  it('S39: belongs to no organization: neither own nor another’s, whoever writes the row', async () => {
    const { userId } = await whoIs(operator);
    await operator.post('/v1/organizations', { name: 'My own' }).expect(403);
    await operator.get('/v1/projects').expect(403);
    await operator.put('/v1/me/organization', { organizationId: shopId }).expect(403);
    const join = `INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'viewer')`;
    await expect(owner.query(join, [shopId, userId])).rejects.toThrow('memberships_user_id_is_operator_fkey');
    const lie = `INSERT INTO memberships (tenant_id, user_id, role, is_operator) VALUES ($1, $2, 'viewer', true)`;
    await expect(owner.query(lie, [shopId, userId])).rejects.toThrow('memberships_not_operator');
    const promote = 'UPDATE users SET is_operator = true WHERE id = $1';
    await expect(owner.query(promote, [(await whoIs(shop)).userId])).rejects.toThrow('memberships_not_operator');
    const invited = { email: operator.email, role: 'viewer' };
    await shop.post('/v1/organization/invitations', invited).expect(201);
  });

  it('S39: may do nothing but add a second factor until they have shown one, except where everything is for trying out', async () => {
    const email = newAddress();
    await choose(await makeOperator(database, config, email)).expect(204);
    const bare = await logIn(api, email);
    for (const path of ['/v1/admin/organizations', '/v1/admin/announcements'])
      expect((await bare.get(path).expect(403)).body.code).toBe('second_factor_missing');
    const impersonations = `/v1/admin/organizations/${shopId}/impersonations`;
    const { body } = await bare.post(impersonations, { role: 'viewer', reason: REASON }).expect(403);
    expect(body.code).toBe('second_factor_missing');
    expect((await bare.get('/v1/me').expect(200)).body.needsSecondFactor).toBe(true);
    const trial = await ApiProcess.start({ KINDRED_MAILBOX: 'true' });
    try {
      await Tenant.of({ url: trial.url } as TestApi, bare)
        .get('/v1/admin/organizations')
        .expect(200);
    } finally {
      await trial.stop('SIGKILL');
    }
    await addSecondFactor(bare);
    await bare.get('/v1/admin/organizations').expect(200);
    // Whoever has one and has not shown it is asked for it before there is a session.
    const again = { email, password: 'correct horse battery' };
    const login = await request(api.url).post('/v1/auth/login').send(again);
    expect(String(login.headers['set-cookie'])).not.toContain('kindred_session=');
    await bare.delete('/v1/me/totp').expect(204);
    expect((await bare.get('/v1/admin/organizations').expect(403)).body.code).toBe('second_factor_missing');
  });

  it('S39: shows again who they are before they act in an organization, suspend it or override its plan', async () => {
    const { userId } = await whoIs(operator);
    const show = (when: string) =>
      owner.query(
        `UPDATE sessions SET authenticated_at = ${when}, second_factor_at = ${when}, tenant_id = tenant_id WHERE user_id = $1`,
        [userId],
      );
    await show(`now() - interval '1 hour'`);
    const admin = `/v1/admin/organizations/${shopId}`;
    const override = { kind: 'limit', resource: 'projects', quantity: '5', reason: REASON };
    // Asked by a call that changes nothing where the session is still remembered as it was.
    await until(async () => (await operator.delete(`${admin}/suspension`)).status === 403);
    for (const call of [
      put(override),
      operator.post(`${admin}/impersonations`, { role: 'viewer', reason: REASON }),
      operator.post(`${admin}/suspension`, { reason: REASON }),
      operator.delete(`${admin}/suspension`),
    ])
      expect((await call.expect(403)).body.code).toBe('step_up_required');
    await operator.get(admin).expect(200);
    await show('now()');
    await until(async () => (await operator.delete(`${admin}/suspension`)).status === 409);
  });

  it('whose role is taken away is signed out', async () => {
    const former = await logInOperator(api);
    await owner.query('UPDATE users SET is_operator = false WHERE email = $1', [former.email]);
    await until(async () => (await former.get('/v1/me')).status === 401);
  });
});

describe('a plan override', () => {
  it('holds in place of what the plan says, shown to both, until it is taken away', async () => {
    const limitOf = async (resource: string) =>
      (await shop.get('/v1/limits').expect(200)).body.uses.find(
        (use: { resource: string; setBy: string }) => use.resource === resource && use.setBy === 'plan',
      );
    const before = await limitOf('projects');
    expect(before.isOverride).toBe(false);
    const { body: made } = await put({ kind: 'limit', resource: 'projects', quantity: '1', reason: REASON }).expect(
      200,
    );
    expect(await limitOf('projects')).toMatchObject({ quantity: '1', isOverride: true });
    await shop.createProject();
    expect((await shop.post('/v1/projects', { name: 'Second' }).expect(402)).body.code).toBe('quota_exceeded');
    const again = { kind: 'limit', resource: 'projects', quantity: '2', reason: REASON };
    expect((await put(again).expect(200)).body).toMatchObject({ id: made.id, quantity: '2' });
    await shop.post('/v1/projects', { name: 'Second' }).expect(201);
    const account = (await operator.get(`/v1/admin/organizations/${shopId}`).expect(200)).body;
    expect(account.limits).toEqual((await shop.get('/v1/limits')).body);
    const overrides = `/v1/admin/organizations/${shopId}/plan-overrides`;
    expect((await operator.get(overrides).expect(200)).body.data).toMatchObject([{ id: made.id, reason: REASON }]);
    await operator.delete(`${overrides}/${made.id}`).expect(204);
    await operator.delete(`${overrides}/${made.id}`).expect(404);
    expect(await limitOf('projects')).toEqual({ ...before, used: '2' });
    const { data } = (await shop.get('/v1/audit-events?targetType=plan_override').expect(200)).body;
    expect(data.map(({ action, actor }: any) => [action, actor.kind])).toEqual([
      ['plan_override.deleted', 'operator'],
      ['plan_override.put', 'operator'],
      ['plan_override.put', 'operator'],
    ]);
  });

  it('of an included amount is what the invoice includes', async () => {
    await addUsage(api, shop, 'recommendation_requests', 1_000_000);
    const lineOf = async () =>
      (await shop.get('/v1/billing/invoices/upcoming').expect(200)).body.lines.find(
        ({ meter }: { meter: string }) => meter === 'recommendation_requests',
      );
    expect((await lineOf()).allowance).not.toBe('2000000');
    await put({ kind: 'included', resource: 'recommendation_requests', quantity: '2000000', reason: REASON }).expect(
      200,
    );
    expect(await lineOf()).toMatchObject({ allowance: '2000000', amount: '0.00' });
  });

  it('with an end is gone after it, which the log says', async () => {
    const endsAt = new Date(Date.now() + 1_500).toISOString();
    const { id } = (await put({ kind: 'limit', resource: 'models', quantity: '3', reason: REASON, endsAt }).expect(200))
      .body;
    const ended = async () =>
      (await shop.get(`/v1/audit-events?targetId=${id}&action=plan_override.ended`).expect(200)).body.data;
    await until(async () => (await ended()).length === 1);
    expect(await ended()).toMatchObject([{ actor: { kind: 'system' }, before: { id, resource: 'models' } }]);
  });

  it('is refused without a reason, of an unknown resource, past its end, for nobody, and from customers', async () => {
    const good = { kind: 'limit', resource: 'projects', quantity: '5', reason: REASON };
    for (const bad of [
      { reason: undefined },
      { reason: 'short' },
      { resource: 'unicorns' },
      { kind: 'included' },
      { kind: 'more' },
      { quantity: '-1' },
      { quantity: 5 },
      { endsAt: '2020-01-01T00:00:00Z' },
    ])
      await put({ ...good, ...bad }).expect(400);
    await operator.put(`/v1/admin/organizations/${crypto.randomUUID()}/plan-overrides`, good).expect(404);
    await shop.put(`/v1/admin/organizations/${shopId}/plan-overrides`, good).expect(403);
  });
});

describe('an announcement', () => {
  const create = (body: object) => operator.post('/v1/admin/announcements', body);
  const hours = (count: number) => new Date(Date.now() + 3_600_000 * count).toISOString();
  const good = { severity: 'warning', text: { en: 'A pause.', zh: '暂停。' }, startsAt: hours(-1), endsAt: hours(1) };
  const shown = async () =>
    (await request(api.url).get('/v1/announcements').expect(200)).body.data.map(({ id }: { id: string }) => id);

  it('is shown to everybody from its start to its end, the most severe first, and may be taken back', async () => {
    const { id } = (await create(good).expect(201)).body;
    const critical = (await create({ ...good, severity: 'critical', url: 'https://example.com/why' }).expect(201)).body
      .id;
    const later = (await create({ ...good, startsAt: hours(0.5) }).expect(201)).body.id;
    const over = (await create({ ...good, startsAt: hours(-2), endsAt: hours(-1) }).expect(201)).body.id;
    expect(await shown()).toEqual([critical, id]);
    const { data } = (await operator.get('/v1/admin/announcements').expect(200)).body;
    expect(data.map((each: { id: string }) => each.id)).toEqual([over, later, critical, id]);
    for (const each of [id, critical, later, over])
      await operator.delete(`/v1/admin/announcements/${each}`).expect(204);
    expect(await shown()).toEqual([]);
    await operator.delete(`/v1/admin/announcements/${id}`).expect(404);
  });

  it('is refused where it ends before it begins, lacks a language, or leads to no web page; and from customers', async () => {
    for (const bad of [
      { endsAt: good.startsAt },
      { endsAt: hours(-3) },
      { text: { en: 'Only one' } },
      { text: { en: ' ', zh: '暂停。' } },
      { url: 'javascript:alert(1)' },
      { severity: 'loud' },
    ])
      await create({ ...good, ...bad }).expect(400);
    await shop.post('/v1/admin/announcements', good).expect(403);
    expect(await shown()).toEqual([]);
  });
});
