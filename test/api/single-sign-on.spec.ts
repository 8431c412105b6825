import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it } from 'vitest';
import { rotateSecret } from '../../apps/launcher/rotate-secret.js';
import { NotificationsRepository } from '../../libs/features/notifications/notifications.repository.js';
import { NotificationsService } from '../../libs/features/notifications/notifications.service.js';
import { DomainChecks } from '../../libs/features/single-sign-on/domain-checks.js';
import { SingleSignOnService } from '../../libs/features/single-sign-on/index.js';
import { SingleSignOnRepository } from '../../libs/features/single-sign-on/single-sign-on.repository.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { Authenticator } from '../factories/authenticator.js';
import { DnsServer } from '../factories/dns-server.js';
import { addSecondFactor, invite, logIn as logInByPassword } from '../factories/members.js';
import { CLIENT, comeBack, LyingProvider, OpenIdProvider, started, visit } from '../factories/openid-provider.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';
import { loginCookie } from '../factories/second-factors.js';

const ORIGIN = 'http://localhost:3000';
const PATH = '/v1/organization/single-sign-on';

let api: TestApi;
/** As it is in earnest: to public addresses alone. */
let guarded: TestApi;
let owner: pg.Client;
let provider: OpenIdProvider;
let liar: LyingProvider;
let dns: DnsServer;

beforeAll(async () => {
  [provider, liar, dns] = [await OpenIdProvider.start(), await LyingProvider.start(), await DnsServer.start()];
  guarded = await startApi({ KINDRED_PROVIDER_SECONDS: 2 });
  api = await startApi({
    KINDRED_SINGLE_SIGN_ON_TO_PRIVATE_ADDRESSES: true,
    KINDRED_DNS_SERVERS: [dns.address],
    KINDRED_PROVIDER_SECONDS: 2,
    OIDC_ISSUER: provider.issuer,
    OIDC_CLIENT_ID: CLIENT.id,
    OIDC_CLIENT_SECRET: CLIENT.secret,
  });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), guarded.close(), owner.end()]);
  for (const server of [provider, liar, dns]) server.close();
});
beforeEach(async () => {
  // All tests come from one address, and are more than its visitors may be.
  await owner.query('DELETE FROM throttles');
  liar.lies = {};
  liar.claims = {};
});

let count = 0;
const newDomain = () => `shop-${process.pid}-${Date.now()}-${count++}.example`;

const settings = (changes: object = {}) => ({
  issuer: provider.issuer,
  clientId: CLIENT.id,
  clientSecret: CLIENT.secret,
  defaultRole: 'viewer',
  ...changes,
});

async function verify(tenant: Tenant, domain: string) {
  const { record } = (await tenant.post(`${PATH}/domains`, { domain }).expect(200)).body;
  dns.records.set(record.name, record.value);
  return (await tenant.post(`${PATH}/domains/${domain}/verification`).expect(200)).body;
}

/** Comes back from the test log-in. */
async function test(tenant: Tenant, subject = 'the owner') {
  provider.people.set(subject, { email: tenant.email, email_verified: true });
  const { location, cookie } = started(await tenant.post(`${PATH}/test`));
  return comeBack(api, await visit(location, subject), cookie, tenant.cookie);
}

/** An organization whose people log in by the provider, and must if it is enforced. */
async function newShop({ isEnforced = false, changes = {} }: { isEnforced?: boolean; changes?: object } = {}) {
  const tenant = await Tenant.signUp(api);
  const domain = newDomain();
  await tenant.put(PATH, settings(changes)).expect(200);
  await verify(tenant, domain);
  const { organization } = (await tenant.get('/v1/me')).body;
  if (isEnforced) {
    await test(tenant);
    await tenant.put(`${PATH}/enforcement`, { isEnforced }).expect(200);
  }
  return { tenant, domain, tenantId: organization.id as string };
}

const begin = (email: string) => request(api.url).post('/v1/auth/single-sign-on').send({ email });

async function logIn(email: string, { subject = `subject of ${email}`, claims = {} } = {}) {
  provider.people.set(subject, { email, ...claims });
  const { location, cookie } = started(await begin(email));
  return comeBack(api, await visit(location, subject), cookie);
}

const me = async (session: string) => (await request(api.url).get('/v1/me').set('cookie', session).expect(200)).body;

describe('single sign-on', () => {
  it('is set by owners alone, and never shows its secret', async () => {
    const { tenant, domain } = await newShop();
    const { body } = await tenant.get(PATH).expect(200);
    expect(body).toMatchObject({
      connection: { issuer: provider.issuer, clientId: CLIENT.id, testedAt: null, enforcedAt: null },
      domains: [{ domain }],
    });
    expect(JSON.stringify(body)).not.toContain(CLIENT.secret);
    const { rows } = await owner.query(`
      SELECT string_agg(one::text, '') || (SELECT string_agg(audit_events::text, '') FROM audit_events) AS text FROM single_sign_on one`);
    expect(rows[0].text).not.toContain(CLIENT.secret);
    expect(rows[0].text).not.toContain(Buffer.from(CLIENT.secret).toString('hex'));
    const admin = await invite(tenant, 'admin');
    await admin.get(PATH).expect(403);
    await admin.put(PATH, settings()).expect(403);
    await tenant.put(PATH, settings({ defaultRole: 'admin' })).expect(400);
  });

  it('makes a member of who comes from the provider with an address of a verified domain, and knows them again', async () => {
    const { tenant, domain, tenantId } = await newShop({ changes: { defaultRole: 'developer' } });
    const email = `ann@${domain}`;
    const first = await logIn(`Ann@${domain.toUpperCase()}`, { subject: 'ann' });
    expect(first).toMatchObject({ path: '/projects', problem: null });
    const ann = await me(first.session!);
    expect(ann).toMatchObject({ user: { email }, role: 'developer', organization: { id: tenantId } });
    // Their role is theirs from then on.
    await tenant.patch(`/v1/organization/members/${ann.user.id}`, { role: 'billing' }).expect(200);
    expect(await me((await logIn(email, { subject: 'ann' })).session!)).toMatchObject({
      user: { id: ann.user.id },
      role: 'billing',
    });
    const { rows } = await owner.query(
      `SELECT action FROM audit_events WHERE tenant_id = $1 AND target_id = $2 ORDER BY ordinal`,
      [tenantId, ann.user.id],
    );
    expect(rows.map(({ action }) => action)).toEqual([
      'member.joined',
      'user.signed_in',
      'member.role_changed',
      'user.signed_in',
    ]);
  });

  it('opens no other organization of a member who has a second factor without it', async () => {
    const { domain } = await newShop();
    const email = `ann@${domain}`;
    const first = Tenant.of(api, { email, password: '', cookie: (await logIn(email)).session! });
    await addSecondFactor(first);
    // Where there is no other organization, the provider asks for as many factors as it wants.
    expect((await logIn(email)).session).toBeTruthy();
    const elsewhere = await Tenant.signUp(api);
    const { organization } = (await elsewhere.get('/v1/me')).body;
    await owner.query(
      `INSERT INTO memberships (tenant_id, user_id, role) SELECT $1, id, 'owner' FROM users WHERE email = $2`,
      [organization.id, email],
    );
    const half = await logIn(email);
    expect([half.session, half.problem]).toEqual([null, null]);
    expect(half.at.search).toContain('secondFactor=true');
  });

  it('S12: is found by the domain alone: whoever has or has not an account there is answered alike', async () => {
    const { tenant, domain } = await newShop();
    await logIn(`ann@${domain}`);
    const locations = await Promise.all([`ann@${domain}`, `nobody@${domain}`].map(async (email) => begin(email)));
    expect(locations.map(({ status }) => status)).toEqual([200, 200]);
    const unproven = newDomain();
    await tenant.post(`${PATH}/domains`, { domain: unproven }).expect(200);
    const answers = await Promise.all(
      [`ann@${unproven}`, `ann@${newDomain()}`, tenant.email].map((email) => begin(email).expect(404)),
    );
    const said = answers.map(({ body }) => ({ ...body, requestId: null }));
    expect(said).toEqual([said[0], said[0], said[0]]);
  });

  it('takes the account of a verified address along, and no account whose address nobody has verified', async () => {
    const { tenant, domain, tenantId } = await newShop();
    const [ann, bob] = [`ann@${domain}`, `bob@${domain}`];
    await invite(tenant, 'billing', ann);
    expect(await me((await logIn(ann)).session!)).toMatchObject({ role: 'billing', organization: { id: tenantId } });
    // Somebody else was there first.
    const signup = { email: bob, password: 'of somebody else', organizationName: 'Not Bob’s' };
    await request(api.url).post('/v1/auth/signup').send(signup).expect(202);
    expect(await logIn(bob)).toMatchObject({ problem: 'account_unverified', session: null });
    // An operator belongs to no organization.
    await owner.query('DELETE FROM memberships WHERE user_id = (SELECT id FROM users WHERE email = $1)', [bob]);
    await owner.query('UPDATE users SET email_verified_at = now(), is_operator = true WHERE email = $1', [bob]);
    expect(await logIn(bob)).toMatchObject({ problem: 'account_not_connected', session: null });
  });

  it('is no word about addresses of other domains, unverified ones, and accounts that have moved away', async () => {
    const [{ domain }, other] = [await newShop(), await newShop()];
    const refused = async (email: string, claims: object) => {
      const { location, cookie } = started(await begin(`x@${domain}`));
      provider.people.set('x', { email, ...claims });
      return comeBack(api, await visit(location, 'x'), cookie);
    };
    for (const email of [`x@${other.domain}`, `x@sub.${domain}`, `x@evil-${domain}`, 'x@gmail.com'])
      expect(await refused(email, {})).toMatchObject({ problem: 'address_of_other_domain', session: null });
    expect((await refused(`x@${domain}`, { email_verified: false })).problem).toBe('provider_email_unverified');
    const email = `ann@${domain}`;
    const { user } = await me((await logIn(email)).session!);
    await owner.query(`UPDATE users SET email = $1 WHERE id = $2`, [`moved-${email}.org`, user.id]);
    expect(await logIn(email)).toMatchObject({ problem: 'address_of_other_domain', session: null });
  });

  it('of one organization does not end at another’s callback', async () => {
    const [{ domain }, other] = [await newShop(), await newShop()];
    provider.people.set('ann', { email: `ann@${domain}` });
    const { location, cookie } = started(await begin(`ann@${domain}`));
    const back = await visit(location, 'ann');
    back.pathname = `/v1/auth/single-sign-on/${other.tenantId}/callback`;
    expect(await comeBack(api, back, cookie)).toMatchObject({ problem: 'log_in_expired', session: null });
  });
});

describe('a domain', () => {
  it('counts once DNS says whose it is, and is one organization’s', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const domain = newDomain();
    const { record } = (await tenant.post(`${PATH}/domains`, { domain: ` ${domain.toUpperCase()} ` }).expect(200)).body;
    expect(record.name).toBe(`_kindred.${domain}`);
    const check = (of: Tenant) => of.post(`${PATH}/domains/${domain}/verification`);
    expect((await check(tenant).expect(409)).body.code).toBe('record_missing');
    dns.records.set(record.name, 'kindred-domain=of-somebody-else');
    await check(tenant).expect(409);
    dns.records.set(record.name, record.value);
    expect(Date.parse((await check(tenant).expect(200)).body.verifiedAt)).toBeGreaterThan(0);
    // The record of one says nothing of another; and who comes second is told.
    const { record: theirs } = (await other.post(`${PATH}/domains`, { domain }).expect(200)).body;
    await check(other).expect(409);
    dns.records.set(theirs.name, theirs.value);
    expect((await check(other).expect(409)).body.code).toBe('domain_taken');
    await tenant.delete(`${PATH}/domains/${domain}`).expect(204);
    await check(other).expect(200);
    for (const wrong of ['localhost', 'a b.example', '-.example', 'shop.example/x', '127.0.0.1', ''])
      await tenant.post(`${PATH}/domains`, { domain: wrong }).expect(400);
  });
});

describe('a verified domain whose record is gone', () => {
  const sweep = async () => {
    const config = readConfig({ DATABASE_URL: inject('appUrl'), KINDRED_SECRET, KINDRED_DNS_SERVERS: dns.address });
    const database = new Database(config);
    const notifications = new NotificationsService(new NotificationsRepository());
    const clock = new Clock();
    const checks = new DomainChecks(database, new SingleSignOnRepository(), notifications, clock, config);
    await Promise.all([checks['work'](), checks['work']()]);
    await database.onApplicationShutdown();
  };
  /** As if it was looked at two days ago, and was missing then for some. */
  const age = (domain: string, missingDays: number | null) =>
    owner.query(
      `UPDATE single_sign_on_domains SET checked_at = now() - interval '2 days',
         missing_since = now() - make_interval(days => $2) WHERE domain = $1`,
      [domain, missingDays],
    );

  it('enforces nothing any more after seven days, which its owners are told at once; a record that is back is enough', async () => {
    const tenant = await Tenant.signUp(api);
    const domain = newDomain();
    await tenant.put(PATH, settings()).expect(200);
    await test(tenant);
    await verify(tenant, domain);
    await tenant.put(`${PATH}/enforcement`, { isEnforced: true }).expect(200);
    const seen = async () => {
      const { connection, domains } = (await tenant.get(PATH).expect(200)).body;
      const [{ verifiedAt, missingSince }] = domains;
      return [verifiedAt !== null, missingSince !== null, connection.enforcedAt !== null];
    };
    const mails = async () =>
      (
        await owner.query(
          `SELECT template FROM emails JOIN users ON users.id = recipient_id WHERE users.email = $1 AND template LIKE 'domain_%' ORDER BY emails.id`,
          [tenant.email],
        )
      ).rows.map(({ template }) => template);
    const record = `_kindred.${domain}`;
    const value = dns.records.get(record)!;
    await age(domain, null);
    await sweep();
    expect([await seen(), await mails()]).toEqual([[true, false, true], []]);
    dns.records.delete(record);
    await age(domain, null);
    await sweep();
    expect([await seen(), await mails()]).toEqual([[true, true, true], ['domain_missing']]);
    await age(domain, 6);
    await sweep();
    expect([await seen(), await mails()]).toEqual([[true, true, true], ['domain_missing']]);
    dns.records.set(record, value);
    await age(domain, 6);
    await sweep();
    expect([await seen(), await mails()]).toEqual([[true, false, true], ['domain_missing']]);
    dns.records.delete(record);
    await age(domain, 8);
    await sweep();
    expect([await seen(), await mails()]).toEqual([
      [false, false, false],
      ['domain_missing', 'domain_lapsed'],
    ]);
    const events = (await tenant.get('/v1/audit-events?limit=2').expect(200)).body.data;
    expect(events.map(({ action, actor }: any) => [action, actor.kind])).toEqual([
      ['single_sign_on.enforcement_ended', 'system'],
      ['single_sign_on.domain_lapsed', 'system'],
    ]);
  });
});

describe('enforced single sign-on', () => {
  it('needs a test log-in and a verified domain, and another provider needs another test', async () => {
    const tenant = await Tenant.signUp(api);
    const enforce = () => tenant.put(`${PATH}/enforcement`, { isEnforced: true });
    expect((await enforce().expect(409)).body.code).toBe('single_sign_on_not_set');
    await tenant.put(PATH, settings()).expect(200);
    expect((await enforce().expect(409)).body.code).toBe('single_sign_on_not_tested');
    expect((await test(tenant)).at.search).toBe('?done=tested');
    const events = (await tenant.get('/v1/audit-events?limit=1').expect(200)).body.data;
    expect(events).toMatchObject([{ action: 'single_sign_on.tested', actor: { kind: 'user' } }]);
    expect((await enforce().expect(409)).body.code).toBe('no_verified_domain');
    const domain = newDomain();
    await verify(tenant, domain);
    await tenant.put(PATH, settings({ clientSecret: 'another' })).expect(200);
    expect((await enforce().expect(409)).body.code).toBe('single_sign_on_not_tested');
    expect((await test(tenant)).problem).toBe('provider_answer_wrong');
    await tenant.put(PATH, settings()).expect(200);
    await test(tenant);
    await enforce().expect(200);
    // While it is enforced nothing changes that would lock people out.
    for (const call of [tenant.put(PATH, settings()), tenant.delete(PATH), tenant.delete(`${PATH}/domains/${domain}`)])
      expect((await call.expect(409)).body.code).toBe('single_sign_on_enforced');
  });

  it('is the only way in for addresses of the domain, but for owners; and another one ends it', async () => {
    const { tenant, domain } = await newShop({ isEnforced: true });
    const [ann, boss] = [`ann@${domain}`, `boss@${domain}`];
    const [byPassword] = [await invite(tenant, 'owner', boss)];
    // An account of another organization with such an address, by password and by the operator's provider.
    await request(api.url)
      .post('/v1/auth/signup')
      .send({ email: ann, password: 'long enough for ann', organizationName: 'X' });
    const refused = await request(api.url).post('/v1/auth/login').send({ email: ann, password: 'long enough for ann' });
    expect(refused.body).toMatchObject({ status: 403, code: 'single_sign_on_required' });
    // A wrong password is told nothing.
    await request(api.url).post('/v1/auth/login').send({ email: ann, password: 'wrong' }).expect(401);
    provider.people.set('eve', { email: `eve@${domain}`, email_verified: true });
    const log = started(await request(api.url).post('/v1/auth/providers/openid/log-in').send({}));
    const byProvider = await comeBack(api, await visit(log.location, 'eve'), log.cookie);
    expect(byProvider).toMatchObject({ problem: 'single_sign_on_required', session: null });
    await byPassword.put(`${PATH}/enforcement`, { isEnforced: false }).expect(200);
    const person = await logInByPassword(api, ann, 'long enough for ann');
    // A passkey opens nothing either, and single sign-on asks for none.
    const device = new Authenticator(ORIGIN);
    const { options } = (await person.post('/v1/me/passkeys/options').expect(201)).body;
    await person.post('/v1/me/passkeys', { name: 'Laptop', response: device.register(options) }).expect(201);
    await byPassword.put(`${PATH}/enforcement`, { isEnforced: true }).expect(200);
    const asked = await request(api.url).post('/v1/auth/passkeys/options').expect(201);
    const byPasskey = await request(api.url)
      .post('/v1/auth/passkeys/login')
      .set('cookie', loginCookie(asked))
      .send({ response: device.sign(asked.body.options) });
    expect(byPasskey.body).toMatchObject({ status: 403, code: 'single_sign_on_required' });
    await owner.query('UPDATE users SET email_verified_at = now() WHERE email = $1', [ann]);
    // She is a member elsewhere, where the provider's word alone opens nothing.
    expect(await logIn(ann)).toMatchObject({ problem: null, login: expect.any(String), session: null });
  });

  it('is not tested by somebody else, nor by who may not set it any more', async () => {
    const { tenant, tenantId } = await newShop();
    const other = await Tenant.signUp(api);
    provider.people.set('the owner', { email: tenant.email });
    const { location, cookie } = started(await tenant.post(`${PATH}/test`));
    const back = await visit(location, 'the owner');
    expect((await comeBack(api, back, cookie, other.cookie)).problem).toBe('log_in_expired');
    const again = started(await tenant.post(`${PATH}/test`));
    const backAgain = await visit(again.location, 'the owner');
    await owner.query(`UPDATE memberships SET role = 'viewer' WHERE tenant_id = $1`, [tenantId]);
    await expect
      .poll(() => comeBack(api, backAgain, again.cookie, tenant.cookie))
      .toMatchObject({ problem: expect.any(String) });
    const { rows } = await owner.query('SELECT tested_at FROM single_sign_on WHERE tenant_id = $1', [tenantId]);
    expect(rows).toEqual([{ tested_at: null }]);
  });
});

describe('the provider of an organization', () => {
  it('is reached at no private address, whatever name or document leads there', async () => {
    const tenant = await Tenant.signUp(guarded);
    for (const issuer of [
      liar.issuer,
      'https://127.0.0.1',
      'https://[::1]',
      'https://169.254.169.254',
      'https://10.0.0.1',
    ])
      expect((await tenant.put(PATH, settings({ issuer })).expect(502)).body.code).toMatch(/^provider_/);
    expect(liar.asked).toEqual([]);
    for (const issuer of ['file:///etc/passwd', 'https://idp.example/?x', 'idp', ''])
      await tenant.put(PATH, settings({ issuer })).expect(400);
  });

  it('that lies, is silent or goes away logs nobody in and sets nothing', async () => {
    const { tenant, domain } = await newShop({ changes: { issuer: liar.issuer } });
    const email = `ann@${domain}`;
    const attempt = async (lies: LyingProvider['lies'], changes: Record<string, string> = {}) => {
      const { location, cookie } = started(await begin(email));
      liar.lies = lies;
      liar.claims = { email };
      const { problem } = await comeBack(api, liar.back(location, changes), cookie);
      liar.lies = {};
      return problem;
    };
    expect(await attempt({})).toBeNull();
    expect(await attempt({ discovery: { issuer: provider.issuer } })).toBe('provider_answer_wrong');
    expect(await attempt({ claims: { iss: provider.issuer } })).toBe('provider_answer_wrong');
    expect(await attempt({}, { iss: provider.issuer })).toBe('provider_answer_wrong');
    expect(await attempt({ silent: 'token' })).toBe('provider_unreachable');
    // One that stands for many says nothing of whose address it is.
    liar.lies = { discovery: { issuer: `${liar.issuer}/{tenantid}` } };
    expect((await tenant.put(PATH, settings({ issuer: liar.issuer })).expect(502)).body.code).toBe(
      'provider_answer_wrong',
    );
    expect((await begin(email).expect(502)).body.code).toBe('provider_answer_wrong');
  });

  it('has a secret that stands under the platform’s new one after npm run rotate-secret', async () => {
    const { tenantId } = await newShop();
    const sealed = async () =>
      (await owner.query('SELECT client_secret FROM single_sign_on WHERE tenant_id = $1', [tenantId])).rows[0]
        .client_secret;
    const before = await sealed();
    await rotateSecret(inject('appUrl'), KINDRED_SECRET, KINDRED_SECRET);
    expect(await sealed()).not.toEqual(before);
    expect((await api.app.get(SingleSignOnService).provider(tenantId)).client.clientSecret).toBe(CLIENT.secret);
  });
});
