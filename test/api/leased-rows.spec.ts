import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { EMAILS } from '../../libs/features/notifications/notifications.repository.js';
import { Database } from '../../libs/platform/database/database.js';
import { extendLeases, releaseRow } from '../../libs/platform/queue/leased-rows.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

let api: TestApi;
let database: Database;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi();
  database = api.app.get(Database, { strict: false });
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

/** A mail as a worker has it that claimed it for the second time and has a minute left. */
async function claimOne() {
  const tenant = await Tenant.signUp(api);
  const id = uuidv7();
  const { rows } = await owner.query<{ tenant_id: string }>(
    `INSERT INTO emails (tenant_id, id, recipient_id, subject, text, attempt, lease_expires_at)
     SELECT tenant_id, $1, user_id, 'Subject', 'Text', 2, now() + interval '1 minute'
     FROM memberships JOIN users ON users.id = user_id WHERE email = $2 RETURNING tenant_id`,
    [id, tenant.email],
  );
  return { tenantId: rows[0]!.tenant_id, id, attempt: 2 };
}

async function leaseOf({ id }: { id: string }): Promise<Date | null> {
  return (await owner.query('SELECT lease_expires_at FROM emails WHERE id = $1', [id])).rows[0].lease_expires_at;
}

it('a row that somebody is writing costs no other its lease, and is still its worker’s', async () => {
  const [busy, free] = [await claimOne(), await claimOne()];
  const before = { busy: await leaseOf(busy), free: await leaseOf(free) };
  await owner.query('BEGIN');
  await owner.query('SELECT FROM emails WHERE id = $1 FOR UPDATE', [busy.id]);
  const ours = await database.system((transaction) => extendLeases(transaction, EMAILS, [busy, free]));
  await owner.query('ROLLBACK');
  expect(ours).toEqual(new Set([busy.id, free.id]));
  expect(await leaseOf(busy)).toEqual(before.busy);
  expect(await leaseOf(free)).not.toEqual(before.free);
});

it('a worker whose row was claimed again can neither extend nor release it', async () => {
  const claim = await claimOne();
  const before = await leaseOf(claim);
  const old = { ...claim, attempt: 1 };
  expect(await database.system((transaction) => extendLeases(transaction, EMAILS, [old]))).toEqual(new Set());
  expect(await database.system((transaction) => releaseRow(transaction, EMAILS, old))).toBe(false);
  expect(await leaseOf(claim)).toEqual(before);
  expect(await database.system((transaction) => extendLeases(transaction, EMAILS, [claim]))).toEqual(
    new Set([claim.id]),
  );
});
