// In this order: what a feature's schemas offer is what the registries hold when they are loaded.
import '../toy-family/register.js';
import '../toy-family/endpoint.js';
import pg from 'pg';
import { uuidv7 } from 'uuidv7';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { startApi, Tenant, type TestApi, until } from '../factories/api.js';

let api: TestApi;
let owner: pg.Client;

beforeAll(async () => {
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
  await owner.query(
    `INSERT INTO meters (key, unit, description, position) VALUES ('means', 'mean', 'Means said', 99) ON CONFLICT DO NOTHING`,
  );
  api = await startApi();
});
afterAll(() => Promise.all([api.close(), owner.end()]));

it('a family with a task and a kind of its own is uploaded for, trained, deployed, called and metered, by its folder alone', async () => {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const inProject = `/v1/projects/${projectId}`;

  const { families, kinds } = (await tenant.get('/v1/families').expect(200)).body;
  expect(families.map(({ key }: { key: string }) => key)).toContain('mean-of-numbers');
  expect(kinds.map(({ key }: { key: string }) => key)).toContain('numbers');

  const numbers = await tenant.createDataSet(projectId, 'numbers');
  const imported = await tenant.upload(projectId, numbers, 'number,colour\n1,red\nmany,red\n3,blue\n');
  expect(imported).toMatchObject({ status: 'succeeded', rowsAccepted: 2, rowsRejected: 1, statistics: { largest: 3 } });
  expect(imported.errors).toEqual([{ row: 3, column: 'number', message: '"many" is not a finite number' }]);

  // Its family follows from the recipe and the sources.
  const model = { name: 'Mean', recipe: 'mean', settings: { versions: 2 }, sources: { numbers } };
  const { body: created } = await tenant.post(`${inProject}/models`, model).expect(201);
  expect(created).toMatchObject({ family: 'mean-of-numbers', task: 'guessing' });
  const { body: queued } = await tenant.post(`${inProject}/models/${created.id}/training-jobs`).expect(202);
  expect(queued.warnings).toEqual(['A mean of 2 numbers says little.']);
  const job = await tenant.waitFor(`${inProject}/training-jobs/${queued.id}`);
  expect(job.status, job.failureReason).toBe('succeeded');
  expect(job.modelVersionIds).toHaveLength(2);

  // Of the versions that one job made each says its own, in their order.
  const versions = `${inProject}/models/${created.id}/versions`;
  const { data } = (await tenant.get(versions).expect(200)).body;
  const [first, second] = job.modelVersionIds.map((id: string) =>
    data.find((version: { id: string }) => version.id === id),
  );
  expect(first.result).toEqual({
    values: { error: 1 },
    baselines: { zero: { error: 2 } },
    intervals: {},
    evaluated: { of: 'numbers', count: 2 },
  });
  expect(second.result.values.error).toBeCloseTo(1);
  expect((await tenant.get(`${versions}/${first.id}/report`).expect(200)).body).toEqual({ largest: 3 });

  const deployment = { name: 'Guess', modelVersionId: first.id };
  const { body: deployed } = await tenant.post(`${inProject}/deployments`, deployment).expect(201);
  expect(deployed).toMatchObject({ task: 'guessing', family: 'mean-of-numbers' });
  const { key } = await tenant.createKey(projectId);
  const call = (operation: string, body: object, id = uuidv7()) =>
    fetch(`${api.url}/v1/deployments/${deployed.id}/${operation}`, {
      method: 'POST',
      headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json', 'idempotency-key': id },
      body: JSON.stringify(body),
    }).then(async (response) => ({
      status: response.status,
      body: (await response.json()) as Record<string, unknown>,
    }));
  expect(await call('means', { times: 10 })).toEqual({ status: 200, body: { mean: 20 } });

  // A route says how long what it takes may be; without a word it is 64 KiB.
  const padding = 'x'.repeat(100_000);
  expect(await call('means', { times: 10, padding })).toEqual({ status: 200, body: { mean: 20 } });
  expect(await call('medians', { padding })).toMatchObject({ status: 413 });

  // What its task lacks, and what its task has and this family cannot.
  expect(await call('recommendations', { userId: 'u' })).toMatchObject({ status: 409, body: { code: 'wrong_task' } });
  expect(await call('medians', {})).toMatchObject({ status: 501, body: { code: 'unsupported_operation' } });
  // Both calls that were answered, once the journal has drained.
  await until(async () => {
    const { rows } = (await tenant.get('/v1/usage?groupBy=meter&meter=means').expect(200)).body;
    return rows[0]?.quantity === '2';
  });
});

it('says in the family’s own words what it cannot learn from', async () => {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const numbers = await tenant.createDataSet(projectId, 'numbers');
  await tenant.upload(projectId, numbers, 'number\n1\n13\n3\n4\n');
  const model = { name: 'Mean', family: 'mean-of-numbers', recipe: 'mean', sources: { numbers } };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
  const job = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
  expect(job).toMatchObject({ status: 'failed', failureKind: 'input' });
  expect(job.failureReason).toMatch(/13 cannot be learnt from/);
});
