import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { eraseFile } from '../../apps/worker/erase-file.js';
import {
  DataSetsRepository,
  LiveInteractionsRepository,
  SingleRowsRepository,
} from '../../libs/features/data-sets/index.js';
import { ErasuresProcessor } from '../../libs/features/end-users/erasures.processor.js';
import { ErasuresRepository, NEXT_ERASURE } from '../../libs/features/end-users/erasures.repository.js';
import { UserMergesRepository } from '../../libs/features/end-users/index.js';
import type { UserEraser } from '../../libs/features/end-users/worker.js';
import { ModelsRepository } from '../../libs/features/models/index.js';
import { TrainingJobsRepository } from '../../libs/features/training-jobs/index.js';
import { Database } from '../../libs/platform/database/database.js';
import { OBJECT_STORE, type ObjectStore } from '../../libs/platform/object-store/object-store.js';
import { ApiProcess } from '../factories/api-process.js';
import { startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

/** Every row of every table, as a dump would hold it. */
async function dump(): Promise<string> {
  const { rows } = await owner.query(
    `SELECT table_name AS name FROM information_schema.tables WHERE table_schema = 'public' AND table_type = 'BASE TABLE'`,
  );
  let text = '';
  for (const { name } of rows) {
    const table = await owner.query(
      `SELECT coalesce(string_agg(t::text, E'\\n'), '') AS text FROM ${pg.escapeIdentifier(name)} t`,
    );
    text += table.rows[0].text;
  }
  return text;
}

/** Files of the data folder, but for Postgres's own, that hold the text, also where they are compressed. */
async function filesWith(text: string): Promise<string[]> {
  const folder = inject('dataDirectory');
  const files = readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && !entry.parentPath.includes('/postgres'))
    .map((entry) => path.join(entry.parentPath, entry.name));
  const found: string[] = [];
  for (const file of files) {
    const bytes = readFileSync(file);
    if (bytes.includes(text)) found.push(file);
    else if (file.endsWith('.parquet') && parquetRows(file).includes(text)) found.push(file);
  }
  return found;
}

function parquetRows(file: string): string {
  const script = `import { DuckDBInstance } from '@duckdb/node-api';
    const c = await (await DuckDBInstance.create()).connect();
    console.log(JSON.stringify((await c.runAndReadAll("SELECT * FROM read_parquet('${file}')")).getRowsJson()));`;
  return execFileSync(process.execPath, ['--input-type=module', '-e', script], { maxBuffer: 1e9 }).toString();
}

describe("a customer's user", () => {
  it('S40: can be exported, and erased from every place: no answer at once, no row, no file a while later', async () => {
    const canary = `canary-${Date.now()}`;
    const tenant = await Tenant.signUp(api);
    const csv = `${tasteCsv()}\n${canary},item-1,5,1\n${canary},item-3,5,2\n${canary},item-5,5,3\n`;
    const live = await tenant.deploy({ csv, recipe: 'user-knn' });
    const { projectId, interactionsDataSetId } = live;
    // An earlier import, a data set of people, and messages that name the person, hold them too.
    await tenant.upload(projectId, interactionsDataSetId, csv);
    const usersDataSetId = await tenant.createDataSet(projectId, 'users');
    const twice = await tenant.upload(
      projectId,
      usersDataSetId,
      `user_id,town\n${canary},Basel\n${canary},Bern\nuser-1,Chur\n`,
    );
    expect(JSON.stringify(twice.errors)).toContain(canary);
    await owner.query(`UPDATE training_jobs SET failure_reason = 'user "' || $1 || '" with item "x"' WHERE id = $2`, [
      canary,
      live.job.id,
    ]);
    const { key } = await tenant.createKey(projectId, ['deployments:call', 'project:write']);
    const client = withKey(api, key);
    const ask = (body: object = {}) =>
      client.post(`/v1/deployments/${live.deploymentId}/recommendations`, { userId: canary, limit: 5, ...body });
    expect((await ask()).body.source).toBe('model');
    // Whoever does not want to be profiled gets what is popular, and what they have seen is not left out.
    const plain = (await ask({ personalized: false, limit: 100 })).body;
    expect(plain).toMatchObject({ source: 'popularity' });
    expect(plain).not.toHaveProperty('fallbackReason');
    expect(plain.items.map(({ itemId }: { itemId: string }) => itemId)).toContain('item-1');
    expect((await ask({ userId: undefined, personalized: false })).status).toBe(200);
    expect((await ask({ userId: undefined })).status).toBe(400);

    const exported = await tenant.get(`/v1/projects/${projectId}/users/${canary}`).expect(200);
    expect(exported.body).toMatchObject({ userId: canary, isComplete: true });
    expect(exported.body.dataSets.map(({ rows }: { rows: object[] }) => rows.length).sort()).toEqual([1, 3]);
    expect(exported.headers['content-disposition']).toMatch(/attachment/);

    const other = await ApiProcess.start();
    const { body: receipt } = await tenant.delete(`/v1/projects/${projectId}/users/${canary}`).expect(202);
    expect(receipt).toMatchObject({ status: 'pending', completedAt: null });
    expect((await tenant.delete(`/v1/projects/${projectId}/users/${canary}`).expect(202)).body.id).toBe(receipt.id);
    await until(async () => (await ask()).body.fallbackReason === 'unknown_user');
    const elsewhere = withKey({ url: other.url } as TestApi, key).post(
      `/v1/deployments/${live.deploymentId}/recommendations`,
      {
        userId: canary,
      },
    );
    expect((await elsewhere).body.fallbackReason).toBe('unknown_user');
    await other.stop('SIGKILL');
    // A file that is sent meanwhile does not bring them back.
    await tenant.upload(projectId, interactionsDataSetId, csv);

    const done = await completion(tenant, `/v1/projects/${projectId}/erasures/${receipt.id}`);
    expect(done.receipt).toEqual({ rows: 7, imports: 3, modelVersions: 1, texts: 4 });
    expect(await dump()).not.toContain(canary);
    expect(await filesWith(canary)).toEqual([]);
    // All others are as they were.
    expect((await ask({ userId: 'user-2' })).body.source).toBe('model');
    expect((await ask()).body.fallbackReason).toBe('unknown_user');
    const { body: dataSet } = await tenant.get(`/v1/projects/${projectId}/data-sets/${interactionsDataSetId}`);
    expect(dataSet.currentImport.statistics.users).toBe(60);
    expect((await tenant.get(`/v1/projects/${projectId}/users/${canary}`).expect(200)).body.dataSets).toEqual([]);
    expect((await tenant.get(`/v1/projects/${projectId}/erasures`).expect(200)).body.data).toEqual([done]);
    // Of many who read at once only one does at a time.
    const all = await Promise.all(
      Array.from({ length: 20 }, () => tenant.get(`/v1/projects/${projectId}/users/user-2`)),
    );
    expect([...new Set(all.map(({ status }) => status))].sort()).toEqual([200, 429]);
    expect(all.find(({ status }) => status === 429)!.body.code).toBe('export_under_way');
    // Another organization sees none of it.
    const stranger = await Tenant.signUp(api);
    await stranger.get(`/v1/projects/${projectId}/erasures/${receipt.id}`).expect(404);
    await stranger.delete(`/v1/projects/${projectId}/users/${canary}`).expect(404);
  });

  it('S40: is erased once by two workers at a time, and never while a file that was sent before still waits', async () => {
    const canary = `canary-${Date.now()}`;
    const tenant = await Tenant.signUp(api);
    const csv = `${tasteCsv()}\n${canary},item-1,5,1\n`;
    const { projectId, interactionsDataSetId, job } = await tenant.deploy({ csv, recipe: 'user-knn' });
    const objects = api.app.get<ObjectStore>(OBJECT_STORE, { strict: false });
    const database = api.app.get(Database, { strict: false });
    const eraser: UserEraser = { erase: eraseFile };
    const rowsOf = [new DataSetsRepository(), new UserMergesRepository(), new SingleRowsRepository()] as const;
    const owners = [
      ...rowsOf,
      new LiveInteractionsRepository(),
      new ModelsRepository(),
      new TrainingJobsRepository(),
    ] as const;
    const workers = Array.from(
      { length: 4 },
      () => new ErasuresProcessor(database, new ErasuresRepository(), ...owners, eraser, objects),
    );
    for (const each of workers) each.onApplicationBootstrap();
    // As if a file that was sent before were still being read.
    const { rows: reading } = await owner.query(
      `INSERT INTO imports (tenant_id, id, data_set_id, status, upload_key, upload_bytes, attempt, lease_expires_at, started_at)
       SELECT tenant_id, gen_random_uuid(), data_set_id, 'running', 'none', 1, 1, now() + interval '1 hour', now()
       FROM imports WHERE data_set_id = $1 RETURNING id`,
      [interactionsDataSetId],
    );
    const { body: receipt } = await tenant.delete(`/v1/projects/${projectId}/users/${canary}`).expect(202);
    const passes = async () =>
      (await owner.query('SELECT attempt FROM erasures WHERE id = $1', [receipt.id.replace(/^.*_/, '')])).rows[0]
        .attempt;
    await until(async () => (await passes()) >= 2);
    const erasurePath = `/v1/projects/${projectId}/erasures/${receipt.id}`;
    expect((await tenant.get(erasurePath).expect(200)).body).toMatchObject({ status: 'pending', receipt: {} });
    await owner.query('DELETE FROM imports WHERE id = $1', [reading[0].id]);
    const erasure = await completion(tenant, erasurePath);
    await Promise.all(workers.map((each) => each.beforeApplicationShutdown()));
    expect(erasure.receipt).toMatchObject({ rows: 1, imports: 1, modelVersions: 1 });
    expect(await filesWith(canary)).toEqual([]);
    // What stands in for the files can be read: a worker that was slower has deleted nothing of the faster one's.
    const { rows } = await owner.query(
      'SELECT content_key AS key FROM imports WHERE data_set_id = $1 UNION ALL SELECT artifact_key FROM model_versions WHERE id = $2',
      [interactionsDataSetId, job.modelVersionIds[0].replace(/^.*_/, '')],
    );
    expect(rows).toHaveLength(2);
    for (const { key } of rows) await (await objects.open(key)).release();
  });
});

async function completion(tenant: Tenant, erasurePath: string) {
  let erasure: any;
  await until(async () => (erasure = (await tenant.get(erasurePath).expect(200)).body).status === 'completed', 60_000);
  return erasure;
}

it('an organization that asks for many erasures keeps another waiting for one of them at most, also where each takes several turns', async () => {
  const [many, one] = [await Tenant.signUp(api), await Tenant.signUp(api)];
  const projects = [await many.createProject(), await one.createProject()];
  const insert = `INSERT INTO erasures (tenant_id, id, project_id, user_id, user_hash, attempt, next_attempt_at)
    SELECT tenant_id, gen_random_uuid(), id, $2::text, sha256($2::text::bytea), $3, now() + $4::interval FROM projects WHERE id = $1 RETURNING id`;
  await owner.query('BEGIN');
  // Nobody else sees them, and the rest is not there.
  await owner.query('DELETE FROM erasures');
  await owner.query(insert, [projects[0], 'a-1', 1, '4 seconds']);
  await owner.query(insert, [projects[0], 'a-2', 1, '-1 second']);
  await owner.query(insert, [projects[0], 'a-3', 0, '-1 minute']);
  const { rows: theirs } = await owner.query(insert, [projects[1], 'b-1', 0, '-1 second']);
  const { rows: next } = await owner.query(NEXT_ERASURE);
  await owner.query('ROLLBACK');
  expect(next.map(({ id }) => id)).toEqual([theirs[0].id]);
});
