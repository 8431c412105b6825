import pg from 'pg';
import request from 'supertest';
import { inject } from 'vitest';
import { makeOperator } from '../../apps/launcher/make-operator.js';
import type { Role } from '../../libs/platform/access/permissions.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { linkToken } from '../../libs/platform/one-time-links/one-time-links.js';
import { sessionCookie, Tenant, type TestApi } from './api.js';
import { KINDRED_SECRET } from './platform.setup.js';
import { codeOf } from './second-factors.js';

const PASSWORD = 'correct horse battery';

let people = 0;

export const newAddress = () => `invited-${process.pid}-${Date.now()}-${people++}@example.com`;

/** What the link of the newest invitation that was mailed to the address ends with. */
export async function invitationToken(address: string): Promise<string> {
  const client = new pg.Client({ connectionString: inject('ownerUrl') });
  await client.connect();
  try {
    const { rows } = await client.query<{ id: string }>(
      `SELECT "values" ->> 'linkId' AS id FROM emails WHERE address = $1 AND template = 'invitation' ORDER BY id DESC LIMIT 1`,
      [address],
    );
    return linkToken(KINDRED_SECRET, 'invitation', rows[0]!.id);
  } finally {
    await client.end();
  }
}

/** Somebody who was invited by mail, signed up by the link, and is logged in. */
export async function invite(by: Tenant, role: Role, email = newAddress()): Promise<Tenant> {
  await by.post('/v1/organization/invitations', { email, role }).expect(201);
  const token = await invitationToken(email);
  await request(by.api.url).post('/v1/invitations/signup').send({ token, password: PASSWORD }).expect(201);
  return logIn(by.api, email);
}

export async function logIn(api: TestApi, email: string, password = PASSWORD): Promise<Tenant> {
  const login = await request(api.url).post('/v1/auth/login').send({ email, password }).expect(200);
  return Tenant.of(api, { email, password, cookie: sessionCookie(login) });
}

/** An operator, who is logged in and has shown a second factor. */
export async function logInOperator(api: TestApi): Promise<Tenant> {
  const email = `operator-${process.pid}-${Date.now()}-${people++}@example.com`;
  const config = readConfig({ DATABASE_URL: inject('ownerUrl'), KINDRED_SECRET });
  const database = new Database(config);
  try {
    const token = await makeOperator(database, config, email);
    await request(api.url).put('/v1/auth/password').send({ token, password: PASSWORD }).expect(204);
  } finally {
    await database.onApplicationShutdown();
  }
  const operator = await logIn(api, email);
  await addSecondFactor(operator);
  return operator;
}

/** An app with codes, the first of which is shown in this session. */
export async function addSecondFactor(person: Tenant): Promise<void> {
  const { secret } = (await person.post('/v1/me/totp').expect(201)).body;
  await person.post('/v1/me/totp/confirmation', { code: codeOf(secret) }).expect(201);
}

export async function whoIs(
  person: Tenant,
): Promise<{ userId: string; organizationId: string | null; role: Role | null }> {
  const { user, organization, role } = (await person.get('/v1/me').expect(200)).body;
  return { userId: user.id, organizationId: organization?.id ?? null, role };
}
