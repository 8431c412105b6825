import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { ROLE_PERMISSIONS, ROLES } from '../../libs/platform/access/permissions.js';
import { startApi, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { invite, logIn, whoIs } from '../factories/members.js';

let api: TestApi;
let owner: pg.Client;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const MEMBERS = '/v1/organization/members';
const member = (id: string) => `${MEMBERS}/${id}`;
const inOrganization = (person: Tenant, path: string, id: string) => person.get(path).set('kindred-organization', id);

/** Until the process has heard of it, which takes milliseconds. */
const untilStatus = (call: () => request.Test, status: number) => until(async () => (await call()).status === status);

const codeOf = async (call: request.Test): Promise<[number, string]> => {
  const { status, body } = await call;
  return [status, body.code];
};

describe('a person with several organizations', () => {
  it('acts in the one that a call names, else in the one that the session chose last', async () => {
    const person = await Tenant.signUp(api, 'First');
    await person.createProject('Of the first');
    const { organizationId: first } = await whoIs(person);
    const { body: second } = await person.post('/v1/organizations', { name: 'Second' }).expect(201);
    expect(second).toMatchObject({ name: 'Second', role: 'owner' });
    const { body: mine } = await person.get('/v1/organizations').expect(200);
    expect(mine.data.map(({ id, role }: { id: string; role: string }) => [id, role])).toEqual([
      [first, 'owner'],
      [second.id, 'owner'],
    ]);
    expect((await whoIs(person)).organizationId).toBe(first);
    await untilStatus(() => inOrganization(person, '/v1/projects', second.id), 200);
    expect((await inOrganization(person, '/v1/projects', second.id)).body.data).toEqual([]);
    expect((await person.get('/v1/projects')).body.data).toHaveLength(1);
    // Another session of theirs stays where it is.
    const elsewhere = await logIn(api, person.email);
    const { body: chosen } = await person.put('/v1/me/organization', { organizationId: second.id }).expect(200);
    expect(chosen.organization).toEqual({ id: second.id, name: 'Second' });
    await until(async () => (await whoIs(person)).organizationId === second.id);
    expect((await person.get('/v1/projects').expect(200)).body.data).toEqual([]);
    expect((await whoIs(elsewhere)).organizationId).toBe(first);
    const { body: invoice } = await person.get('/v1/billing/invoices/upcoming').expect(200);
    expect(invoice.plan.key).toBe('free');
  });

  it('S1: reaches none of which they are no member, by header or choice; nor does a key', async () => {
    const person = await Tenant.signUp(api);
    const { organizationId: theirs } = await whoIs(await Tenant.signUp(api));
    const projectId = await person.createProject();
    const { key } = await person.createKey(projectId, ['project:read']);
    const path = `/v1/projects/${projectId}`;
    const { organizationId: own } = await whoIs(person);
    for (const id of [theirs!, crypto.randomUUID(), 'x', own!.toUpperCase(), `${own},${theirs}`]) {
      const refused = [404, 'organization_not_found'];
      expect(await codeOf(inOrganization(person, path, id)), id).toEqual(refused);
      expect(await codeOf(withKey(api, key).get(path).set('kindred-organization', id)), id).toEqual(refused);
    }
    await withKey(api, key).get(path).set('kindred-organization', own!).expect(200);
    const choose = (organizationId: string) => person.put('/v1/me/organization', { organizationId });
    expect(await codeOf(choose(theirs!))).toEqual([404, 'organization_not_found']);
    expect(await codeOf(choose('x'))).toEqual([400, 'invalid_request']);
    expect((await whoIs(person)).organizationId).toBe(own);
  });

  it('owns as many as a person may, also where they are made at once', async () => {
    const person = await Tenant.signUp(api);
    const { userId } = await whoIs(person);
    await owner.query(
      `WITH made AS (INSERT INTO organizations (id, name) SELECT gen_random_uuid(), 'More' FROM generate_series(1, 18) RETURNING id)
       INSERT INTO memberships (tenant_id, user_id, role) SELECT id, $1, 'owner' FROM made`,
      [userId],
    );
    const made = await Promise.all([1, 2, 3].map(() => person.post('/v1/organizations', { name: 'More' })));
    expect(made.map(({ status }) => status).toSorted()).toEqual([201, 409, 409]);
  });
});

describe('the list of members', () => {
  it('is searched, ordered and paged, says when each was last active, and shows nobody of another organization', async () => {
    const boss = await Tenant.signUp(api);
    const people = [
      boss,
      ...(await Promise.all((['viewer', 'billing', 'admin'] as const).map((role) => invite(boss, role)))),
    ];
    await Tenant.signUp(api);
    const { body: first } = await boss.get(`${MEMBERS}?limit=2&sort=role&order=asc`).expect(200);
    const { body: rest } = await boss
      .get(`${MEMBERS}?limit=2&sort=role&order=asc&cursor=${first.nextCursor}`)
      .expect(200);
    const all = [...first.data, ...rest.data] as { email: string; role: string; lastActiveAt: string | null }[];
    expect(all.map(({ role }) => role)).toEqual(['owner', 'admin', 'billing', 'viewer']);
    expect(all.map(({ email }) => email).toSorted()).toEqual(people.map(({ email }) => email).toSorted());
    expect(all.every(({ lastActiveAt }) => lastActiveAt !== null)).toBe(true);
    expect(rest.nextCursor).toBeNull();
    const { body: found } = await people[1]!.get(`${MEMBERS}?search=${people[2]!.email.toUpperCase()}`).expect(200);
    expect(found.data).toHaveLength(1);
  });

  it('S1: lets a tenant’s transaction read the addresses of its members, and of people nothing else', async () => {
    const [boss, stranger] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { organizationId } = await whoIs(boss);
    const app = new pg.Client({ connectionString: inject('appUrl') });
    await app.connect();
    try {
      await app.query('BEGIN');
      await app.query(`SELECT set_config('app.tenant_id', $1, true)`, [organizationId]);
      expect((await app.query('SELECT email FROM users')).rows).toEqual([{ email: boss.email }]);
      const found = await app.query('SELECT id FROM users WHERE email = $1', [stranger.email]);
      expect(found.rows).toEqual([]);
      await expect(app.query('SELECT password_hash FROM users')).rejects.toThrow(/permission denied/);
    } finally {
      await app.end();
    }
  });
});

describe('a role', () => {
  it('S9: is given by those who may: nobody raises themselves, and only owners make, change and remove owners', async () => {
    const boss = await Tenant.signUp(api);
    const [admin, developer, viewer] = await Promise.all(
      (['admin', 'developer', 'viewer'] as const).map((role) => invite(boss, role)),
    );
    const ids = await Promise.all(
      [boss, admin, developer, viewer].map(async (person) => (await whoIs(person!)).userId),
    );
    const [bossId, adminId, developerId, viewerId] = ids as [string, string, string, string];
    for (const person of [developer!, viewer!])
      for (const [id, role] of [
        [developerId, 'admin'],
        [viewerId, 'developer'],
        [bossId, 'viewer'],
      ] as const)
        expect(await codeOf(person.patch(member(id), { role }))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin!.patch(member(adminId), { role: 'owner' }))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin!.patch(member(viewerId), { role: 'owner' }))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin!.patch(member(bossId), { role: 'viewer' }))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin!.delete(member(bossId)))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin!.post('/v1/organization/transfer', { memberId: adminId }))).toEqual([
      403,
      'not_permitted',
    ]);
    expect((await admin!.patch(member(viewerId), { role: 'developer' }).expect(200)).body.role).toBe('developer');
    await untilStatus(() => viewer!.post('/v1/projects', { name: 'Now they may' }), 201);
    await boss.patch(member(viewerId), { role: 'viewer' }).expect(200);
    await untilStatus(() => viewer!.post('/v1/projects', { name: 'No more' }), 403);
    for (const role of ['operator', 'root', '', null]) await boss.patch(member(viewerId), { role }).expect(400);
  });

  it('S1: is that of a member of one’s own organization: others are not there', async () => {
    const [boss, stranger] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { userId } = await whoIs(stranger);
    for (const id of [userId, crypto.randomUUID(), 'x']) {
      await boss.patch(member(id), { role: 'viewer' }).expect(404);
      await boss.delete(member(id)).expect(404);
      await boss.post('/v1/organization/transfer', { memberId: id }).expect(id === 'x' ? 400 : 404);
    }
    expect((await whoIs(stranger)).role).toBe('owner');
  });

  it('that is changed, or ended, is told to its person by mail; what one does to oneself is not', async () => {
    const boss = await Tenant.signUp(api, 'Shop of mails');
    const person = await invite(boss, 'viewer');
    const { userId } = await whoIs(person);
    const mailsOf = async (address: string, template: string) =>
      (
        await owner.query(
          `SELECT "values" FROM emails JOIN users ON users.id = recipient_id WHERE users.email = $1 AND template = $2`,
          [address, template],
        )
      ).rows.map(({ values }) => values);
    await boss.patch(member(userId), { role: 'viewer' }).expect(200);
    await boss.patch(member(userId), { role: 'developer' }).expect(200);
    const by = { organizationName: 'Shop of mails', changedBy: boss.email };
    expect(await mailsOf(person.email, 'role_changed')).toEqual([{ ...by, before: 'viewer', role: 'developer' }]);
    await boss.post('/v1/organization/transfer', { memberId: userId }).expect(200);
    expect(await mailsOf(person.email, 'role_changed')).toContainEqual({ ...by, before: 'developer', role: 'owner' });
    expect(await mailsOf(boss.email, 'role_changed')).toEqual([]);
    await person.delete(member((await whoIs(boss)).userId)).expect(204);
    const removed = { organizationName: 'Shop of mails', removedBy: person.email };
    expect(await mailsOf(boss.email, 'member_removed')).toEqual([removed]);
    const leaver = await invite(person, 'viewer');
    await leaver.delete('/v1/me/membership').expect(204);
    expect(await mailsOf(leaver.email, 'member_removed')).toEqual([]);
  });

  it('is what GET /v1/roles says', async () => {
    const viewer = await invite(await Tenant.signUp(api), 'viewer');
    const { body } = await viewer.get('/v1/roles').expect(200);
    expect(body.roles).toEqual(ROLES.map((role) => ({ role, permissions: ROLE_PERMISSIONS[role] })));
    expect((await viewer.get('/v1/me')).body.permissions).toEqual(ROLE_PERMISSIONS.viewer);
  });
});

describe('an organization always has an owner', () => {
  it('the last one can neither leave, nor be lowered, nor be removed', async () => {
    const boss = await Tenant.signUp(api);
    const { userId } = await whoIs(boss);
    const refused = [409, 'last_owner'];
    expect(await codeOf(boss.delete('/v1/me/membership'))).toEqual(refused);
    expect(await codeOf(boss.patch(member(userId), { role: 'admin' }))).toEqual(refused);
    expect(await codeOf(boss.delete(member(userId)))).toEqual(refused);
    // With another owner, they can.
    await invite(boss, 'owner');
    await boss.delete('/v1/me/membership').expect(204);
    await until(async () => (await whoIs(boss)).organizationId === null);
  });

  it.each([
    ['lower each other', (own: Tenant, otherId: string) => own.patch(member(otherId), { role: 'viewer' })],
    ['remove each other', (own: Tenant, otherId: string) => own.delete(member(otherId))],
    ['leave', (own: Tenant) => own.delete('/v1/me/membership')],
    ['delete their accounts', (own: Tenant) => own.delete('/v1/me')],
  ])('where two owners %s at once, one stays', async (_, act) => {
    const one = await Tenant.signUp(api);
    const two = await invite(one, 'owner');
    const [{ userId: first, organizationId }, { userId: second }] = [await whoIs(one), await whoIs(two)];
    const answers = await Promise.all([act(one, second), act(two, first)]);
    expect(answers.filter(({ status }) => status < 300)).toHaveLength(1);
    expect(answers.filter(({ status }) => status >= 500)).toEqual([]);
    const { rows } = await owner.query(`SELECT FROM memberships WHERE tenant_id = $1 AND role = 'owner'`, [
      organizationId,
    ]);
    expect(rows).toHaveLength(1);
  });

  it('is handed over in one step', async () => {
    const boss = await Tenant.signUp(api);
    const heir = await invite(boss, 'viewer');
    const { userId } = await whoIs(heir);
    const { body } = await boss.post('/v1/organization/transfer', { memberId: userId }).expect(200);
    expect(body).toMatchObject({ id: userId, role: 'owner' });
    await until(async () => (await whoIs(heir)).role === 'owner' && (await whoIs(boss)).role === 'admin');
    await boss.post('/v1/organization/transfer', { memberId: userId }).expect(403);
  });
});

describe('a membership that ends', () => {
  it('ends access and event streams, and takes nobody into another organization unasked', async () => {
    const boss = await Tenant.signUp(api, 'The employer');
    const person = await Tenant.signUp(api, 'Their own');
    const { userId, organizationId: own } = await whoIs(person);
    const { organizationId } = await whoIs(boss);
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'developer')`, [
      organizationId,
      userId,
    ]);
    await untilStatus(() => person.put('/v1/me/organization', { organizationId }), 200);
    await until(async () => (await whoIs(person)).organizationId === organizationId);
    const projectId = await boss.createProject();
    const dataSetId = await boss.createDataSet(projectId, 'interactions');
    const model = { name: 'M', recipe: 'popularity', sources: { interactions: dataSetId } };
    const { body: made } = await boss.post(`/v1/projects/${projectId}/models`, model).expect(201);
    const { rows } = await owner.query(
      `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool) VALUES ($1, gen_random_uuid(), $2, $3, 'none') RETURNING id`,
      [organizationId, projectId, made.id],
    );
    const events = await fetch(`${api.url}/v1/projects/${projectId}/training-jobs/${rows[0].id}/events`, {
      headers: { cookie: person.cookie },
    });
    expect(events.status).toBe(200);
    const ended = events.text();
    await boss.delete(member(userId)).expect(204);
    await ended;
    await untilStatus(() => person.get(`/v1/projects/${projectId}`), 403);
    expect(await codeOf(person.get('/v1/projects'))).toEqual([403, 'no_organization']);
    expect(await codeOf(person.post('/v1/projects', { name: 'X' }))).toEqual([403, 'no_organization']);
    expect(await codeOf(person.get('/v1/organization'))).toEqual([403, 'no_organization']);
    expect(await codeOf(inOrganization(person, '/v1/projects', organizationId!))).toEqual([
      404,
      'organization_not_found',
    ]);
    expect((await person.get('/v1/me').expect(200)).body).toMatchObject({ organization: null, role: null });
    // Their own is a choice away.
    await person.put('/v1/me/organization', { organizationId: own }).expect(200);
    await untilStatus(() => person.get('/v1/projects'), 200);
  });

  it('leaves a person without any able to log in, to make one, and to delete their account', async () => {
    const boss = await Tenant.signUp(api);
    const person = await invite(boss, 'viewer');
    await person.delete('/v1/me/membership').expect(204);
    const again = await logIn(api, person.email);
    expect(await whoIs(again)).toMatchObject({ organizationId: null, role: null });
    expect((await again.get('/v1/organizations').expect(200)).body.data).toEqual([]);
    const { body } = await again.post('/v1/organizations', { name: 'A new start' }).expect(201);
    await again.put('/v1/me/organization', { organizationId: body.id }).expect(200);
    await untilStatus(() => again.get('/v1/projects'), 200);
    const other = await invite(boss, 'viewer');
    await other.delete('/v1/me/membership').expect(204);
    await other.delete('/v1/me').expect(204);
  });
});
