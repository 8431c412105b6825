import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { EMAILS, NEXT_EMAIL } from '../../libs/features/notifications/notifications.repository.js';
import { Database } from '../../libs/platform/database/database.js';
import { claimRows, extendLeases, releaseRow } from '../../libs/platform/queue/leased-rows.js';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

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

it('a row that ends while a claim waits for whoever ends it is not claimed', async () => {
  const { id } = await claimOne();
  await owner.query(
    `UPDATE emails SET lease_expires_at = NULL, next_attempt_at = now() + interval '1 day' WHERE id = $1`,
    [id],
  );
  await owner.query('BEGIN');
  await owner.query(`UPDATE emails SET status = 'sent', sent_at = now() WHERE id = $1`, [id]);
  const order = 'SELECT tenant_id, id FROM emails WHERE id = $1::uuid';
  const claimed = database.system((transaction) => claimRows(transaction, EMAILS, order, id));
  await until(async () => {
    // Within a transaction its first look would hold for all.
    await owner.query('SELECT pg_stat_clear_snapshot()');
    const { rows } = await owner.query(
      `SELECT FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND query LIKE '%emails leased%'`,
    );
    return rows.length > 0;
  });
  await owner.query('COMMIT');
  expect(await claimed).toEqual([]);
  const { rows } = await owner.query('SELECT status, attempt, lease_expires_at FROM emails WHERE id = $1', [id]);
  expect(rows).toEqual([{ status: 'sent', attempt: 2, lease_expires_at: null }]);
});

it('the mail of an organization that was sent none comes before the next of one that was sent many', async () => {
  const [many, one] = [await claimOne(), await claimOne()];
  await owner.query('BEGIN');
  await owner.query(`DELETE FROM emails WHERE NOT id = ANY($1)`, [[many.id, one.id]]);
  const due = `UPDATE emails SET lease_expires_at = NULL, next_attempt_at = now() - $2::interval WHERE id = $1`;
  await owner.query(due, [many.id, '1 hour']);
  await owner.query(due, [one.id, '1 second']);
  await owner.query(
    `INSERT INTO emails (tenant_id, id, recipient_id, subject, text, status, sent_at)
     SELECT tenant_id, $2, recipient_id, 'Earlier', 'Text', 'sent', now() FROM emails WHERE id = $1`,
    [many.id, uuidv7()],
  );
  const { rows } = await owner.query(NEXT_EMAIL);
  await owner.query('ROLLBACK');
  expect(rows).toEqual([{ tenant_id: one.tenantId, id: one.id }]);
});

it('a row that waits again is no longer its worker’s, who cannot take it back by extending its lease', async () => {
  const claim = await claimOne();
  expect(await database.system((transaction) => releaseRow(transaction, EMAILS, claim, 3_600))).toBe(true);
  expect(await database.system((transaction) => extendLeases(transaction, EMAILS, [claim]))).toEqual(new Set());
  expect(await leaseOf(claim)).toBeNull();
});
