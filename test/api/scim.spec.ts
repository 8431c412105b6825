import fc from 'fast-check';
import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { sessionCookie, startApi, Tenant, type TestApi, until } from '../factories/api.js';
import { invite, whoIs } from '../factories/members.js';
import { CLIENT, comeBack, OpenIdProvider, started, visit } from '../factories/openid-provider.js';

const TOKENS = '/v1/organization/scim-tokens';
const USER = 'urn:ietf:params:scim:schemas:core:2.0:User';
const PATCH = 'urn:ietf:params:scim:api:messages:2.0:PatchOp';
const ERROR = 'urn:ietf:params:scim:api:messages:2.0:Error';
const LIST = 'urn:ietf:params:scim:api:messages:2.0:ListResponse';

let api: TestApi;
let owner: pg.Client;
let provider: OpenIdProvider;

beforeAll(async () => {
  provider = await OpenIdProvider.start();
  api = await startApi({ KINDRED_SINGLE_SIGN_ON_TO_PRIVATE_ADDRESSES: true });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
  provider.close();
});

let count = 0;

/** What its directory calls an organization with. */
class Directory {
  constructor(readonly token: string) {}

  get = (path: string) => this.call('get', path);
  post = (path: string, body: object | string) => this.call('post', path).send(body);
  put = (path: string, body: object) => this.call('put', path).send(body);
  patch = (path: string, ...operations: object[]) =>
    this.call('patch', path).send({ schemas: [PATCH], Operations: operations });
  delete = (path: string) => this.call('delete', path);

  private call(method: 'get' | 'post' | 'put' | 'patch' | 'delete', path: string) {
    const agent = request(api.url);
    const call = agent[method](`/scim/v2${path}`).set({
      authorization: `Bearer ${this.token}`,
      accept: 'application/scim+json',
    });
    return method === 'get' || method === 'delete' ? call : call.set('content-type', 'application/scim+json');
  }
}

/** An organization that has shown that the domain is its own, and whose directory has a token. */
async function newShop({ defaultRole }: { defaultRole?: string } = {}) {
  const tenant = await Tenant.signUp(api);
  const { organizationId: tenantId } = await whoIs(tenant);
  const domain = `shop-${process.pid}-${Date.now()}-${count++}.example`;
  await owner.query(
    `INSERT INTO single_sign_on_domains (tenant_id, domain, token, verified_at) VALUES ($1, $2, 'x', now())`,
    [tenantId, domain],
  );
  if (defaultRole) {
    const settings = { issuer: provider.issuer, clientId: CLIENT.id, clientSecret: CLIENT.secret, defaultRole };
    await tenant.put('/v1/organization/single-sign-on', settings).expect(200);
  }
  const { token, id: tokenId } = (await tenant.post(TOKENS, { name: 'Our directory' }).expect(201)).body;
  return { tenant, tenantId: tenantId!, domain, tokenId: tokenId as string, directory: new Directory(token) };
}

const ada = (domain: string, changes: object = {}) => ({
  schemas: [USER],
  userName: `ada@${domain}`,
  externalId: '00u1',
  name: { givenName: 'Ada', familyName: 'Lovelace' },
  displayName: 'Ada Lovelace',
  emails: [{ value: `ada@${domain}`, type: 'work', primary: true }],
  active: true,
  ...changes,
});

const members = async (tenant: Tenant) =>
  (await tenant.get('/v1/organization/members').expect(200)).body.data as { id: string; email: string; role: string }[];
const roleOf = async (tenant: Tenant, email: string) =>
  (await members(tenant)).find((one) => one.email === email)?.role;

const logIn = async (email: string) => {
  provider.people.set(email, { email, email_verified: true });
  await owner.query('DELETE FROM throttles');
  const begun = started(await request(api.url).post('/v1/auth/single-sign-on').send({ email }));
  return comeBack(api, await visit(begun.location, email), begun.cookie);
};

describe('a directory', () => {
  it('is told what it may do here', async () => {
    const { directory } = await newShop();
    const config = await directory.get('/ServiceProviderConfig').expect(200);
    expect(config.headers['content-type']).toMatch(/^application\/scim\+json/);
    expect(config.headers['cache-control']).toBe('no-store');
    expect(config.body).toMatchObject({
      patch: { supported: true },
      filter: { supported: true },
      bulk: { supported: false },
    });
    expect((await directory.get('/ResourceTypes').expect(200)).body).toMatchObject({
      schemas: [LIST],
      totalResults: 1,
    });
    expect((await directory.get(`/Schemas/${USER}`).expect(200)).body.id).toBe(USER);
    await directory.get('/Schemas/urn:other').expect(404);
    expect((await directory.get('/Groups').expect(200)).body).toMatchObject({ totalResults: 0, Resources: [] });
  });

  it('assigns, finds, takes out, brings back and forgets a person as Okta does', async () => {
    const { tenant, domain, directory } = await newShop({ defaultRole: 'viewer' });
    const email = `ada@${domain}`;
    const find = async () =>
      (await directory.get(`/Users?filter=${encodeURIComponent(`userName eq "${email}"`)}&startIndex=1&count=100`))
        .body;
    expect(await find()).toMatchObject({
      schemas: [LIST],
      totalResults: 0,
      startIndex: 1,
      itemsPerPage: 0,
      Resources: [],
    });
    const created = await directory.post('/Users', ada(domain, { password: 'not for us', groups: [] })).expect(201);
    const { id, meta } = created.body;
    expect(created.headers['location']).toBe(meta.location);
    expect(meta).toMatchObject({ resourceType: 'User', location: expect.stringMatching(`/scim/v2/Users/${id}$`) });
    expect(created.body).toEqual({ ...ada(domain), id, roles: [{ value: 'viewer', primary: true }], meta });
    expect((await find()).Resources).toEqual([created.body]);
    await tenant.patch(`/v1/organization/members/${id}`, { role: 'billing' }).expect(200);

    const inactive = { ...created.body, active: false };
    await directory.put(`/Users/${id}`, { ...inactive, roles: undefined }).expect(200);
    expect(await roleOf(tenant, email)).toBeUndefined();
    expect((await find()).Resources).toMatchObject([{ id, active: false }]);
    // Once more changes nothing.
    await directory.patch(`/Users/${id}`, { op: 'replace', value: { active: false } }).expect(200);
    await directory.patch(`/Users/${id}`, { op: 'replace', value: { active: true } }).expect(200);
    expect(await roleOf(tenant, email)).toBe('billing');
    expect((await directory.get(`/Users/${id}`).expect(200)).body).toMatchObject({ active: true, userName: email });

    await directory.delete(`/Users/${id}`).expect(204);
    expect(await roleOf(tenant, email)).toBeUndefined();
    expect((await find()).totalResults).toBe(0);
    for (const call of [directory.get(`/Users/${id}`), directory.delete(`/Users/${id}`)])
      expect((await call.expect(404)).body).toMatchObject({ schemas: [ERROR], status: '404' });
    // The account is the person's, and joins again.
    expect((await directory.post('/Users', ada(domain)).expect(201)).body.id).toBe(id);
  });

  it('is understood as Microsoft Entra ID writes', async () => {
    const { tenant, domain, directory } = await newShop();
    const email = `ada@${domain}`;
    const { id } = (
      await directory
        .post('/Users', {
          schemas: [USER, 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User'],
          externalId: 'ada',
          userName: email,
          active: true,
          emails: [{ primary: true, type: 'work', value: email }],
          meta: { resourceType: 'User' },
          name: { formatted: 'Ada', familyName: 'Lovelace', givenName: 'Ada' },
          roles: [],
          'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User': { department: 'Engines' },
        })
        .expect(201)
    ).body;
    expect(await roleOf(tenant, email)).toBe('developer');
    const changed = await directory
      .patch(
        `/Users/${id}`,
        { op: 'Replace', path: 'emails[type eq "work"].value', value: email.toUpperCase() },
        { op: 'Add', path: 'name.familyName', value: 'King' },
        { op: 'Add', path: 'roles[primary eq "True"].value', value: 'admin' },
        { op: 'Add', path: 'urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department', value: 'Looms' },
        { op: 'Remove', path: 'externalId' },
        {
          op: 'Replace',
          value: {
            'name.givenName': 'Augusta',
            displayName: 'Augusta',
            'urn:ietf:params:scim:schemas:core:2.0:User:nickName': 'A',
          },
        },
      )
      .expect(200);
    expect(changed.body).toMatchObject({
      name: { formatted: 'Ada', givenName: 'Augusta', familyName: 'King' },
      displayName: 'Augusta',
      roles: [{ value: 'admin' }],
    });
    expect(changed.body).not.toHaveProperty('externalId');
    expect(await roleOf(tenant, email)).toBe('admin');
    await directory.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'False' }).expect(200);
    const probe = await directory.get(`/Users?filter=${encodeURIComponent('active eq "False"')}`).expect(200);
    expect(probe.body.Resources).toMatchObject([{ id, active: false }]);
    await directory.patch(`/Users/${id}`, { op: 'Replace', path: 'active', value: 'True' }).expect(200);
    expect(await roleOf(tenant, email)).toBe('admin');
    await directory.patch(`/Users/${id}`, { op: 'Remove', path: 'roles' }).expect(200);
    expect(await roleOf(tenant, email)).toBe('developer');
  });

  it('S15: ends the sessions and event streams of whom it takes out at once, and keeps single sign-on from letting them in', async () => {
    const { tenant, tenantId, domain, directory } = await newShop({ defaultRole: 'viewer' });
    const email = `ada@${domain}`;
    const { id } = (await directory.post('/Users', ada(domain, { roles: [{ value: 'developer' }] })).expect(201)).body;
    const { rows: accounts } = await owner.query('SELECT password_hash FROM users WHERE id = $1', [id]);
    expect(accounts).toEqual([{ password_hash: null }]);
    const { session } = await logIn(email);
    const projectId = await tenant.createProject();
    const dataSetId = await tenant.createDataSet(projectId, 'interactions');
    const model = { name: 'M', recipe: 'popularity', sources: { interactions: dataSetId } };
    const { body: made } = await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201);
    const { rows } = await owner.query(
      `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, pool) VALUES ($1, gen_random_uuid(), $2, $3, 'none') RETURNING id`,
      [tenantId, projectId, made.id],
    );
    const jobs = `${api.url}/v1/projects/${projectId}/training-jobs`;
    const stream = await fetch(`${jobs}/${rows[0].id}/events`, { headers: { cookie: session! } });
    expect(stream.status).toBe(200);
    const ended = stream.text();
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false }).expect(200);
    await request(api.url).get('/v1/me').set('cookie', session!).expect(401);
    await ended;
    const { rows: sessions } = await owner.query('SELECT FROM sessions WHERE user_id = $1', [id]);
    expect(sessions).toEqual([]);
    expect(await logIn(email)).toMatchObject({ problem: 'taken_out_by_directory', session: null });
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: true }).expect(200);
    const again = await logIn(email);
    const { body } = await request(api.url).get('/v1/me').set('cookie', again.session!).expect(200);
    expect(body).toMatchObject({ user: { id, email }, role: 'developer', organization: { id: tenantId } });
  });

  it('takes out whose account has another address by now, by whatever address it knows them', async () => {
    const { tenant, domain, directory } = await newShop();
    const { id } = (await directory.post('/Users', ada(domain)).expect(201)).body;
    await owner.query(`UPDATE users SET email = $2 WHERE id = $1`, [id, `private@moved-${domain}`]);
    const body = ada(domain, { displayName: 'Ada' });
    expect((await directory.put(`/Users/${id}`, body).expect(400)).body.scimType).toBe('mutability');
    await directory.put(`/Users/${id}`, { ...body, active: false }).expect(200);
    expect((await members(tenant)).map((one) => one.id)).not.toContain(id);
    // What they are called elsewhere by now is not the directory's to know.
    const find = (filter: string) => directory.get(`/Users?filter=${encodeURIComponent(filter)}`);
    const { body: gone } = await directory.get(`/Users/${id}`).expect(200);
    expect(gone.emails).toEqual([{ value: `ada@${domain}`, type: 'work', primary: true }]);
    expect((await find(`emails.value eq "private@moved-${domain}"`).expect(200)).body.totalResults).toBe(0);
    const back = await directory.put(`/Users/${id}`, { ...body, active: true }).expect(400);
    expect(JSON.stringify(back.body)).not.toContain('private');
    await directory.delete(`/Users/${id}`).expect(204);
    const { data } = (await tenant.get('/v1/audit-events?action=scim_user.deleted').expect(200)).body;
    expect(data[0].personal.email).toBe(`ada@${domain}`);
  });

  it('S15: keeps single sign-on from letting in whom it has deleted, until it assigns them again', async () => {
    const { tenant, domain, directory } = await newShop({ defaultRole: 'viewer' });
    const email = `ada@${domain}`;
    const { id } = (await directory.post('/Users', ada(domain)).expect(201)).body;
    expect((await logIn(email)).session).toBeTruthy();
    await directory.delete(`/Users/${id}`).expect(204);
    await directory.get(`/Users/${id}`).expect(404);
    expect(await logIn(email)).toMatchObject({ problem: 'taken_out_by_directory', session: null });
    expect((await directory.post('/Users', ada(domain)).expect(201)).body.id).toBe(id);
    expect((await logIn(email)).session).toBeTruthy();
    expect(await roleOf(tenant, email)).toBe('viewer');
  });

  it('leaves what a person has in other organizations as it is', async () => {
    const { domain, directory, tenant } = await newShop();
    const email = `ada@${domain}`;
    await invite(tenant, 'viewer', email);
    const person = (await members(tenant)).find((one) => one.email === email)!;
    const elsewhere = await Tenant.signUp(api);
    const { organizationId } = await whoIs(elsewhere);
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'viewer')`, [
      organizationId,
      person.id,
    ]);
    const login = await request(api.url).post('/v1/auth/login').send({ email, password: 'correct horse battery' });
    const there = Tenant.of(api, { email, password: '', cookie: sessionCookie(login) });
    await there.put('/v1/me/organization', { organizationId }).expect(200);
    await directory.delete(`/Users/${person.id}`).expect(204);
    await until(async () => (await there.get('/v1/me')).body.organization?.id === organizationId);
    expect(await roleOf(elsewhere, email)).toBe('viewer');
  });
});

describe('who may be assigned', () => {
  it('is of a verified domain of the organization; what else has the address is not taken over', async () => {
    const [{ tenant, domain, directory }, other] = [await newShop(), await newShop()];
    for (const email of [`ada@${other.domain}`, `ada@sub.${domain}`, 'ada@gmail.example', `ada@evil-${domain}`]) {
      const { body } = await directory
        .post('/Users', ada(domain, { userName: email, emails: [{ value: email }] }))
        .expect(400);
      expect(body).toMatchObject({ schemas: [ERROR], status: '400', scimType: 'invalidValue' });
      expect(body.detail).toContain('Single sign-on page');
    }
    await directory.post('/Users', ada(domain, { userName: 'ada', emails: undefined })).expect(400);
    // Somebody else was there first.
    const bob = `bob@${domain}`;
    const signup = { email: bob, password: 'of somebody else', organizationName: 'Not Bob’s' };
    await request(api.url).post('/v1/auth/signup').send(signup).expect(202);
    expect((await directory.post('/Users', ada(domain, { userName: bob, emails: [] })).expect(409)).body.scimType).toBe(
      'uniqueness',
    );
    await owner.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [bob]);
    await directory.post('/Users', ada(domain, { userName: bob, emails: [] })).expect(201);
    await request(api.url).post('/v1/auth/login').send({ email: bob, password: signup.password }).expect(200);
    expect(await roleOf(tenant, bob)).toBe('developer');
    // An operator belongs to no organization.
    const [op, id] = [`op@${domain}`, crypto.randomUUID()];
    await owner.query(`INSERT INTO users (id, email, email_verified_at, is_operator) VALUES ($1, $2, now(), true)`, [
      id,
      op,
    ]);
    await directory.post('/Users', ada(domain, { userName: op, emails: [] })).expect(409);
    await owner.query('DELETE FROM users WHERE id = $1', [id]);
  });

  it('is one of a kind by name and address, and a member who is unknown to the directory is taken over as they are', async () => {
    const { tenant, domain, directory } = await newShop();
    const email = `ada@${domain}`;
    await invite(tenant, 'billing', email);
    const { body } = await directory.post('/Users', ada(domain, { userName: 'ada' })).expect(201);
    expect(body.roles).toEqual([{ value: 'billing', primary: true }]);
    const again = [
      ada(domain, { userName: 'another' }),
      ada(domain, { userName: 'ADA', emails: [{ value: `eve@${domain}` }] }),
    ];
    for (const one of again) expect((await directory.post('/Users', one).expect(409)).body.scimType).toBe('uniqueness');
    const { body: eve } = await directory
      .post('/Users', ada(domain, { userName: `eve@${domain}`, emails: [] }))
      .expect(201);
    const taken = await directory
      .patch(`/Users/${eve.id}`, { op: 'replace', path: 'userName', value: 'Ada' })
      .expect(409);
    expect(taken.body.scimType).toBe('uniqueness');
    // The name may change; the address is the account's.
    await directory.patch(`/Users/${eve.id}`, { op: 'replace', path: 'userName', value: 'eve' }).expect(200);
    const moved = await directory.put(
      `/Users/${eve.id}`,
      ada(domain, { userName: 'eve', emails: [{ value: `e@${domain}` }] }),
    );
    expect(moved.body).toMatchObject({ status: '400', scimType: 'mutability' });
  });

  it('is made no owner, and an owner is taken out only while another one stays', async () => {
    const { tenant, domain, directory } = await newShop();
    const { body: found } = await directory.get(
      `/Users?filter=${encodeURIComponent(`emails.value eq "${tenant.email}"`)}`,
    );
    const [{ id }] = found.Resources;
    const off = { op: 'replace', path: 'active', value: false };
    for (const call of [directory.patch(`/Users/${id}`, off), directory.delete(`/Users/${id}`)])
      expect((await call.expect(409)).body.detail).toContain('without an owner');
    // Their role is said back to them, and stays.
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'roles', value: ['owner'] }).expect(200);
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'roles', value: ['viewer'] }).expect(200);
    expect(await roleOf(tenant, tenant.email)).toBe('owner');
    for (const role of ['owner', 'operator', '', '__proto__'])
      expect(
        (await directory.post('/Users', ada(domain, { roles: [{ value: role }] })).expect(400)).body.scimType,
      ).toBe('invalidValue');
    // One of two goes, and comes back as what people who are no owners can make of them.
    const second = `second@${domain}`;
    await invite(tenant, 'owner', second);
    const { id: secondId } = (await members(tenant)).find(({ email }) => email === second)!;
    await directory.patch(`/Users/${secondId}`, off).expect(200);
    await directory.patch(`/Users/${secondId}`, { ...off, value: true }).expect(200);
    expect(await roleOf(tenant, second)).toBe('admin');
  });
});

describe('a list', () => {
  it('has pages, few filters, and the attributes that are asked for', async () => {
    const { tenant, domain, directory } = await newShop();
    const ids: string[] = [];
    for (const name of ['a', 'b', 'c'])
      ids.push(
        (
          await directory
            .post('/Users', ada(domain, { userName: `${name}@${domain}`, emails: [], externalId: name }))
            .expect(201)
        ).body.id,
      );
    const all = (await directory.get('/Users').expect(200)).body;
    expect(all).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 4 });
    const page = (await directory.get('/Users?startIndex=2&count=2').expect(200)).body;
    expect(page).toMatchObject({
      totalResults: 4,
      startIndex: 2,
      itemsPerPage: 2,
      Resources: all.Resources.slice(1, 3),
    });
    const none = (await directory.get('/Users?startIndex=-1&count=-5').expect(200)).body;
    expect(none).toMatchObject({ totalResults: 4, startIndex: 1, itemsPerPage: 0, Resources: [] });
    const found = async (filter: string) => {
      const { body } = await directory.get(`/Users?filter=${encodeURIComponent(filter)}`).expect(200);
      return body.Resources.map(({ id }: { id: string }) => id);
    };
    expect(await found(`USERNAME EQ "A@${domain.toUpperCase()}"`)).toEqual([ids[0]]);
    expect(await found(`${USER}:externalId eq "b"`)).toEqual([ids[1]]);
    expect(await found('externalId eq "B"')).toEqual([]);
    expect(await found(`id eq "${ids[2]}"`)).toEqual([ids[2]]);
    expect(await found(`emails[type eq "work"].value eq "c@${domain}"`)).toEqual([ids[2]]);
    expect(await found(`userName eq "x\\" or 1=1 --"`)).toEqual([]);
    expect(await found('active eq true')).toHaveLength(4);
    for (const filter of [
      'userName sw "a"',
      'userName eq a',
      'userName eq "a" and active eq true',
      '',
      'title eq "x"',
      'active eq "maybe"',
      '__proto__ eq "x"',
      'id eq true',
      `userName eq "${'('.repeat(900)}`,
    ]) {
      const { body } = await directory.get(`/Users?filter=${encodeURIComponent(filter)}`).expect(400);
      expect(body, filter).toMatchObject({ schemas: [ERROR], status: '400', scimType: 'invalidFilter' });
    }
    const few = (await directory.get(`/Users/${ids[0]}?attributes=userName,name.givenName`).expect(200)).body;
    expect(few).toEqual({
      schemas: [USER],
      id: ids[0],
      userName: `a@${domain}`,
      name: { givenName: 'Ada', familyName: 'Lovelace' },
    });
    const less = (await directory.get('/Users?excludedAttributes=emails,meta').expect(200)).body.Resources[0];
    expect(Object.keys(less)).not.toEqual(expect.arrayContaining(['emails']));
    expect(less.id).toBe((await whoIs(tenant)).userId);
  });
});

describe('what cannot be read', () => {
  it('is refused in the form of SCIM, and changes nothing', async () => {
    const { tenant, domain, directory } = await newShop();
    const { id } = (await directory.post('/Users', ada(domain)).expect(201)).body;
    const before = (await directory.get(`/Users/${id}`)).body;
    const refused = async (call: request.Test, status: number, scimType?: string) => {
      const answer = await call;
      expect(answer.headers['content-type']).toMatch(/^application\/scim\+json/);
      expect(answer.body).toMatchObject({ schemas: [ERROR], status: String(status), ...(scimType && { scimType }) });
      expect(answer.status).toBe(status);
    };
    await refused(directory.post('/Users', '{"schemas": ['), 400, 'invalidSyntax');
    await refused(directory.post('/Users', '[]'), 400, 'invalidSyntax');
    await refused(directory.post('/Users', '{"__proto__": {"active": true}}'), 400, 'invalidSyntax');
    await refused(directory.post('/Users', ada(domain, { schemas: ['urn:other'] })), 400, 'invalidSyntax');
    await refused(directory.post('/Users', ada(domain, { displayName: 'x'.repeat(1_000_000) })), 413);
    await refused(directory.post('/Users', ada(domain, { displayName: 'x'.repeat(1_000) })), 400, 'invalidValue');
    await refused(directory.post('/Users', ada(domain, { userName: undefined })), 400, 'invalidValue');
    await refused(directory.post('/Users', 'ada').set('content-type', 'application/xml'), 415);
    await refused(directory.post('/Groups', { schemas: [] }), 404);
    await refused(directory.get('/Nothing'), 404);
    await refused(directory.get('/Users/not-an-id'), 404);
    await refused(directory.put(`/Users/${id}`, { schemas: [USER] }), 400, 'invalidValue');
    await refused(directory.patch(`/Users/${id}`), 400, 'invalidSyntax');
    await refused(directory.patch(`/Users/${id}`, { op: 'move', path: 'active' }), 400, 'invalidSyntax');
    await refused(directory.patch(`/Users/${id}`, { op: 'add', path: 'name..x', value: 1 }), 400, 'invalidPath');
    await refused(directory.patch(`/Users/${id}`, { op: 'remove', path: 'userName' }), 400, 'mutability');
    await refused(
      directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: 'perhaps' }),
      400,
      'invalidValue',
    );
    const noText = { toString: 1, valueOf: 1 };
    await refused(
      directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: noText }),
      400,
      'invalidValue',
    );
    // Of what was asked for in one call nothing is done where a part cannot be.
    const half = [
      { op: 'replace', path: 'displayName', value: 'Half' },
      { op: 'replace', path: 'userName', value: 7 },
    ];
    await refused(directory.patch(`/Users/${id}`, ...half), 400, 'invalidValue');
    for (const path of ['__proto__', '__proto__.active'])
      await refused(directory.patch(`/Users/${id}`, { op: 'add', path, value: 'polluted' }), 400, 'invalidPath');
    for (const path of ['constructor', 'constructor.prototype', 'toString', 'name.constructor'])
      await directory.patch(`/Users/${id}`, { op: 'add', path, value: 'polluted' }).expect(200);
    expect((await directory.get(`/Users/${id}`)).body).toEqual({ ...before, meta: expect.anything() });
    expect(({} as { active?: unknown }).active).toBeUndefined();
    expect((await members(tenant)).length).toBe(2);
  });

  it('S33: is never our error, whatever it is', async () => {
    const { domain, directory } = await newShop();
    const { id } = (await directory.post('/Users', ada(domain)).expect(201)).body;
    const names = fc.constantFrom(
      'userName',
      'externalId',
      'name',
      'name.givenName',
      'emails',
      'roles',
      'active',
      'emails[type eq "work"].value',
      'x[',
      '',
    );
    const value = fc.oneof(
      fc.json({ maxDepth: 2 }).map((text) => JSON.parse(text) as unknown),
      fc.string(),
      fc.boolean(),
    );
    const operation = fc.record(
      { op: fc.constantFrom('add', 'Replace', 'remove'), path: names, value },
      { requiredKeys: ['op'] },
    );
    await fc.assert(
      fc.asyncProperty(fc.array(operation, { maxLength: 3 }), fc.dictionary(names, value), async (operations, body) => {
        const answers = [
          await directory.patch(`/Users/${id}`, ...operations),
          await directory.put(`/Users/${id}`, { ...body, schemas: [USER] }),
          await directory.get(`/Users?filter=${encodeURIComponent(JSON.stringify(body))}`),
        ];
        for (const { status, text } of answers) expect(status, text).toBeLessThan(500);
      }),
      { numRuns: 40 },
    );
  });
});

describe('a token', () => {
  it('S9: is made by owners who have just shown who they are, shown once, stored as a hash, and is no other credential', async () => {
    const { tenant, tenantId, tokenId, directory } = await newShop();
    const admin = await invite(tenant, 'admin');
    await admin.get(TOKENS).expect(403);
    await admin.post(TOKENS, { name: 'X' }).expect(403);
    const { body } = await tenant.get(TOKENS).expect(200);
    expect(body.baseUrl).toMatch(/\/scim\/v2$/);
    expect(body.tokens).toMatchObject([{ id: tokenId, name: 'Our directory', lastUsedAt: null }]);
    expect(directory.token.startsWith(body.tokens[0].prefix)).toBe(true);
    expect(JSON.stringify(body)).not.toContain(directory.token);
    await directory.get('/Users').expect(200);
    expect((await tenant.get(TOKENS)).body.tokens[0].lastUsedAt).not.toBeNull();
    const { rows } = await owner.query(
      `SELECT string_agg(one::text, '') || (SELECT string_agg(audit_events::text, '') FROM audit_events WHERE tenant_id = $1) AS text
       FROM scim_tokens one WHERE tenant_id = $1`,
      [tenantId],
    );
    expect(rows[0].text).not.toContain(directory.token);
    const authorization = `Bearer ${directory.token}`;
    for (const path of ['/v1/me', '/v1/projects', '/v1/organization/members', TOKENS])
      await request(api.url).get(path).set({ authorization }).expect(401);
    // Nor is another credential one.
    const { key } = await tenant.createKey(await tenant.createProject(), ['project:read']);
    for (const headers of [
      {},
      { cookie: tenant.cookie },
      { authorization: `Bearer ${key}` },
      { authorization: `${authorization}x` },
    ]) {
      const { body: wrong } = await request(api.url).get('/scim/v2/Users').set(headers).expect(401);
      expect(wrong).toMatchObject({ schemas: [ERROR], status: '401' });
    }
  });

  it('has at most one next to it, and is none from the moment it is revoked', async () => {
    const { tenant, tokenId, directory } = await newShop();
    const { body: second } = await tenant.post(TOKENS, { name: 'Its successor' }).expect(201);
    expect((await tenant.post(TOKENS, { name: 'A third' }).expect(409)).body.code).toBe('too_many_scim_tokens');
    await tenant.delete(`${TOKENS}/${tokenId}`).expect(204);
    await directory.get('/Users').expect(401);
    await new Directory(second.token).get('/Users').expect(200);
    await tenant.delete(`${TOKENS}/${tokenId}`).expect(404);
  });

  it('S1: reaches its own organization alone', async () => {
    const [ours, theirs] = [await newShop(), await newShop()];
    const { id } = (await ours.directory.post('/Users', ada(ours.domain)).expect(201)).body;
    for (const call of [
      theirs.directory.get(`/Users/${id}`),
      theirs.directory.put(`/Users/${id}`, ada(theirs.domain)),
      theirs.directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false }),
      theirs.directory.delete(`/Users/${id}`),
      theirs.tenant.delete(`${TOKENS}/${ours.tokenId}`),
    ])
      await call.expect(404);
    const { body } = await theirs.directory.get(
      `/Users?filter=${encodeURIComponent(`userName eq "ada@${ours.domain}"`)}`,
    );
    expect(body.totalResults).toBe(0);
    expect((await theirs.directory.get('/Users')).body.totalResults).toBe(1);
    await theirs.directory.post('/Users', ada(ours.domain)).expect(400);
    expect(await roleOf(ours.tenant, `ada@${ours.domain}`)).toBe('developer');
    await owner.query(`UPDATE organizations SET suspended_at = now(), suspension_reason = 'Test.' WHERE id = $1`, [
      ours.tenantId,
    ]);
    expect((await ours.directory.get('/Users').expect(403)).body.detail).toContain('suspended');
  });

  it('has its name on everything in the audit log that was done with it, and no name of a person', async () => {
    const { tenant, domain, tokenId, directory } = await newShop();
    const { id } = (await directory.post('/Users', ada(domain)).expect(201)).body;
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'name.familyName', value: 'King' }).expect(200);
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'roles', value: ['viewer'] }).expect(200);
    await directory.patch(`/Users/${id}`, { op: 'replace', path: 'active', value: false }).expect(200);
    await directory.delete(`/Users/${id}`).expect(204);
    await tenant.delete(`${TOKENS}/${tokenId}`).expect(204);
    const { data } = (await tenant.get('/v1/audit-events?actorKind=scim_token&order=asc').expect(200)).body;
    expect(data.map(({ action }: { action: string }) => action)).toEqual([
      'member.joined',
      'scim_user.created',
      'scim_user.updated',
      'member.role_changed',
      'member.removed',
      'scim_user.deleted',
    ]);
    for (const event of data)
      expect(event).toMatchObject({
        actor: { id: tokenId, name: 'Our directory' },
        target: { id, name: `ada@${domain}` },
      });
    expect(data[2].after).toEqual({ changed: ['familyName'] });
    expect(JSON.stringify(data)).not.toMatch(/Lovelace|King/);
  });
});
