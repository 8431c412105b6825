import pg from 'pg';
import request from 'supertest';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { linkToken } from '../../libs/platform/one-time-links/one-time-links.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { invitationToken, invite, logIn, newAddress, whoIs } from '../factories/members.js';
import { KINDRED_SECRET } from '../factories/platform.setup.js';

let api: TestApi;
let owner: pg.Client;
let boss: Tenant;
beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  boss = await Tenant.signUp(api, 'The shop');
});
afterAll(() => Promise.all([api.close(), owner.end()]));

const INVITATIONS = '/v1/organization/invitations';
const visit = (path: string, body: object) => request(api.url).post(`/v1/invitations/${path}`).send(body);
const codeOf = async (call: request.Test): Promise<[number, string]> => {
  const { status, body } = await call;
  return [status, body.code];
};

async function invited(email: string, role = 'developer') {
  const { body } = await boss.post(INVITATIONS, { email, role }).expect(201);
  return { id: body.id as string, token: await invitationToken(email) };
}

describe('an invitation', () => {
  it('brings somebody without an account in: the link makes it, verifies the address, and opens once', async () => {
    const email = newAddress();
    const { token } = await invited(email, 'billing');
    const mail = await owner.query('SELECT language, "values" FROM emails WHERE address = $1', [email]);
    expect(mail.rows).toMatchObject([
      { language: 'en', values: { organizationName: 'The shop', invitedBy: boss.email, role: 'billing' } },
    ]);
    const { body: preview } = await visit('preview', { token }).expect(200);
    expect(preview).toMatchObject({
      organization: { name: 'The shop' },
      email,
      role: 'billing',
      invitedBy: boss.email,
      hasAccount: false,
    });
    expect(Date.parse(preview.expiresAt) - Date.now()).toBeGreaterThan(6.9 * 86_400_000);
    await visit('signup', { token, password: 'short' }).expect(400);
    const { body: joined } = await visit('signup', { token, password: 'correct horse battery' }).expect(201);
    expect(joined).toMatchObject({ organization: { name: 'The shop' }, role: 'billing' });
    const person = await logIn(api, email);
    expect(await whoIs(person)).toMatchObject({ organizationId: joined.organization.id, role: 'billing' });
    // The form shows the texts.
    const { data: consents } = (await person.get('/v1/me/consents').expect(200)).body;
    for (const { document, acceptedAt } of consents) expect(acceptedAt, document).not.toBeNull();
    const { rows } = await owner.query('SELECT email_verified_at FROM users WHERE email = $1', [email]);
    expect(rows[0].email_verified_at).not.toBeNull();
    expect(await codeOf(visit('preview', { token }))).toEqual([410, 'link_used']);
    expect(await codeOf(visit('signup', { token, password: 'correct horse battery' }))).toEqual([410, 'link_used']);
    const { body: list } = await boss.get(`${INVITATIONS}?search=${email}`).expect(200);
    expect(list.data).toMatchObject([{ email, status: 'accepted', invitedBy: boss.email }]);
  });

  it('is accepted by whoever has an account, with that very address, whatever its case', async () => {
    const person = await Tenant.signUp(api, 'Their own');
    const { organizationId: own } = await whoIs(person);
    const { body: made } = await boss.post(INVITATIONS, { email: ` ${person.email.toUpperCase()} `, role: 'viewer' });
    expect(made.email).toBe(person.email);
    const token = await invitationToken(person.email);
    expect((await visit('preview', { token }).expect(200)).body.hasAccount).toBe(true);
    expect(await codeOf(visit('signup', { token, password: 'correct horse battery' }))).toEqual([
      409,
      'account_exists',
    ]);
    const other = await Tenant.signUp(api);
    expect(await codeOf(other.post('/v1/invitations/acceptance', { token }))).toEqual([403, 'invitation_for_another']);
    await visit('acceptance', { token }).expect(401);
    const { body: joined } = await person.post('/v1/invitations/acceptance', { token }).expect(200);
    expect(joined).toMatchObject({ organization: { name: 'The shop' }, role: 'viewer' });
    // They stay where they are until they choose.
    expect((await whoIs(person)).organizationId).toBe(own);
    expect((await person.get('/v1/organizations').expect(200)).body.data).toHaveLength(2);
    expect(await codeOf(person.post('/v1/invitations/acceptance', { token }))).toEqual([410, 'link_used']);
  });

  it('is one for each address: members and the invited are told so, also where two ask at once', async () => {
    const member = await invite(boss, 'viewer');
    for (const email of [member.email, member.email.toUpperCase(), boss.email])
      expect(await codeOf(boss.post(INVITATIONS, { email, role: 'admin' }))).toEqual([409, 'already_member']);
    const email = newAddress();
    const both = await Promise.all(
      [email, email.toUpperCase()].map((each) => boss.post(INVITATIONS, { email: each, role: 'viewer' })),
    );
    expect(both.map(({ status, body }) => [status, body.code]).toSorted()).toEqual([
      [201, undefined],
      [409, 'already_invited'],
    ]);
    // Another organization may invite them as well.
    await (await Tenant.signUp(api)).post(INVITATIONS, { email, role: 'viewer' }).expect(201);
  });

  it('is for an address as it is written: a look-alike is none', async () => {
    for (const email of ['bоss@example.com', 'boss＠example.com', 'boss@exämple', 'a@b@example.com', 'x', ''])
      await boss.post(INVITATIONS, { email, role: 'viewer' }).expect(400);
    for (const role of ['operator', 'Owner', ['viewer'], null])
      await boss.post(INVITATIONS, { email: newAddress(), role }).expect(400);
  });

  it('S9: is made by owners and admins, and that of an owner by owners alone', async () => {
    const [admin, developer] = [await invite(boss, 'admin'), await invite(boss, 'developer')];
    const email = newAddress();
    expect(await codeOf(developer.post(INVITATIONS, { email, role: 'viewer' }))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin.post(INVITATIONS, { email, role: 'owner' }))).toEqual([403, 'not_permitted']);
    const { id } = await invited(email, 'owner');
    expect(await codeOf(admin.post(`${INVITATIONS}/${id}/resend`, {}))).toEqual([403, 'not_permitted']);
    expect(await codeOf(admin.delete(`${INVITATIONS}/${id}`))).toEqual([403, 'not_permitted']);
    await developer.get(INVITATIONS).expect(200);
  });

  it('S1: is not there for another organization', async () => {
    const { id } = await invited(newAddress());
    const stranger = await Tenant.signUp(api);
    for (const each of [id, 'x']) {
      await stranger.post(`${INVITATIONS}/${each}/resend`, {}).expect(404);
      await stranger.delete(`${INVITATIONS}/${each}`).expect(404);
    }
    expect((await stranger.get(INVITATIONS).expect(200)).body.data).toEqual([]);
  });

  it('may be accepted twice at once, and makes one member', async () => {
    const person = await Tenant.signUp(api);
    const { token } = await invited(person.email);
    const both = await Promise.all([1, 2].map(() => person.post('/v1/invitations/acceptance', { token })));
    expect(both.map(({ status }) => status).toSorted()).toEqual([200, 410]);
    const email = newAddress();
    const { token: fresh } = await invited(email);
    const signups = await Promise.all(
      [1, 2].map(() => visit('signup', { token: fresh, password: 'correct horse battery' })),
    );
    expect(signups.filter(({ status }) => status === 201)).toHaveLength(1);
    expect(signups.filter(({ status }) => status >= 500)).toEqual([]);
  });
});

describe('whoever is taken out', () => {
  it('has no open invitation left that would give a role back', async () => {
    const person = await Tenant.signUp(api);
    const { id, token } = await invited(person.email, 'admin');
    // By single sign-on, say, which needs no invitation.
    const { organizationId } = await whoIs(boss);
    const { userId } = await whoIs(person);
    const member = [organizationId, userId];
    await owner.query(`INSERT INTO memberships (tenant_id, user_id, role) VALUES ($1, $2, 'viewer')`, member);
    const { token: other } = await invited(newAddress());
    await boss.delete(`/v1/organization/members/${userId}`).expect(204);
    expect(await codeOf(person.post('/v1/invitations/acceptance', { token }))).toEqual([410, 'invitation_revoked']);
    expect(await codeOf(boss.post(`${INVITATIONS}/${id}/resend`, {}))).toEqual([409, 'invitation_ended']);
    await visit('preview', { token: other }).expect(200);
    await boss.post(INVITATIONS, { email: person.email, role: 'viewer' }).expect(201);
  });
});

describe('a link that opens nothing', () => {
  const open = (token: string) => codeOf(visit('preview', { token }));
  const accept = (token: string) => codeOf(boss.post('/v1/invitations/acceptance', { token }));

  it('says that it was revoked, that a newer one was sent, or that it has expired', async () => {
    const revoked = await invited(newAddress());
    await boss.delete(`${INVITATIONS}/${revoked.id}`).expect(204);
    await boss.delete(`${INVITATIONS}/${revoked.id}`).expect(204);
    expect(await open(revoked.token)).toEqual([410, 'invitation_revoked']);
    expect(await accept(revoked.token)).toEqual([410, 'invitation_revoked']);
    expect(await codeOf(boss.post(`${INVITATIONS}/${revoked.id}/resend`, {}))).toEqual([409, 'invitation_ended']);

    const email = newAddress();
    const older = await invited(email);
    const { body } = await boss.post(`${INVITATIONS}/${older.id}/resend`, { language: 'zh' }).expect(200);
    expect(body.status).toBe('pending');
    expect(await open(older.token)).toEqual([410, 'link_expired']);
    const newer = await invitationToken(email);
    await visit('preview', { token: newer }).expect(200);

    await owner.query(`UPDATE invitations SET expires_at = now() - interval '1 second' WHERE id = $1`, [older.id]);
    await owner.query(`UPDATE one_time_links SET expires_at = now() - interval '1 second' WHERE address = $1`, [email]);
    expect(await open(newer)).toEqual([410, 'link_expired']);
    expect(await codeOf(visit('signup', { token: newer, password: 'correct horse battery' }))).toEqual([
      410,
      'link_expired',
    ]);
    const { body: list } = await boss.get(`${INVITATIONS}?status=expired`).expect(200);
    expect(list.data.map(({ id }: { id: string }) => id)).toEqual([older.id]);
    // It stands in the way of no other one.
    await boss.post(INVITATIONS, { email, role: 'viewer' }).expect(201);
  });

  it('is one that was changed, cut short, made up or made for something else', async () => {
    const email = newAddress();
    const { token } = await invited(email);
    const { rows } = await owner.query<{ link_id: string }>('SELECT link_id FROM invitations WHERE email = $1', [
      email,
    ]);
    const changed = (token.startsWith('A') ? 'B' : 'A') + token.slice(1);
    const others = [
      changed,
      token.slice(0, -4),
      token + 'AAAA',
      '',
      'x',
      '../../',
      linkToken(KINDRED_SECRET, 'reset_password', rows[0]!.link_id),
    ];
    for (const each of others) {
      expect(await open(each), each).toEqual([400, 'link_invalid']);
      expect(await accept(each), each).toEqual([400, 'link_invalid']);
    }
    expect(await open(linkToken(KINDRED_SECRET, 'invitation', crypto.randomUUID()))).toEqual([410, 'link_expired']);
    await visit('preview', { token }).expect(200);
  });
});
