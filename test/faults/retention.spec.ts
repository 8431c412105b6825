import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { RETENTION } from '../../libs/features/retention/retention.js';
import { RetentionRepository } from '../../libs/features/retention/retention.repository.js';
import { RetentionService } from '../../libs/features/retention/retention.service.js';
import { Clock } from '../../libs/platform/clock/clock.js';
import { Database } from '../../libs/platform/database/database.js';
import { DiskObjectStore } from '../../libs/platform/object-store/disk-object-store.js';
import { startApi, Tenant, type TestApi, withKey } from '../factories/api.js';

const DAYS_400 = 400 * 86_400;

// Next to no other file: what is deleted here is deleted of all tenants.
let api: TestApi;
let owner: pg.Client;
const folder = mkdtempSync(path.join(tmpdir(), 'kindred-retention-'));

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
  rmSync(folder, { recursive: true });
});

function serviceAt(offsetSeconds: number, store: string): RetentionService {
  const database = api.app.get(Database, { strict: false });
  const clock = new Clock();
  clock.agree({ nowMs: Date.now(), offsetMs: 1_000 * offsetSeconds });
  return new RetentionService(new RetentionRepository(database), clock, new DiskObjectStore(store));
}

it('S41: after 400 days of the clock nothing is left of what is kept for a time, and all of what is kept for ever', async () => {
  const tenant = await Tenant.signUp(api);
  const live = await tenant.deploy();
  const { key } = await tenant.createKey(live.projectId);
  await withKey(api, key)
    .post(`/v1/deployments/${live.deploymentId}/recommendations`, { userId: 'user-1' })
    .expect(200);
  const { organization, user } = (await tenant.get('/v1/me')).body;
  const one = [organization.id];
  await owner.query(
    `INSERT INTO emails (tenant_id, id, recipient_id, subject, text) VALUES ($1, gen_random_uuid(), $2, 's', 't')`,
    [organization.id, user.id],
  );
  await owner.query(
    `INSERT INTO webhook_messages (tenant_id, id, type, data) VALUES ($1, gen_random_uuid(), 'ping', '{}')`,
    one,
  );
  await tenant.upload(live.projectId, live.interactionsDataSetId, 'nothing,that,fits\n1,2,3\n');
  await owner.query(`INSERT INTO ledger_checks (checked_at, since, mismatches) VALUES (now(), now(), 0)`);
  await owner.query(`INSERT INTO throttles (key, tokens, is_granted, refilled_at) VALUES ('k', 1, true, now())`);
  await new Promise((resolve) => setTimeout(resolve, 1_500));
  const countsOf = async (tables: string[]) => {
    const counts: Record<string, number> = {};
    for (const table of tables)
      counts[table] = (await owner.query(`SELECT count(*)::int AS count FROM ${table}`)).rows[0].count;
    return counts;
  };
  const forTime = [
    'request_log',
    'webhook_messages',
    'emails',
    'training_job_events',
    'sessions',
    'ledger_checks',
    'throttles',
  ];
  for (const [table, count] of Object.entries(await countsOf(forTime)))
    expect([table, count > 0]).toEqual([table, true]);
  const forEver = [
    'usage_events',
    'usage_rollups',
    'organizations',
    'users',
    'projects',
    'models',
    'model_versions',
    'training_jobs',
  ];
  const before = await countsOf(forEver);
  await serviceAt(0, path.join(folder, 'none')).deleteRows();
  expect((await countsOf(['emails', 'request_log'])).emails).toBeGreaterThan(0);
  await serviceAt(DAYS_400, path.join(folder, 'none')).deleteRows();
  expect(Object.values(await countsOf(forTime)).every((count) => count === 0)).toBe(true);
  expect((await owner.query(`SELECT FROM imports WHERE status = 'failed'`)).rows).toEqual([]);
  expect((await owner.query(`SELECT FROM imports WHERE status = 'succeeded'`)).rows.length).toBeGreaterThan(0);
  expect(await countsOf(forEver)).toEqual(before);
  // The table of what is kept names tables that are there.
  for (const { table, since } of RETENTION) await owner.query(`SELECT ${since} FROM ${table} LIMIT 0`);
});

it('keeps of each data set the latest five imports, and those that a job is still to learn from', async () => {
  const tenant = await Tenant.signUp(api);
  const { projectId, interactionsDataSetId: id, job } = await tenant.deploy();
  const { rows } = await owner.query('SELECT import_id AS id FROM training_job_sources WHERE training_job_id = $1', [
    job.id,
  ]);
  // Side by side, as imports come after everything else that the machine does.
  const dataSet = `/v1/projects/${projectId}/data-sets/${id}`;
  const sent: string[] = [];
  for (let i = 0; i < 6; i++)
    sent.push((await tenant.put(`${dataSet}/content`, `user_id,item_id\nu,i${i}\n`).expect(202)).body.importId);
  await Promise.all(sent.map((each) => tenant.waitFor(`${dataSet}/imports/${each}`)));
  const importsOf = async () =>
    (await owner.query('SELECT id FROM imports WHERE data_set_id = $1 ORDER BY id', [id])).rows.map((row) => row.id);
  await owner.query(`UPDATE training_jobs SET status = 'queued', finished_at = NULL, pool = 'nobody' WHERE id = $1`, [
    job.id,
  ]);
  await serviceAt(0, folder).deleteRows();
  expect(await importsOf()).toHaveLength(6);
  expect(await importsOf()).toContain(rows[0].id);
  await owner.query(`UPDATE training_jobs SET status = 'cancelled', finished_at = now() WHERE id = $1`, [job.id]);
  await serviceAt(0, folder).deleteRows();
  expect(await importsOf()).toHaveLength(5);
  const { body } = await tenant.get(dataSet).expect(200);
  expect(body.currentImport.status).toBe('succeeded');
});

it('deletes our files that no row names once they are a day old, and no other', async () => {
  const store = path.join(folder, 'objects');
  const objects = new DiskObjectStore(store);
  const { rows } = await owner.query(
    'SELECT (SELECT artifact_key FROM model_versions LIMIT 1) AS artifact, (SELECT content_key FROM imports WHERE content_key IS NOT NULL LIMIT 1) AS content',
  );
  const tenantId = rows[0].content.split('/')[0];
  const unnamed = ['uploads/broken-off.csv', 'artifacts/of-a-deleted-version', 'content/x-1.parquet.abc.draft'].map(
    (key) => `${tenantId}/${key}`,
  );
  const young = `${tenantId}/uploads/just-now.csv`;
  // A store may hold what another installation, or another program, has put there.
  const foreign = [
    `${randomUUID()}/content/of-another-installation.parquet`,
    `${tenantId}/notes/of-another-program`,
    'backups/pg_dump.tar',
  ];
  const kept = [rows[0].artifact, rows[0].content, ...foreign];
  for (const key of [...kept, ...unnamed, young]) await objects.put(key, Readable.from(['x']));
  const yesterday = Date.now() / 1000 - 25 * 3_600;
  for (const key of [...kept, ...unnamed]) utimesSync(path.join(store, key), yesterday, yesterday);
  const scratch = path.join(folder, 'scratch');
  for (const name of ['kindred-import-old', 'kindred-training-new', 'another-program'])
    mkdirSync(path.join(scratch, name), { recursive: true });
  writeFileSync(path.join(scratch, 'kindred-import-old', 'rows'), 'x');
  utimesSync(path.join(scratch, 'kindred-import-old'), yesterday, yesterday);
  utimesSync(path.join(scratch, 'another-program'), yesterday, yesterday);
  // However far the clock of trials was moved.
  const service = serviceAt(DAYS_400, store);
  await service.deleteFiles();
  await service.deleteScratch(scratch);
  for (const key of [...kept, young]) expect([key, existsSync(path.join(store, key))]).toEqual([key, true]);
  for (const key of unnamed) expect([key, existsSync(path.join(store, key))]).toEqual([key, false]);
  const left = ['kindred-import-old', 'kindred-training-new', 'another-program'].map((name) =>
    existsSync(path.join(scratch, name)),
  );
  expect(left).toEqual([false, true, true]);
});
