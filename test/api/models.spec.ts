import { readFileSync } from 'node:fs';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { tasks } from '../../libs/models/tasks/tasks.js';
import { startApi, Tenant, type TestApi, withKey } from '../factories/api.js';

let api: TestApi;
let tenant: Tenant;
let projectId: string;
let interactions: string;
let items: string;

beforeAll(async () => {
  api = await startApi();
  tenant = await Tenant.signUp(api);
  projectId = await tenant.createProject();
  interactions = await tenant.createDataSet(projectId, 'interactions');
  items = await tenant.createDataSet(projectId, 'items');
});
afterAll(() => api.close());

const create = (body: object) =>
  tenant.post(`/v1/projects/${projectId}/models`, { name: 'M', recipe: 'ials', sources: { interactions }, ...body });

describe('the families', () => {
  it('say what each takes, can be asked and is judged by, and of what kinds data sets are', async () => {
    const { key } = await tenant.createKey(projectId, ['project:read']);
    const { body } = await withKey(api, key).get('/v1/families').expect(200);
    const recommender = body.families.find((family: { key: string }) => family.key === 'recommender');
    expect(recommender).toMatchObject({
      task: 'recommendation',
      inputs: [
        { role: 'interactions', kind: 'interactions', required: true },
        { role: 'items', kind: 'items', required: false },
        { role: 'users', kind: 'users', required: false },
      ],
      operations: {
        recommendations: {
          request: { properties: { limit: { default: 10, maximum: 100 } } },
          meters: ['recommendation_requests', 'recommended_items'],
        },
      },
      metrics: { 'recall@20': { better: 'higher' }, 'gini@20': { better: 'lower' } },
      baselines: ['popularity'],
    });
    expect(Object.keys(recommender.metrics)).toContain(recommender.verdictBy);
    const ials = recommender.recipes.find((recipe: { key: string }) => recipe.key === 'ials');
    expect(ials.settings.properties.factors).toMatchObject({ minimum: 8 });
    const kind = body.kinds.find((each: { key: string }) => each.key === 'interactions');
    expect(kind.columns[0]).toMatchObject({ name: 'user_id', type: 'id', required: true });
    expect(kind.statistics.from.type).toBe('time');
  });

  it('can be asked at the address that is named after the operation', () => {
    const addresses = Object.values(tasks).flatMap(({ operations }) =>
      Object.keys(operations).map((operation) => `/v1/deployments/{deploymentId}/${operation}`),
    );
    const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as { paths: object };
    expect(Object.keys(paths)).toEqual(expect.arrayContaining(addresses));
  });
});

describe('a model', () => {
  it('learns from data sets by role, of the family that has the recipe and takes them', async () => {
    const { body } = await create({ settings: { factors: 16 }, sources: { interactions, items } }).expect(201);
    expect(body).toMatchObject({
      family: 'recommender',
      task: 'recommendation',
      settings: { factors: 16, epochs: expect.any(Number) },
      sources: { interactions, items },
    });
    const { body: found } = await tenant.get(`/v1/projects/${projectId}/models/${body.id}`).expect(200);
    expect(found).toEqual(body);
    expect((await create({ family: 'recommender' }).expect(201)).body.family).toBe('recommender');
  });

  it('refuses settings out of range, and settings, recipes and families that nobody knows', async () => {
    expect((await create({ settings: { factors: 4 } }).expect(400)).body.errors[0].path).toBe('settings.factors');
    await create({ settings: { colour: 'red' } }).expect(400);
    for (const name of ['magic', 'constructor', '']) {
      expect((await create({ recipe: name, family: 'recommender' }).expect(400)).body.detail).toMatch(/^recipe/);
      expect((await create({ recipe: name }).expect(400)).body.detail).toMatch(/No family has this recipe/);
      expect((await create({ family: name }).expect(400)).body.detail).toMatch(/recommender/);
    }
  });

  it('refuses sources that are missing, in a role that nobody knows, of another kind, or of nobody', async () => {
    const family = 'recommender';
    expect((await create({ family, sources: {} }).expect(400)).body.errors).toEqual([
      { path: 'sources.interactions', message: 'is missing' },
    ]);
    const strange = await create({ family, sources: { interactions, texts: items } }).expect(400);
    expect(strange.body.errors[0]).toMatchObject({ path: 'sources.texts' });
    const wrong = await create({ sources: { interactions: items } }).expect(422);
    expect(wrong.body).toMatchObject({ code: 'wrong_data_set_kind' });
    expect(wrong.body.detail).toMatch(/^sources\.interactions .* interactions; this one holds items/);
    await create({ sources: { interactions, items: crypto.randomUUID() } }).expect(404);
  });

  it('cannot be trained before its data set holds rows', async () => {
    const { id } = (await create({}).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(422);
    expect(body.code).toBe('data_set_empty');
  });

  it('says what a training would take, as far as anything is known, to whoever may start one', async () => {
    const estimateOf = async (modelId: string) =>
      (await tenant.get(`/v1/projects/${projectId}/models/${modelId}/training-estimate`).expect(200)).body;
    const { id } = (await create({}).expect(201)).body;
    const nothing = { seconds: null, trainingSeconds: null, basedOn: null, cost: null, currency: 'usd' };
    expect(await estimateOf(id)).toMatchObject({ ...nothing, rows: null, includedSeconds: 3_600 });
    const live = await tenant.deploy();
    const path = `/v1/projects/${live.projectId}/models`;
    const known = (await tenant.get(`${path}/${live.modelId}/training-estimate`).expect(200)).body;
    expect(known).toMatchObject({ basedOn: { of: 'model', trainings: 1 }, rows: expect.any(Number) });
    expect(known.trainingSeconds.most).toBeLessThanOrEqual(known.secondsMax);
    // What other projects trained is none of this one's.
    expect(await estimateOf(id)).toMatchObject(nothing);
    const stranger = await Tenant.signUp(api);
    await stranger.get(`${path}/${live.modelId}/training-estimate`).expect(404);
  });
});

describe('a version', () => {
  it('says its family, task and recipe; a deployment answers its task alone, which the database keeps', async () => {
    const owner = await Tenant.signUp(api);
    const live = await owner.deploy();
    const inProject = `/v1/projects/${live.projectId}`;
    const { body } = await owner.get(`${inProject}/models/${live.modelId}/versions`).expect(200);
    const said = { family: 'recommender', task: 'recommendation' };
    expect(body.data[0]).toMatchObject({ ...said, recipe: 'popularity' });
    const deployment = `${inProject}/deployments/${live.deploymentId}`;
    expect((await owner.get(deployment).expect(200)).body).toMatchObject(said);
    const database = new pg.Client({ connectionString: inject('ownerUrl') });
    await database.connect();
    try {
      const other = `INSERT INTO model_versions (tenant_id, id, project_id, model_id, training_job_id, ordinal, family, task, recipe,
          artifact_key, artifact_sha256, artifact_bytes, result)
        SELECT tenant_id, gen_random_uuid(), project_id, model_id, training_job_id, 1, 'toy', 'guessing', 'mean',
          'none', 'none', 1, result FROM model_versions WHERE id = $1 RETURNING id`;
      const { rows } = await database.query(other, [live.modelVersionId]);
      const { body: refused } = await owner.patch(deployment, { modelVersionId: rows[0].id }).expect(409);
      expect(refused.code).toBe('wrong_task');
      const force = `UPDATE deployments SET model_version_id = $1 WHERE id = $2`;
      await expect(database.query(force, [rows[0].id, live.deploymentId])).rejects.toThrow(/foreign key/);
      const { body: made } = await owner.post(`${inProject}/deployments`, {
        name: 'Guess',
        modelVersionId: rows[0].id,
      });
      expect(made.task).toBe('guessing');
      // What it answers is not what is asked.
      const call = { userId: 'user-1' };
      const { body: wrong } = await owner.post(`/v1/deployments/${made.id}/recommendations`, call).expect(409);
      expect(wrong.code).toBe('wrong_task');
    } finally {
      await database.end();
    }
  });
});
