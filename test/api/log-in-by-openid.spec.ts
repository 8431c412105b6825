import http from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import request, { type Response } from 'supertest';
import { afterAll, beforeAll, beforeEach, describe, expect, inject, it, vi } from 'vitest';
import { Clock } from '../../libs/platform/clock/clock.js';
import { sessionCookie, startApi, Tenant, type TestApi } from '../factories/api.js';
import { Authenticator } from '../factories/authenticator.js';
import { mailsTo } from '../factories/mailbox.js';
import { logInOperator, newAddress, whoIs } from '../factories/members.js';
import {
  CLIENT,
  comeBack,
  LyingProvider,
  OpenIdProvider,
  type Started,
  started,
  visit,
} from '../factories/openid-provider.js';
import { codeOf } from '../factories/second-factors.js';

/** GitHub's pages and API, as far as a log-in asks them. */
const gitHub = {
  user: { id: 1, login: 'octocat' },
  emails: [] as object[],
  server: http.createServer((incoming, outgoing) => {
    const path = incoming.url!.split('?')[0]!;
    const answers: Record<string, object> = {
      '/login/oauth/access_token': { access_token: 'of-github', token_type: 'bearer', scope: 'user:email' },
      '/api/v3/user': gitHub.user,
      '/api/v3/user/emails': gitHub.emails,
    };
    outgoing.setHeader('content-type', 'application/json').end(JSON.stringify(answers[path]));
  }),
};

const ORIGIN = 'http://localhost:3000';

let api: TestApi;
let liarsApi: TestApi;
let owner: pg.Client;
let provider: OpenIdProvider;
let liar: LyingProvider;

beforeAll(async () => {
  await new Promise<void>((resolve) => gitHub.server.listen(0, '127.0.0.1', resolve));
  [provider, liar] = [await OpenIdProvider.start(), await LyingProvider.start()];
  const client = { OIDC_CLIENT_ID: CLIENT.id, OIDC_CLIENT_SECRET: CLIENT.secret };
  api = await startApi({
    ...client,
    KINDRED_MAILBOX: true,
    OIDC_ISSUER: provider.issuer,
    OIDC_NAME: 'Shop login',
    GITHUB_URL: `http://localhost:${(gitHub.server.address() as AddressInfo).port}`,
    GITHUB_CLIENT_ID: 'of-github',
    GITHUB_CLIENT_SECRET: 'secret of GitHub',
  });
  liarsApi = await startApi({ ...client, OIDC_ISSUER: liar.issuer, KINDRED_PROVIDER_SECONDS: 0.5 });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), liarsApi.close(), owner.end()]);
  for (const server of [provider, liar, gitHub.server]) server.close();
});
beforeEach(async () => {
  // All tests come from one address, and are more than its visitors may be.
  await owner.query('DELETE FROM throttles');
  liar.lies = {};
  liar.claims = { email: newAddress(), email_verified: true };
});

const start = async (of: TestApi, which = 'openid', body: object = {}) =>
  started(await request(of.url).post(`/v1/auth/providers/${which}/log-in`).send(body));

/** Somebody whom the provider knows. */
function newPerson(claims: object = {}): { subject: string; email: string } {
  const email = newAddress();
  const subject = `subject of ${email}`;
  provider.people.set(subject, { email, email_verified: true, ...claims });
  return { subject, email };
}

async function logIn(subject: string | null, body: object = {}) {
  const { location, cookie } = await start(api, 'openid', body);
  return comeBack(api, await visit(location, subject), cookie);
}

const me = async (session: string) => (await request(api.url).get('/v1/me').set('cookie', session).expect(200)).body;

const countUsers = async (email: string) =>
  (await owner.query('SELECT count(*)::int AS count FROM users WHERE email = $1', [email])).rows[0].count;

const logInByPassword = ({ email, password }: Tenant) =>
  request(api.url).post('/v1/auth/login').send({ email, password }).expect(200);

const deviceCookie = (answer: Response) => /kindred_device=[^;]*/.exec(String(answer.headers['set-cookie']))![0];

async function connect(tenant: Tenant, subject: string) {
  const { location, cookie } = started(await tenant.post('/v1/me/identities', { provider: 'openid' }));
  return comeBack(api, await visit(location, subject), cookie, tenant.cookie);
}

it('shows the providers that the operator has set, and no other', async () => {
  const { providers } = (await request(api.url).get('/v1/auth/providers').expect(200)).body;
  expect(providers).toEqual([
    { provider: 'github', name: 'GitHub' },
    { provider: 'openid', name: 'Shop login' },
  ]);
  await request(api.url).post('/v1/auth/providers/google/log-in').send({}).expect(404);
});

describe('who logs in by a provider', () => {
  it('gets an account and an organization the first time, and is the same person whatever their address becomes', async () => {
    const { subject, email } = newPerson();
    const first = await logIn(subject, { returnTo: '/organization', language: 'zh' });
    expect(first).toMatchObject({ path: '/organization', problem: null });
    const person = await me(first.session!);
    expect(person).toMatchObject({ role: 'owner', user: { email, language: 'zh' } });
    expect(person.user.emailVerifiedAt).not.toBeNull();
    provider.people.set(subject, { email: newAddress(), email_verified: false });
    expect((await me((await logIn(subject)).session!)).user).toMatchObject({ id: person.user.id, email });
    const { rows } = await owner.query(
      `SELECT after ->> 'by' AS by FROM audit_events WHERE tenant_id = $1 AND action = 'user.signed_in'`,
      [person.organization.id],
    );
    expect(rows).toEqual([{ by: 'openid' }, { by: 'openid' }]);
  });

  it('has no password, which they choose by mail', async () => {
    const { subject, email } = newPerson();
    await logIn(subject);
    await request(api.url).post('/v1/auth/login').send({ email, password: '' }).expect(401);
    await request(api.url).post('/v1/auth/password-resets').send({ email }).expect(202);
  });

  it('is made once of two browsers that come at once', async () => {
    const { subject, email } = newPerson();
    const both = await Promise.all([logIn(subject), logIn(subject)]);
    expect(both.map(({ problem }) => problem)).toEqual([null, null]);
    expect(await countUsers(email)).toBe(1);
  });

  it('does not take over the account that has their address, and connects it from inside', async () => {
    const tenant = await Tenant.signUp(api);
    const { subject } = newPerson({ email: tenant.email.toUpperCase() });
    expect(await logIn(subject)).toMatchObject({ path: '/login', problem: 'account_not_connected', session: null });
    expect((await connect(tenant, subject)).at.search).toBe('?done=connected');
    expect((await me((await logIn(subject)).session!)).user.email).toBe(tenant.email);
  });

  it('gets nothing with an address that the provider does not vouch for, nor without one', async () => {
    for (const claims of [{ email_verified: false }, { email_verified: undefined }, { email: undefined }]) {
      const { subject, email } = newPerson(claims);
      expect(await logIn(subject)).toMatchObject({ problem: 'provider_email_unverified', session: null });
      expect(await countUsers(email)).toBe(0);
    }
  });

  it('may cancel at the provider', async () => {
    expect(await logIn(null)).toMatchObject({ path: '/login', problem: 'provider_refused', session: null });
  });

  it('comes back to pages of the dashboard alone', async () => {
    for (const returnTo of ['//evil.example', 'https://evil.example', '/\\evil.example', '/\t/evil.example', ''])
      await request(api.url).post('/v1/auth/providers/openid/log-in').send({ returnTo }).expect(400);
  });

  it('logs in by GitHub, whose number counts and whose verified primary address is theirs', async () => {
    const email = newAddress();
    const other = { email: newAddress(), primary: false, verified: true };
    const byGitHub = async () => {
      const { location, cookie } = await start(api, 'github');
      const { origin, searchParams } = new URL(location);
      expect(origin).toBe(`http://localhost:${(gitHub.server.address() as AddressInfo).port}`);
      expect(searchParams.get('code_challenge_method')).toBe('S256');
      const back = liar.back(location);
      back.searchParams.delete('iss');
      return comeBack(api, back, cookie);
    };
    gitHub.user.id = Date.now();
    gitHub.emails = [other, { email, primary: true, verified: false }];
    expect((await byGitHub()).problem).toBe('provider_email_unverified');
    gitHub.emails = [other, { email, primary: true, verified: true }];
    expect((await me((await byGitHub()).session!)).user.email).toBe(email);
    gitHub.user.login = 'another-name';
    gitHub.emails = [{ email: newAddress(), primary: true, verified: true }];
    expect((await me((await byGitHub()).session!)).user.email).toBe(email);
  });
});

describe('whose account has a second factor', () => {
  it('is asked for it by the page of the login, and has no session before', async () => {
    const tenant = await Tenant.signUp(api);
    const { subject } = newPerson();
    await connect(tenant, subject);
    const { secret } = (await tenant.post('/v1/me/totp').expect(201)).body;
    await tenant.post('/v1/me/totp/confirmation', { code: codeOf(secret) }).expect(201);
    const half = await logIn(subject, { returnTo: '/usage' });
    expect(half).toMatchObject({ path: '/login', problem: null, session: null });
    expect(half.at.search).toBe('?secondFactor=true&returnTo=%2Fusage');
    await request(api.url).get('/v1/me').set('cookie', half.login!).expect(401);
    const complete = (code: string) =>
      request(api.url).post('/v1/auth/login/second-factor').set('cookie', half.login!).send({ code });
    await complete('000000').expect(401);
    const opened = sessionCookie(await complete(codeOf(secret, 1)).expect(200));
    expect((await me(opened)).user.email).toBe(tenant.email);
  });
});

describe('a browser that is new to the account', () => {
  it('is told by mail, and the one that logged in before is not', async () => {
    const tenant = await Tenant.signUp(api);
    const { subject } = newPerson();
    await connect(tenant, subject);
    const count = async () => (await mailsTo(api, tenant.email, 'new_device')).length;
    const before = await count();
    await logIn(subject);
    expect(await count()).toBe(before + 1);
    const { location, cookie } = await start(api);
    await comeBack(api, await visit(location, subject), cookie, deviceCookie(await logInByPassword(tenant)));
    // By the password, in a browser without a name.
    expect(await count()).toBe(before + 2);
  });
});

describe('whoever signs up by a provider', () => {
  it('has agreed to the texts, and is scored as others are', async () => {
    const { subject } = newPerson();
    const { session } = await logIn(subject);
    const person = Tenant.of(api, { email: '', password: '', cookie: session! });
    const { data } = (await person.get('/v1/me/consents').expect(200)).body;
    expect(data.length).toBeGreaterThan(0);
    for (const { acceptedAt } of data) expect(acceptedAt).not.toBeNull();
    const { organizationId } = await whoIs(person);
    const { rows } = await owner.query('SELECT score FROM sign_ups WHERE tenant_id = $1', [organizationId]);
    expect(rows).toHaveLength(1);
  });
});

describe('an operator', () => {
  it('is not known by their address; once connected they log in with their second factor', async () => {
    const operator = await logInOperator(api);
    const { rows } = await owner.query<{ email: string }>('SELECT email FROM users WHERE email = $1', [operator.email]);
    const { subject } = newPerson({ email: rows[0]!.email });
    expect(await logIn(subject)).toMatchObject({ problem: 'account_not_connected', session: null });
    expect((await connect(operator, subject)).problem).toBeNull();
    expect(await logIn(subject)).toMatchObject({ path: '/login', session: null, login: expect.any(String) });
  });
});

describe('connected providers', () => {
  it('are listed, connected and disconnected, and the last way in stays', async () => {
    const { subject } = newPerson();
    const { session } = await logIn(subject);
    const person = Tenant.of(api, { email: '', password: '', cookie: session! });
    const list = async () => (await person.get('/v1/me/identities').expect(200)).body;
    const [identity] = (await list()).identities;
    expect(await list()).toMatchObject({ hasPassword: false, identities: [{ provider: 'openid' }] });
    const refused = await person.delete(`/v1/me/identities/${identity.id}`).expect(409);
    expect(refused.body.code).toBe('last_way_in');
    expect((await connect(person, newPerson().subject)).problem).toBeNull();
    const both = (await list()).identities.map(({ id }: { id: string }) => person.delete(`/v1/me/identities/${id}`));
    expect((await Promise.all(both)).map(({ status }) => status).sort()).toEqual([204, 409]);
  });

  it('are taken away where a passkey is left, and the passkey then stays', async () => {
    const { session } = await logIn(newPerson().subject);
    const person = Tenant.of(api, { email: '', password: '', cookie: session! });
    const { options } = (await person.post('/v1/me/passkeys/options').expect(201)).body;
    const device = new Authenticator(ORIGIN);
    const { passkey } = (
      await person.post('/v1/me/passkeys', { name: 'Laptop', response: device.register(options) }).expect(201)
    ).body;
    const [identity] = (await person.get('/v1/me/identities')).body.identities;
    await person.delete(`/v1/me/identities/${identity.id}`).expect(204);
    const refused = await person.delete(`/v1/me/passkeys/${passkey.id}`).expect(409);
    expect(refused.body.code).toBe('last_way_in');
  });

  it('are one account’s each, and nobody else disconnects them', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { subject } = newPerson();
    await connect(tenant, subject);
    expect(await connect(other, subject)).toMatchObject({ path: '/account/security', problem: 'identity_taken' });
    const [identity] = (await tenant.get('/v1/me/identities')).body.identities;
    await other.delete(`/v1/me/identities/${identity.id}`).expect(404);
  });

  it('are not connected with an account that another browser is logged in to', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { location, cookie } = started(await tenant.post('/v1/me/identities', { provider: 'openid' }));
    const back = await visit(location, newPerson().subject);
    expect((await comeBack(api, back, cookie, other.cookie)).problem).toBe('not_authenticated');
    expect((await other.get('/v1/me/identities')).body.identities).toEqual([]);
  });

  it('go with the account', async () => {
    const tenant = await Tenant.signUp(api);
    const { subject } = newPerson({ email: tenant.email });
    await connect(tenant, subject);
    await owner.query('DELETE FROM users WHERE email = $1', [tenant.email]);
    const { rows } = await owner.query('SELECT FROM identities WHERE subject = $1', [subject]);
    expect(rows).toEqual([]);
  });
});

describe('a log-in by a provider', () => {
  it('ends once, in the browser that began it, within ten minutes', async () => {
    const { subject } = newPerson();
    const [mine, others] = [await start(api), await start(api)];
    const back = await visit(mine.location, subject);
    // Somebody else's answer, which a page sends the browser to: nobody is logged in, and nothing is used up.
    const expired = { problem: 'log_in_expired', session: null };
    expect(await comeBack(api, back, others.cookie)).toMatchObject(expired);
    expect(await comeBack(api, back, '')).toMatchObject(expired);
    expect((await comeBack(api, back, mine.cookie)).session).not.toBeNull();
    expect(await comeBack(api, back, mine.cookie)).toMatchObject(expired);
    const late = await start(api);
    const lateBack = await visit(late.location, subject);
    const clock = api.app.get(Clock);
    const later = vi.spyOn(clock, 'now').mockReturnValue(new Date(clock.now().getTime() + 11 * 60_000));
    expect(await comeBack(api, lateBack, late.cookie)).toMatchObject(expired);
    later.mockRestore();
  });

  it('S22: leaves neither its token nor what is made of it in the database', async () => {
    const { location, cookie } = await start(api);
    const { searchParams } = new URL(location);
    const { rows } = await owner.query(`SELECT string_agg(visit::text, '') AS text FROM provider_visits visit`);
    for (const secret of [cookie.split('=')[1]!, searchParams.get('state')!, searchParams.get('nonce')!])
      expect(rows[0].text).not.toContain(secret);
  });

  it('S18: is not begun by another site, and its cookie is kept from scripts', async () => {
    const call = () => request(api.url).post('/v1/auth/providers/openid/log-in');
    await call().set('origin', 'https://evil.example').send({}).expect(403);
    expect(String((await call().send({})).headers['set-cookie'])).toMatch(/HttpOnly; SameSite=Lax/);
  });

  it('goes on when the provider rotates its keys', async () => {
    const { subject } = newPerson();
    const before = await logIn(subject);
    provider.rotateKeys();
    expect((await me((await logIn(subject)).session!)).user).toEqual((await me(before.session!)).user);
  });
});

describe('a provider that lies', () => {
  /** What comes of a log-in by it. */
  async function tried(changes: Record<string, string> = {}, begun?: Started) {
    const { location, cookie } = begun ?? (await start(liarsApi));
    return comeBack(liarsApi, liar.back(location, changes), cookie);
  }

  it('is believed when it does not', async () => {
    expect((await tried()).problem).toBeNull();
  });

  it('in its discovery document lets nobody begin', async () => {
    const call = () => request(liarsApi.url).post('/v1/auth/providers/openid/log-in').send({});
    for (const discovery of [
      { issuer: 'https://accounts.google.com' },
      { authorization_endpoint: 'javascript:alert(1)' },
      { authorization_endpoint: undefined },
      { jwks_uri: 'file:///etc/passwd', authorization_endpoint: 'data:text/html,x' },
    ]) {
      liar.lies = { discovery };
      expect((await call().expect(502)).body.code).toBe('provider_answer_wrong');
    }
  });

  const seconds = () => Math.floor(Date.now() / 1000);
  it.each<[string, () => LyingProvider['lies']]>([
    ['the issuer of the token', () => ({ claims: { iss: 'https://accounts.google.com' } })],
    ['the audience', () => ({ claims: { aud: 'another client' } })],
    ['the party that may use it', () => ({ claims: { aud: [CLIENT.id, 'other'], azp: 'other' } })],
    ['the time: it is over', () => ({ claims: { iat: seconds() - 900, exp: seconds() - 600 } })],
    ['the nonce: it is of another log-in', () => ({ claims: { nonce: 'of another log-in' } })],
    ['the subject: there is none', () => ({ claims: { sub: undefined } })],
    ['the key: it is one that it does not show', () => ({ hasOwnKey: true })],
    ['where it is, once people are back', () => ({ discovery: { issuer: 'https://accounts.google.com' } })],
  ])('about %s logs nobody in', async (_, lies) => {
    const begun = await start(liarsApi);
    liar.lies = lies();
    expect(await tried({}, begun)).toMatchObject({ problem: 'provider_answer_wrong', session: null });
    expect(await countUsers(liar.claims.email!)).toBe(0);
  });

  it('about who it is when it sends people back logs nobody in, and is not asked for a token', async () => {
    liar.asked.length = 0;
    expect((await tried({ iss: 'https://accounts.google.com' })).problem).toBe('provider_answer_wrong');
    expect(liar.asked).not.toContain('token');
  });

  it('about its keys is not believed: the one of before counts no more, the new one at once', async () => {
    expect((await tried()).problem).toBeNull();
    liar.rotateKeys();
    expect((await tried()).problem).toBeNull();
    liar.lies = { hasOldKey: true };
    expect((await tried()).problem).toBe('provider_answer_wrong');
  });

  it.each(['discovery', 'token', 'keys'] as const)(
    'or is silent when asked for its %s is not waited for',
    async (silent) => {
      const begun = await start(liarsApi);
      liar.lies = { silent };
      expect(await tried({}, begun)).toMatchObject({ problem: 'provider_unreachable', session: null });
    },
  );

  it('or is gone is said to be', async () => {
    liar.close();
    const { body } = await request(liarsApi.url).post('/v1/auth/providers/openid/log-in').send({}).expect(502);
    expect(body.code).toBe('provider_unreachable');
  });
});
