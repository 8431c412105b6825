import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { startApi, tasteCsv, Tenant, type TestApi } from '../factories/api.js';
import { startWorker } from '../factories/platform.setup.js';

let api: TestApi;
let owner: pg.Client;
let workers: ChildProcess[] = [];

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  await Promise.all([api.close(), owner.end()]);
});
afterEach(() => {
  for (const worker of workers) worker.kill('SIGKILL');
  workers = [];
});

/** A model whose training takes some seconds, and its project. */
async function slowModel(tenant: Tenant) {
  const projectId = await tenant.createProject();
  const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
  await tenant.upload(projectId, interactionsDataSetId, tasteCsv(1_500, 200));
  const model = {
    name: 'Slow',
    recipe: 'ials',
    interactionsDataSetId,
    settings: { factors: 256, epochs: 15, solver: 'cholesky' },
  };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  return { projectId, modelId: id as string };
}

async function startJob(tenant: Tenant, projectId: string, modelId: string): Promise<string> {
  const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
  const path = `/v1/projects/${projectId}/training-jobs/${body.id}`;
  for (let job = body; job.progress < 0.1; job = (await tenant.get(path).expect(200)).body) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return path;
}

describe('a training job', () => {
  it('shows its progress and ends with metrics beside popularity, a version, a device and a duration', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const running = (await tenant.get(path)).body;
    expect(running).toMatchObject({ status: 'running', device: 'cpu', metrics: null, modelVersionId: null });
    expect(running.phase).toMatch(/^(re)?fitting \d+\/15$|^evaluating$/);
    const done = await tenant.waitFor(path);
    expect(done).toMatchObject({ status: 'succeeded', progress: 1, failureReason: null, warnings: [] });
    expect(done.metrics.model['recall@20']).toBeGreaterThan(done.metrics.popularity['recall@20']);
    expect(done.durationMs).toBeGreaterThan(500);
    const { data } = (await tenant.get(`/v1/projects/${projectId}/models/${modelId}/versions`).expect(200)).body;
    expect(data).toMatchObject([{ id: done.modelVersionId, trainingJobId: done.id }]);
  });

  it('chooses the recipe where it is asked to, and tells how', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactionsDataSetId, tasteCsv(300, 60));
    const model = { name: 'Best', recipe: 'auto', interactionsDataSetId, settings: { budgetSeconds: 5 } };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
    const { status, tuningReport } = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    expect(status).toBe('succeeded');
    expect(tuningReport.leaderboard[0]).toMatchObject({ recipe: tuningReport.recipe });
    expect(tuningReport.leaderboard.map(({ recipe }: { recipe: string }) => recipe)).toContain('popularity');
    expect(tuningReport.explanation).toContain(`${tuningReport.recipe} ranked best`);
  });

  it('stops soon after it is cancelled, leaves no version and costs nothing', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const { body } = await tenant.post(`${path}/cancel`).expect(200);
    expect(body.status).toBe('cancelled');
    await tenant.post(`${path}/cancel`).expect(409);
    // The next job gets the worker, which it could not if the cancelled one went on.
    const next = await startJob(tenant, projectId, modelId);
    expect((await tenant.waitFor(next)).status).toBe('succeeded');
    expect((await tenant.get(path)).body).toMatchObject({ status: 'cancelled', modelVersionId: null });
    const { rows } = await owner.query('SELECT count(*)::int AS count FROM usage_events WHERE id = $1', [
      path.split('/').at(-1),
    ]);
    expect(rows).toEqual([{ count: 0 }]);
  });

  it('says in plain words why it failed', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactionsDataSetId, 'user_id,item_id\nu1,i1\n');
    const model = { name: 'M', recipe: 'ials', interactionsDataSetId };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
    expect(body.warnings[0]).toMatch(/1 interactions; below 1000/);
    const job = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    expect(job.status).toBe('failed');
    expect(job.failureReason).toMatch(/at least 2 users and 2 items/);
  });

  it('is finished by another worker when its own is killed, and billed once', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const undisturbed = await tenant.waitFor(await startJob(tenant, projectId, modelId));
    // The setup's worker trains one job at a time: while it is busy, the next job goes to ours.
    const busy = await startJob(tenant, projectId, modelId);
    const ours = await startWorker(inject('appUrl'), inject('dataDirectory'));
    workers.push(ours);
    const path = await startJob(tenant, projectId, modelId);
    ours.kill('SIGKILL');
    const id = path.split('/').at(-1);
    // Rather than sit out the lease, let it have expired.
    await owner.query(
      `UPDATE training_jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'running'`,
      [id],
    );
    const done = await tenant.waitFor(path);
    expect((await tenant.waitFor(busy)).status).toBe('succeeded');
    expect(done).toMatchObject({ status: 'succeeded', metrics: undisturbed.metrics });
    const { rows } = await owner.query(
      `SELECT (SELECT count(*)::int FROM usage_events WHERE id = $1) AS billed, (SELECT count(*)::int FROM model_versions WHERE training_job_id = $1) AS versions,
              (SELECT attempt FROM training_jobs WHERE id = $1)`,
      [id],
    );
    expect(rows).toEqual([{ billed: 1, versions: 1, attempt: 2 }]);
  });

  it('is found again when its message was lost', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const busy = await startJob(tenant, projectId, modelId);
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    await owner.query(`DELETE FROM pgboss.job WHERE data->>'id' = $1`, [body.id]);
    await owner.query(`UPDATE training_jobs SET created_at = created_at - interval '1 minute' WHERE id = $1`, [
      body.id,
    ]);
    expect((await tenant.waitFor(busy)).status).toBe('succeeded');
    expect((await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`)).status).toBe('succeeded');
  });

  it('is given up with a reason after three workers died of it', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const id = path.split('/').at(-1);
    // As three dead workers leave it; the one that still runs has lost its claim and must write nothing more.
    await owner.query(
      `UPDATE training_jobs SET attempt = 3, lease_expires_at = now() - interval '1 second' WHERE id = $1`,
      [id],
    );
    const job = await tenant.waitFor(path);
    expect(job).toMatchObject({ status: 'failed', modelVersionId: null });
    expect(job.failureReason).toMatch(/tried 3 times/);
  });
});
