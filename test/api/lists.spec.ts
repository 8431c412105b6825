import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi } from '../factories/api.js';

type Row = Record<string, any>;

let api: TestApi;
let owner: pg.Client;
let tenant: Tenant;
let tenantId: string;
let live: Awaited<ReturnType<Tenant['deploy']>>;
let project: string;

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  tenant = await Tenant.signUp(api);
  tenantId = (await tenant.get('/v1/me').expect(200)).body.organization.id;
  live = await tenant.deploy();
  project = `/v1/projects/${live.projectId}`;
});
afterAll(() => Promise.all([api.close(), owner.end()]));

/** All that a list holds, by pages of two. */
async function walk(path: string): Promise<Row[]> {
  const all: Row[] = [];
  let cursor = '';
  do {
    const more = cursor && `&cursor=${cursor}`;
    const { body } = await tenant.get(`${path}${path.includes('?') ? '&' : '?'}limit=2${more}`).expect(200);
    expect(body.data.length).toBeLessThanOrEqual(2);
    all.push(...body.data);
    cursor = body.nextCursor;
  } while (cursor);
  return all;
}
const namesOf = async (path: string) => (await walk(path)).map(({ name, url }) => name ?? url);
const add = async (path: string, body: object): Promise<Row> => (await tenant.post(path, body).expect(201)).body;

describe('a list', () => {
  it('is ordered over all its rows, page by page, either way, by names whatever their case', async () => {
    const words = ['pear', 'Apple', 'cherry', 'Banana', 'apple'];
    for (const name of words) await add('/v1/projects', { name: `fruit ${name}` });
    const asMade = words.map((name) => `fruit ${name}`);
    expect(await namesOf('/v1/projects?search=FRUIT&order=asc')).toEqual(asMade);
    expect(await namesOf('/v1/projects?search=fruit')).toEqual(asMade.toReversed());
    const byName = ['fruit Apple', 'fruit apple', 'fruit Banana', 'fruit cherry', 'fruit pear'];
    expect(await namesOf('/v1/projects?search=fruit&sort=name&order=asc')).toEqual(byName);
    expect(await namesOf('/v1/projects?search=fruit&sort=name')).toEqual(byName.toReversed());
    const [shop] = (await tenant.get(`/v1/projects?search=${live.projectId}`).expect(200)).body.data;
    expect(shop).toMatchObject({ name: 'Shop', dataSets: 1, models: 1, deployments: 1 });
  });

  it('is searched without a meaning of any sign, and refuses what it cannot be ordered by', async () => {
    await add('/v1/projects', { name: '100%_\\ sure' });
    expect(await namesOf(`/v1/projects?search=${encodeURIComponent('100%_\\')}`)).toEqual(['100%_\\ sure']);
    expect(await namesOf(`/v1/projects?search=${encodeURIComponent('1%s')}`)).toEqual([]);
    for (const query of ['sort=deployments', 'order=up', 'search=a&search=b', `search=${'x'.repeat(201)}`, 'status=x'])
      await tenant.get(`/v1/projects?${query}`).expect(400);
  });

  it('says so where what the page before ended with is gone', async () => {
    const made = [];
    for (const name of ['gone 1', 'gone 2', 'gone 3']) made.push(await add('/v1/projects', { name }));
    const query = '/v1/projects?search=gone&sort=name&order=asc&limit=1';
    const { nextCursor } = (await tenant.get(query).expect(200)).body;
    await tenant.delete(`/v1/projects/${made[0]!['id']}`).expect(204);
    expect((await tenant.get(`${query}&cursor=${nextCursor}`).expect(409)).body.code).toBe('cursor_gone');
    // Ids are in the order of time, so that nothing needs to be known of the row.
    const byTime = '/v1/projects?search=gone&order=asc&limit=1';
    expect((await tenant.get(`${byTime}&cursor=${nextCursor}`).expect(200)).body.data).toMatchObject([
      { name: 'gone 2' },
    ]);
  });

  it('S1: holds nothing of another organization or project, whoever’s row the cursor names', async () => {
    const stranger = await Tenant.signUp(api);
    await stranger.createProject('fruit of theirs');
    expect((await stranger.get('/v1/projects?search=fruit').expect(200)).body.data).toHaveLength(1);
    const cursor = `sort=name&cursor=${live.projectId}`;
    expect((await stranger.get(`/v1/projects?${cursor}`).expect(409)).body.code).toBe('cursor_gone');
    const other = await tenant.createProject('Other');
    for (const list of ['data-sets', 'models', 'deployments', 'api-keys']) {
      const path = `/v1/projects/${other}/${list}`;
      expect((await tenant.get(`${path}?search=${live.projectId}`).expect(200)).body.data).toEqual([]);
      expect(await walk(`${path}?sort=name`)).toEqual([]);
      await stranger.get(`${project}/${list}?sort=name`).expect(404);
    }
  });

  it('is read in order by an index, without a sort', async () => {
    const orders = {
      projects_by_name: 'projects WHERE tenant_id = $1 ORDER BY lower(name), id',
      data_sets_by_name: 'data_sets WHERE tenant_id = $1 AND project_id = $2 ORDER BY lower(name), id',
      models_by_name: 'models WHERE tenant_id = $1 AND project_id = $2 ORDER BY lower(name), id',
      deployments_by_name: 'deployments WHERE tenant_id = $1 AND project_id = $2 ORDER BY lower(name), id',
      api_keys_by_name: 'api_keys WHERE tenant_id = $1 AND project_id = $2 ORDER BY lower(name), id',
      deployments_tenant_id_project_id_updated_at_id_idx:
        'deployments WHERE tenant_id = $1 AND project_id = $2 ORDER BY updated_at DESC, id DESC',
      imports_tenant_id_data_set_id_id_idx: 'imports WHERE tenant_id = $1 AND data_set_id = $2 ORDER BY id DESC',
      model_versions_tenant_id_model_id_id_idx:
        'model_versions WHERE tenant_id = $1 AND model_id = $2 ORDER BY id DESC',
    };
    await owner.query('BEGIN');
    // Few rows are put in order as well in memory.
    await owner.query('SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off; SET LOCAL enable_bitmapscan = off');
    for (const [index, rest] of Object.entries(orders)) {
      const values = rest.includes('$2') ? [tenantId, live.projectId] : [tenantId];
      const { rows } = await owner.query(`EXPLAIN SELECT id FROM ${rest} LIMIT 2`, values);
      const plan = JSON.stringify(rows);
      expect(plan, index).toContain(index);
      expect(plan, index).not.toContain('Sort');
    }
    await owner.query('ROLLBACK');
  });
});

describe('the list of data sets', () => {
  it('is ordered by rows and by when they came, and narrowed to how their latest import ended', async () => {
    const path = `/v1/projects/${await tenant.createProject('Lists')}/data-sets`;
    const projectId = path.split('/')[3]!;
    const made: string[] = [];
    for (const name of ['three', 'one', 'broken', 'none'])
      made.push((await add(path, { name, kind: 'interactions' }))['id']);
    await tenant.upload(projectId, made[1]!, 'user_id,item_id\na,b\n');
    await tenant.upload(projectId, made[0]!, 'user_id,item_id\na,b\na,c\na,d\n');
    await tenant.upload(projectId, made[2]!, 'nothing\nof use\n');
    expect(await namesOf(`${path}?sort=rows`)).toEqual(['three', 'one', 'none', 'broken']);
    expect(await namesOf(`${path}?sort=importedAt`)).toEqual(['three', 'one', 'none', 'broken']);
    expect(await namesOf(`${path}?sort=name&order=asc`)).toEqual(['broken', 'none', 'one', 'three']);
    expect(await namesOf(`${path}?status=succeeded`)).toEqual(['one', 'three']);
    expect(await namesOf(`${path}?status=failed`)).toEqual(['broken']);
    expect(await namesOf(`${path}?status=empty`)).toEqual(['none']);
    expect(await namesOf(`${path}?search=ON&status=succeeded`)).toEqual(['one']);
  });
});

describe('the list of models', () => {
  it('tells how far each is and what its newest version is worth', async () => {
    const sources = { interactions: live.interactionsDataSetId };
    const made = [];
    for (const name of ['untrained', 'failed', 'training'])
      made.push(await add(`${project}/models`, { name, recipe: 'popularity', sources }));
    const addJob = (modelId: string, status: string) =>
      owner.query(
        `INSERT INTO training_jobs (tenant_id, id, project_id, model_id, status, failure_kind, finished_at, lease_expires_at)
         VALUES ($1, $2, $3, $4, $5::training_job_status, CASE $5 WHEN 'failed' THEN 'input'::training_failure_kind END, CASE $5 WHEN 'failed' THEN now() END,
           CASE $5 WHEN 'running' THEN now() + interval '1 day' END)`,
        [tenantId, uuidv7(), live.projectId, modelId, status],
      );
    await addJob(made[1]!['id'], 'failed');
    await addJob(made[2]!['id'], 'running');
    const models = await walk(`${project}/models?order=asc`);
    expect(models.map(({ name, status }) => [name, status])).toEqual([
      ['Model', 'trained'],
      ['untrained', 'untrained'],
      ['failed', 'failed'],
      ['training', 'training'],
    ]);
    const { body } = await tenant.get(`${project}/models/${live.modelId}/versions`).expect(200);
    const { id, verdict, provenance, createdAt } = body.data[0];
    expect(models[0]!['latestVersion']).toEqual({ id, verdict, provenance, createdAt });
    expect(models[1]!['latestVersion']).toBeNull();
    // It is its own baseline.
    expect(verdict).toMatchObject({ judgement: 'close', baseline: 'popularity', metric: 'ndcg@100', change: 0 });
    expect(models[0]).toMatchObject({ sources, settings: {} });
    for (const status of ['untrained', 'failed', 'training'])
      expect(await namesOf(`${project}/models?status=${status}`)).toEqual([status]);
    expect((await namesOf(`${project}/models?sort=trainedAt`))[0]).toBe('Model');
    expect(await namesOf(`${project}/models?sort=name`)).toEqual(['untrained', 'training', 'Model', 'failed']);
    await owner.query('DELETE FROM training_jobs WHERE tenant_id = $1 AND model_id = ANY($2)', [
      tenantId,
      made.map((model) => model['id']),
    ]);
  });
});

describe('the list of deployments', () => {
  it('names the model and the version of each, and is ordered by the latest change', async () => {
    const modelVersionId = live.modelVersionId;
    const [first, second] = [
      await add(`${project}/deployments`, { name: 'Basket', modelVersionId }),
      await add(`${project}/deployments`, { name: 'Letter', modelVersionId }),
    ];
    await tenant.patch(`${project}/deployments/${first!['id']}`, { name: 'basket' }).expect(200);
    expect(await namesOf(`${project}/deployments?sort=updatedAt`)).toEqual(['basket', 'Letter', 'Home']);
    expect(await namesOf(`${project}/deployments?sort=name&order=asc`)).toEqual(['basket', 'Home', 'Letter']);
    expect(await walk(`${project}/deployments?search=letter`)).toMatchObject([
      { id: second!['id'], modelName: 'Model', versionName: '', versionNumber: 1 },
    ]);
    expect(await walk(`${project}/deployments?search=MODEL`)).toHaveLength(3);
  });
});

describe('the list of keys', () => {
  it('is narrowed to those that are accepted or have ended, and ordered by their last use', async () => {
    const path = `${project}/api-keys`;
    const keys: Row[] = [];
    for (const name of ['used', 'revoked', 'expired', 'unused']) keys.push(await add(path, { name }));
    await tenant.delete(`${path}/${keys[1]!['id']}`).expect(204);
    const set = (sql: string, id: string) => owner.query(`UPDATE api_keys SET ${sql} WHERE id = $1`, [id]);
    await set(`expires_at = now() - interval '1 second'`, keys[2]!['id']);
    await set('last_used_at = now()', keys[0]!['id']);
    expect(await namesOf(`${path}?status=live`)).toEqual(['unused', 'used']);
    expect(await namesOf(`${path}?status=ended`)).toEqual(['expired', 'revoked']);
    expect((await namesOf(`${path}?sort=lastUsedAt`))[0]).toBe('used');
    expect(await namesOf(`${path}?search=${keys[3]!['prefix']}`)).toEqual(['unused']);
  });
});

describe('the list of webhook endpoints', () => {
  it('is searched by address and description, and narrowed to a state', async () => {
    const made = [];
    for (const url of ['https://b.example/x', 'https://a.example/x'])
      made.push(await add('/v1/webhook-endpoints', { url, description: `Tells ${url[8]}` }));
    await tenant.patch(`/v1/webhook-endpoints/${made[0]!['id']}`, { isEnabled: false }).expect(200);
    await owner.query('UPDATE webhook_endpoints SET failing_since = now() WHERE id = $1', [made[1]!['id']]);
    const path = '/v1/webhook-endpoints';
    expect(await namesOf(`${path}?sort=url&order=asc`)).toEqual(['https://a.example/x', 'https://b.example/x']);
    expect(await namesOf(`${path}?search=tells%20B`)).toEqual(['https://b.example/x']);
    expect(await namesOf(`${path}?status=disabled`)).toEqual(['https://b.example/x']);
    expect(await namesOf(`${path}?status=failing`)).toEqual(['https://a.example/x']);
    expect(await namesOf(`${path}?status=enabled`)).toEqual([]);
  });
});
