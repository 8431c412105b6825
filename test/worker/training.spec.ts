// Before the API is: what a feature's schemas offer is what the registries hold when they are loaded.
import '../toy-family/register.js';
import type { ChildProcess } from 'node:child_process';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, inject, it } from 'vitest';
import { Random } from '../../libs/compute/random/kernel.js';
import type { TrainingJobEvent } from '../../libs/features/training-jobs/training-jobs.schema.js';
import { startApi, tasteCsv, Tenant, type TestApi, until, withKey } from '../factories/api.js';
import { startWorker } from '../factories/platform.setup.js';
import { childrenOf } from '../factories/processes.js';

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
afterEach(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  workers = [];
  // What a test leaves behind must not keep the next one's jobs waiting.
  await owner.query(
    `UPDATE training_jobs SET status = 'cancelled', finished_at = now() WHERE status IN ('queued', 'running')`,
  );
});

/** A model whose training lasts, and costs next to nothing. */
async function lastingModel(tenant: Tenant, epochs = 10): Promise<Trainable> {
  const projectId = await tenant.createProject();
  const numbers = await tenant.createDataSet(projectId, 'numbers');
  await tenant.upload(projectId, numbers, 'number\n1\n2\n3\n');
  const model = { name: 'Lasting', recipe: 'mean', sources: { numbers }, settings: { epochs, epochMs: 200 } };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  return { projectId, modelId: id };
}

/** A model whose training computes for some seconds, and its project. */
async function slowModel(tenant: Tenant, epochs = 10): Promise<Trainable> {
  const projectId = await tenant.createProject();
  const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
  await tenant.upload(projectId, interactionsDataSetId, tasteCsv(1_500, 200));
  const model = {
    name: 'Slow',
    recipe: 'ials',
    sources: { interactions: interactionsDataSetId },
    settings: { factors: 256, epochs, solver: 'cholesky' },
  };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  return { projectId, modelId: id };
}

/** Users who all draw from one and the same taste, alike in nothing else. */
function crowdCsv(): string {
  const random = Random.seeded(9);
  const pick = () => Math.floor(100 * random.uniform() ** 3);
  const rows = Array.from({ length: 1_000 }, (_, user) => {
    const items = new Set(Array.from({ length: 8 }, pick));
    return Array.from(items, (item) => `user-${user},item-${item}`);
  });
  return ['user_id,item_id', ...rows.flat()].join('\n');
}

/** Asks for a training, and waits until it has come so far. */
async function startJob(tenant: Tenant, projectId: string, modelId: string, progress = 0.1): Promise<string> {
  const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
  const path = `/v1/projects/${projectId}/training-jobs/${body.id}`;
  await tenant.waitFor(path, (job) => job.progress >= progress || job.finishedAt);
  return path;
}

/** What the version that the job made came to. */
async function resultOf({ modelVersionIds }: { modelVersionIds: string[] }): Promise<unknown> {
  return (await owner.query('SELECT result FROM model_versions WHERE id = $1', modelVersionIds)).rows[0].result;
}

describe('a training job', () => {
  it('shows its progress and ends with metrics next to popularity, a version, a device and a duration', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const running = (await tenant.get(path)).body;
    expect(running).toMatchObject({
      status: 'running',
      device: expect.stringMatching(/^cpu \(.+ threads\)$/),
      modelVersionIds: [],
    });
    expect(running.phase).toMatch(/^(re)?fitting \d+\/10$|^evaluating$/);
    const done = await tenant.waitFor(path);
    expect(done).toMatchObject({ status: 'succeeded', progress: 1, failureReason: null, warnings: [] });
    expect(done.durationMs).toBeGreaterThan(0);
    const { data } = (await tenant.get(`/v1/projects/${projectId}/models/${modelId}/versions`).expect(200)).body;
    expect(data).toMatchObject([
      { id: done.modelVersionIds[0], trainingJobId: done.id, recipe: 'ials', hasReport: false },
    ]);
    const { values, baselines, intervals, evaluated } = data[0].result;
    expect(values['recall@20']).toBeGreaterThan(baselines.popularity['recall@20']);
    const [low, high] = intervals['recall@20'];
    expect(low).toBeLessThanOrEqual(values['recall@20']);
    expect(high).toBeGreaterThanOrEqual(values['recall@20']);
    expect(evaluated).toEqual({ of: 'users', count: expect.any(Number) });
    await tenant.get(`/v1/projects/${projectId}/models/${modelId}/versions/${data[0].id}/report`).expect(404);
  });

  it('chooses the recipe where it is asked to, and tells how', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactionsDataSetId, tasteCsv(300, 60));
    const model = {
      name: 'Best',
      recipe: 'auto',
      sources: { interactions: interactionsDataSetId },
      settings: { budgetSeconds: 5 },
    };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
    const { status, modelVersionIds } = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    expect(status).toBe('succeeded');
    const version = `/v1/projects/${projectId}/models/${id}/versions`;
    const [{ recipe: chosen, hasReport }] = (await tenant.get(version).expect(200)).body.data;
    expect(hasReport).toBe(true);
    const { search } = (await tenant.get(`${version}/${modelVersionIds[0]}/report`).expect(200)).body;
    expect(search.recipe).toBe(chosen);
    expect(search.leaderboard[0]).toMatchObject({ recipe: chosen });
    expect(search.leaderboard.map(({ recipe }: { recipe: string }) => recipe)).toContain('popularity');
    expect(search.explanation).toContain(`${chosen} ranked best`);
  });

  it('ends its search when it is asked to, whoever has the job by then, and makes a version of the best so far', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const projectId = await tenant.createProject();
    const interactions = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactions, tasteCsv(600, 100));
    // Left to itself it would search for longer than the test may take.
    const model = { name: 'Long', recipe: 'auto', sources: { interactions }, settings: { budgetSeconds: 3_600 } };
    const { id: modelId } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const release = await occupy(other);
    const ours = await startOurs();
    const path = await startJob(tenant, projectId, modelId, 0);
    await tenant.waitFor(path, ({ phase, finishedAt }) => phase === 'tuning' || finishedAt);
    const { body: asked } = await tenant.post(`${path}/enough`).expect(200);
    expect(asked).toMatchObject({ status: 'running', enoughAt: expect.any(String) });
    ours.kill('SIGKILL');
    await Promise.all([expireLease(idOf(path)), release()]);
    // Asking again changes nothing.
    expect((await tenant.post(`${path}/enough`)).body.enoughAt).toBe(asked.enoughAt);
    const done = await tenant.waitFor(path);
    expect(done).toMatchObject({ status: 'succeeded', attempt: 2, enoughAt: asked.enoughAt });
    const versions = `/v1/projects/${projectId}/models/${modelId}/versions`;
    const { search } = (await tenant.get(`${versions}/${done.modelVersionIds[0]}/report`).expect(200)).body;
    expect(search.explanation).toContain('the search was ended before it was through');
    const trials = (await eventsOf(tenant, path)).flatMap(({ progress }) => progress?.trial ?? []);
    expect(trials[0]).toMatchObject({ number: 1, metric: 'ndcg@20', isOnSample: false });
    await tenant.post(`${path}/enough`).expect(409);
    const { body: estimate } = await tenant.get(`/v1/projects/${projectId}/models/${modelId}/training-estimate`);
    expect(estimate).toMatchObject({ basedOn: { of: 'model', trainings: 1 }, cost: { least: '0', most: '0' } });
    expect(estimate.seconds.most).toBeGreaterThanOrEqual(estimate.seconds.least);
    expect(estimate.usedSeconds).toBeGreaterThan(0);
  });

  it('says on the job and on the version where the choice is only what is popular', async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
    await tenant.upload(projectId, interactionsDataSetId, crowdCsv());
    const model = {
      name: 'Floor',
      recipe: 'auto',
      sources: { interactions: interactionsDataSetId },
      settings: { budgetSeconds: 5 },
    };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
    const { warnings } = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    expect(warnings).toEqual([expect.stringMatching(/^No recipe ranked better than recommending what is popular/)]);
    const { data } = (await tenant.get(`/v1/projects/${projectId}/models/${id}/versions`).expect(200)).body;
    expect(data).toMatchObject([{ trainingJobId: body.id, warnings }]);
  });

  it('stops soon after it is cancelled, leaves no version and costs what it had computed', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await lastingModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const worker = Number((await jobRow(idOf(path))).worker!.split(':')[1]);
    // Its process need not hear of it: it may be building rows of ten million events, which takes its only thread for seconds.
    for (const pid of childrenOf(worker)) process.kill(pid, 'SIGSTOP');
    const { body } = await tenant.post(`${path}/cancel`).expect(200);
    expect(body.status).toBe('cancelled');
    await until(async () => childrenOf(worker).length === 0);
    await tenant.post(`${path}/cancel`).expect(409);
    // The next job gets the worker, which it could not if the cancelled one went on.
    const next = await startJob(tenant, projectId, modelId);
    expect((await tenant.waitFor(next)).status).toBe('succeeded');
    expect((await tenant.get(path)).body).toMatchObject({ status: 'cancelled', modelVersionIds: [] });
    // What it computed until then is metered, once, in the seconds of its processor.
    await until(async () => (await billing(idOf(path))).events === 1);
    expect(await billing(idOf(path))).toEqual({ events: 1, versions: 0 });
  });

  it('says in plain words why it failed, and leaves what is live as it is', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId, interactionsDataSetId, deploymentId, modelVersionId } = await tenant.deploy();
    await tenant.upload(projectId, interactionsDataSetId, 'user_id,item_id\nu1,i1\n');
    const model = `/v1/projects/${projectId}/models/${modelId}`;
    // So little is not trained on unless somebody says so.
    const refused = await tenant.post(`${model}/training-jobs`, {}).expect(409);
    expect(refused.body.code).toBe('not_enough_data');
    expect(refused.body.detail).toMatch(/despiteVerdict.* 1 interactions; below 1000.* 0 users have two/);
    const { verdict } = (await tenant.get(`${model}/training-estimate`)).body;
    expect(verdict).toMatchObject({ isEnough: false, because: [expect.any(String), expect.any(String)] });
    const { body } = await tenant.post(`${model}/training-jobs`, { despiteVerdict: true }).expect(202);
    expect(body.warnings[0]).toMatch(/1 interactions; below 1000/);
    const job = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    expect(job).toMatchObject({ status: 'failed', failureKind: 'input', attempt: 1 });
    expect(job.failureReason).toMatch(/at least 2 users and 2 items/);
    const { key } = await tenant.createKey(projectId);
    const answer = await withKey(api, key).post(`/v1/deployments/${deploymentId}/recommendations`, {
      userId: 'user-1',
    });
    expect(answer.body).toMatchObject({ modelVersionId, source: 'popularity' });
  });

  it('goes on from its checkpoint in another worker when its own is killed, to the same metrics, billed once', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { projectId, modelId } = await slowModel(tenant);
    const undisturbed = await tenant.waitFor(await startJob(tenant, projectId, modelId));
    const release = await occupy(other);
    const ours = await startOurs();
    const path = await startJob(tenant, projectId, modelId);
    const id = idOf(path);
    await until(async () => (await jobRow(id)).checkpoint_key !== null);
    ours.kill('SIGKILL');
    await Promise.all([expireLease(id), release()]);
    const done = await tenant.waitFor(path);
    expect(done).toMatchObject({ status: 'succeeded', attempt: 2 });
    expect(await resultOf(done)).toEqual(await resultOf(undisturbed));
    expect(await billing(id)).toEqual({ events: 1, versions: 1 });
    const messages = (await eventsOf(tenant, path)).flatMap(({ message }) => message ?? []);
    expect(messages).toContain('Going on from the last checkpoint.');
    // What checkpoints took up is given back.
    const { checkpoint_key: key } = await jobRow(id);
    await until(async () => !existsSync(join(inject('dataDirectory'), 'objects', key!)));
  });

  it('keeps the result of the worker that took it up when the first one wakes again', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { projectId, modelId } = await lastingModel(tenant);
    const release = await occupy(other);
    const ours = await startOurs();
    const path = await startJob(tenant, projectId, modelId);
    const id = idOf(path);
    const training = childrenOf(ours.pid!);
    for (const pid of [ours.pid!, ...training]) process.kill(pid, 'SIGSTOP');
    await Promise.all([expireLease(id), release()]);
    const done = await tenant.waitFor(path);
    expect(done).toMatchObject({ status: 'succeeded', attempt: 2 });
    for (const pid of [...training, ours.pid!]) process.kill(pid, 'SIGCONT');
    // The zombie ends its training within seconds and then has nothing to write to.
    await until(async () => childrenOf(ours.pid!).length === 0);
    expect((await tenant.get(path)).body).toEqual(done);
    expect(await billing(id)).toEqual({ events: 1, versions: 1 });
  });

  it('is handed over with a checkpoint when its worker is asked to stop, which is not counted against it', async () => {
    const [tenant, other] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const { projectId, modelId } = await lastingModel(tenant);
    const release = await occupy(other);
    const ours = await startOurs({ KINDRED_CHECKPOINT_SECONDS: '30' });
    const path = await startJob(tenant, projectId, modelId);
    ours.kill('SIGTERM');
    await new Promise((resolve) => ours.once('exit', resolve));
    expect((await jobRow(idOf(path))).checkpoint_key).not.toBeNull();
    await release();
    expect(await tenant.waitFor(path)).toMatchObject({ status: 'succeeded' });
    expect(await jobRow(idOf(path))).toMatchObject({ failures: 0, losses: 0 });
  });

  it('is given up in plain words after three tries when its training is killed each time; the next job is not harmed', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await lastingModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const id = idOf(path);
    for (let attempt = 1; attempt <= 3; attempt++) {
      await until(async () => {
        const { status, attempt: current, worker } = await jobRow(id);
        const pids = status === 'running' && current === attempt ? childrenOf(Number(worker!.split(':')[1])) : [];
        return pids.filter(killed).length > 0;
      });
    }
    const job = await tenant.waitFor(path);
    expect(job).toMatchObject({ status: 'failed', failureKind: 'gave_up', attempt: 3, modelVersionIds: [] });
    expect(job.failureReason).toMatch(/tried 3 times.*ran out of memory.*live versions are untouched/);
    expect(await billing(id)).toEqual({ events: 0, versions: 0 });
    const next = await startJob(tenant, projectId, modelId);
    expect((await tenant.waitFor(next)).status).toBe('succeeded');
  });

  it('that waits after its worker was restarted pays what it had computed when it is cancelled', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await quickModel(tenant);
    await owner.query(`UPDATE plans SET training_pool = 'nobody' WHERE key = 'free'`);
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    await owner.query(`UPDATE plans SET training_pool = 'cpu' WHERE key = 'free'`);
    await owner.query('UPDATE training_jobs SET attempt = 1, checkpoint_seconds = 4.2 WHERE id = $1', [body.id]);
    await tenant.post(`/v1/projects/${projectId}/training-jobs/${body.id}/cancel`).expect(200);
    const { rows } = await owner.query('SELECT quantity::int, device_class FROM usage_events WHERE id = $1', [body.id]);
    expect(rows).toEqual([{ quantity: 5, device_class: 'nobody' }]);
  });

  it('is the only one of its model that waits or runs: whoever asks again, however fast, is given it', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await lastingModel(tenant);
    const ask = () => tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`);
    const answers = await Promise.all([ask(), ask(), ask(), ask()]);
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 200, 200, 202]);
    expect(new Set(answers.map(({ body }) => body.id)).size).toBe(1);
    const path = `/v1/projects/${projectId}/training-jobs/${answers[0]!.body.id}`;
    expect((await tenant.waitFor(path)).status).toBe('succeeded');
    expect((await ask()).status).toBe(202);
  });

  it('keeps what went wrong within the platform to the log', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await quickModel(tenant);
    const { rows } = await owner.query(
      `SELECT content_key FROM imports WHERE tenant_id = (SELECT tenant_id FROM models WHERE id = $1)`,
      [modelId],
    );
    rmSync(join(inject('dataDirectory'), 'objects', rows[0].content_key));
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    const path = `/v1/projects/${projectId}/training-jobs/${body.id}`;
    const job = await tenant.waitFor(path);
    expect(job).toMatchObject({ status: 'failed', failureKind: 'gave_up' });
    expect(job.failureReason).toMatch(/tried 3 times.*internal error.*live versions are untouched/);
    const told = JSON.stringify([job, await eventsOf(tenant, path)]);
    expect(told).not.toMatch(/ENOENT|objects/);
  });

  it('is given up with a reason after ten workers vanished under it', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await lastingModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    // As the tenth dead worker leaves it; the one that still runs has lost its claim and must write nothing more.
    await owner.query(
      `UPDATE training_jobs SET attempt = attempt + 1, losses = 9, lease_expires_at = now() - interval '1 second' WHERE id = $1`,
      [idOf(path)],
    );
    const job = await tenant.waitFor(path);
    expect(job).toMatchObject({ status: 'failed', failureKind: 'gave_up', modelVersionIds: [] });
    expect(job.failureReason).toMatch(/stopped 10 times/);
  });

  it("ends at the plan's time limit, told so", async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant, 50);
    await owner.query(`UPDATE plans SET training_seconds_max = 1 WHERE key = 'free'`);
    try {
      const path = await startJob(tenant, projectId, modelId);
      const job = await tenant.waitFor(path);
      expect(job).toMatchObject({ status: 'failed', failureKind: 'time_limit' });
      expect(job.failureReason).toMatch(/your plan allows/);
      expect(await billing(job.id)).toEqual({ events: 1, versions: 0 });
    } finally {
      await owner.query(`UPDATE plans SET training_seconds_max = 3600 WHERE key = 'free'`);
    }
  });

  it('waits for a worker of the pool that its plan names', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await quickModel(tenant);
    await owner.query(`UPDATE plans SET training_pool = 'gpu-h100' WHERE key = 'free'`);
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    await owner.query(`UPDATE plans SET training_pool = 'cpu' WHERE key = 'free'`);
    expect(body.pool).toBe('gpu-h100');
    const later = await startJob(tenant, projectId, (await likeIt(tenant, { projectId, modelId })).modelId);
    expect((await tenant.waitFor(later)).status).toBe('succeeded');
    expect((await jobRow(body.id)).status).toBe('queued');
    await startOurs({ KINDRED_WORKER_POOLS: 'gpu-h100,gpu-a100' });
    expect((await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${body.id}`)).status).toBe('succeeded');
  });
});

describe('a model that learns from attributes', () => {
  it("recommends films that nobody has seen by a user's genre", async () => {
    const tenant = await Tenant.signUp(api);
    const projectId = await tenant.createProject();
    const films = Array.from({ length: 24 }, (_, i) => `item-${i}`).concat(['new-0', 'new-1', 'new-2', 'new-3']);
    const genreOf = (id: string) => (Number(id.split('-')[1]) % 2 ? 'horror' : 'comedy');
    const users = Array.from({ length: 60 }, (_, i) => `user-${i}`);
    const contents = {
      interactions: tasteCsv(users.length, 24),
      items: ['item_id,genre', ...films.map((id) => `${id},${genreOf(id)}`)].join('\n'),
      users: ['user_id,club', ...users.map((id) => `${id},${genreOf(id)} club`)].join('\n'),
    };
    const ids: Record<string, string> = {};
    for (const [kind, csv] of Object.entries(contents)) {
      ids[kind] = await tenant.createDataSet(projectId, kind);
      await tenant.upload(projectId, ids[kind]!, csv);
    }
    const settings = { factors: 16, epochs: 20, batchSize: 64, candidates: 16, idDropout: 0.3 };
    const model = { name: 'By genre', recipe: 'two-tower', settings, sources: ids };
    const { body: created } = await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201);
    expect(created).toMatchObject({ family: 'recommender', task: 'recommendation', sources: ids });
    const { body: queued } = await tenant.post(`/v1/projects/${projectId}/models/${created.id}/training-jobs`);
    const { modelVersionIds } = await tenant.waitFor(`/v1/projects/${projectId}/training-jobs/${queued.id}`);
    const [modelVersionId] = modelVersionIds;
    const deployment = { name: 'Home', modelVersionId };
    const { body: deployed } = await tenant.post(`/v1/projects/${projectId}/deployments`, deployment).expect(201);
    const { key } = await tenant.createKey(projectId);
    for (const userId of ['user-0', 'user-1']) {
      const { body } = await withKey(api, key)
        .post(`/v1/deployments/${deployed.id}/recommendations`, { userId, limit: films.length })
        .expect(200);
      const ranked = body.items.map(({ itemId }: { itemId: string }) => itemId);
      const unseen = ranked.filter((id: string) => id.startsWith('new'));
      const isLiked = (id: string) => genreOf(id) === genreOf(userId);
      expect(unseen.map(isLiked)).toEqual([true, true, false, false]);
      // Above what others have seen, too.
      expect(ranked.indexOf(unseen[1])).toBeLessThan(ranked.findIndex((id: string) => !isLiked(id)));
    }
  });
});

describe('the order of jobs', () => {
  it("puts another tenant's first job behind at most one of a tenant with many", async () => {
    const [many, one] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const models = [await quickModel(many), await quickModel(one)];
    const queue = (tenant: Tenant, { projectId, modelId }: Trainable) =>
      tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    const theirs = [models[0]!];
    // As many models as the plan allows.
    while (theirs.length < 20) theirs.push(await likeIt(many, models[0]!));
    const [first] = await Promise.all(theirs.map((model) => queue(many, model)));
    await until(async () => (await jobRow(first!.body.id)).status !== 'queued');
    const { body } = await queue(one, models[1]!);
    const done = await one.waitFor(`/v1/projects/${models[1]!.projectId}/training-jobs/${body.id}`);
    const { rows } = await owner.query(
      `SELECT count(*)::int AS count FROM training_jobs WHERE tenant_id = (SELECT tenant_id FROM training_jobs WHERE id = $1)
         AND started_at > $2 AND started_at < $3`,
      [first!.body.id, done.createdAt, done.startedAt],
    );
    expect(rows[0].count).toBeLessThanOrEqual(1);
  });

  it('gives an organization of four times the weight its turn first after the same training, and the others theirs', async () => {
    const [free, pro] = [await Tenant.signUp(api), await Tenant.signUp(api)];
    const models = [await quickModel(free), await quickModel(pro)];
    const train = async (tenant: Tenant, { projectId, modelId }: Trainable) => {
      const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
      return `/v1/projects/${projectId}/training-jobs/${body.id}`;
    };
    const before = [await train(free, models[0]!), await train(pro, models[1]!)];
    await Promise.all([free.waitFor(before[0]!), pro.waitFor(before[1]!)]);
    // Both have had a minute of training, and one pays for the plan of weight 4.
    await owner.query(
      `UPDATE training_jobs SET started_at = now() - interval '2 minutes', finished_at = now() - interval '1 minute' WHERE id = ANY($1)`,
      [before.map(idOf)],
    );
    await owner.query(
      `UPDATE subscriptions SET price_version_id = (SELECT id FROM price_versions WHERE plan_key = 'pro' ORDER BY version DESC LIMIT 1)
       WHERE tenant_id = (SELECT tenant_id FROM training_jobs WHERE id = $1)`,
      [idOf(before[1]!)],
    );
    await owner.query(`UPDATE plans SET training_pool = 'later'`);
    const queued = [await train(free, models[0]!), await train(pro, models[1]!)];
    await owner.query(`UPDATE plans SET training_pool = 'cpu'`);
    await startOurs({ KINDRED_WORKER_POOLS: 'later', KINDRED_WORKER_JOBS: '1' });
    const [ofFree, ofPro] = [await free.waitFor(queued[0]!), await pro.waitFor(queued[1]!)];
    expect(Date.parse(ofPro.startedAt)).toBeLessThan(Date.parse(ofFree.startedAt));
    expect([ofFree.status, ofPro.status]).toEqual(['succeeded', 'succeeded']);
  });

  it("keeps to the plan's number of jobs at a time however many workers ask", async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await lastingModel(tenant, 4);
    await Promise.all([startOurs({ KINDRED_WORKER_JOBS: '4' }), startOurs({ KINDRED_WORKER_JOBS: '4' })]);
    const models = [modelId];
    while (models.length < 4) models.push((await likeIt(tenant, { projectId, modelId })).modelId);
    const jobs = await Promise.all(
      models.map((id) => tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202)),
    );
    let most = 0;
    await until(async () => {
      const { rows } = await owner.query(
        `SELECT count(*) FILTER (WHERE status = 'running')::int AS running, count(*) FILTER (WHERE status = 'succeeded')::int AS succeeded
         FROM training_jobs WHERE id = ANY($1)`,
        [jobs.map(({ body }) => body.id)],
      );
      most = Math.max(most, rows[0].running);
      return rows[0].succeeded === jobs.length;
    });
    expect(most).toBe(1);
  });

  it('sets small jobs side by side and gives a big one the device whole', async () => {
    const tenants = await Promise.all(Array.from({ length: 3 }, () => Tenant.signUp(api)));
    const models = await Promise.all(tenants.map((tenant) => lastingModel(tenant)));
    // Ours alone takes this pool; two small jobs fit next to each other, the big one next to nothing.
    await owner.query(`UPDATE plans SET training_pool = 'shared' WHERE key = 'free'`);
    const paths: string[] = [];
    for (const [i, tenant] of tenants.entries()) {
      const { projectId, modelId } = models[i]!;
      const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
      paths.push(`/v1/projects/${projectId}/training-jobs/${body.id}`);
    }
    await owner.query(`UPDATE plans SET training_pool = 'cpu' WHERE key = 'free'`);
    const ids = paths.map(idOf);
    await owner.query(`UPDATE training_jobs SET memory_bytes = 900e6 WHERE id = $1`, [ids[2]]);
    await startOurs({
      KINDRED_WORKER_POOLS: 'shared',
      KINDRED_WORKER_JOBS: '4',
      KINDRED_WORKER_MEMORY_BYTES: '1000000000',
    });
    const jobs = await Promise.all(paths.map((path, i) => tenants[i]!.waitFor(path)));
    const span = (i: number) => [Date.parse(jobs[i]!.startedAt), Date.parse(jobs[i]!.finishedAt)] as const;
    const overlap = (i: number, j: number) => Math.min(span(i)[1], span(j)[1]) - Math.max(span(i)[0], span(j)[0]);
    expect(jobs.map(({ status }) => status)).toEqual(['succeeded', 'succeeded', 'succeeded']);
    expect(overlap(0, 1)).toBeGreaterThan(0);
    expect(Math.max(overlap(0, 2), overlap(1, 2))).toBeLessThanOrEqual(0);
    for (const job of jobs) expect(job.memoryBytesPeak).toBeGreaterThan(50e6);
  });
});

describe('the events of a training job', () => {
  it('show the whole course to whoever opens them late, go on after a cut, and end with the job', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await slowModel(tenant);
    const path = await startJob(tenant, projectId, modelId);
    const live = eventsOf(tenant, path);
    const done = await tenant.waitFor(path);
    const [heard, kept] = [await live, await eventsOf(tenant, path)];
    expect(heard).toEqual(kept);
    const points = kept.flatMap(({ progress }) => progress ?? []);
    expect(points.length).toBeGreaterThan(2);
    for (const point of points) {
      expect(point.memoryBytes).toBeGreaterThan(50e6);
      expect(point.device).toMatch(/^cpu/);
    }
    expect(points.some(({ examplesPerSecond }) => examplesPerSecond! > 0)).toBe(true);
    expect(points.at(-1)!.etaSeconds).toBeGreaterThanOrEqual(0);
    const rest = await eventsOf(tenant, path, kept[1]!.sequence);
    expect(rest).toEqual(kept.slice(2));
    expect(done.status).toBe('succeeded');
    const other = await Tenant.signUp(api);
    await other.get(`${path}/events`).expect(404);
  });

  it('S15, S35: are followed by no more streams of an organization than it may have, and end with the session', async () => {
    const tenant = await Tenant.signUp(api);
    const { projectId, modelId } = await quickModel(tenant);
    await owner.query(`UPDATE plans SET training_pool = 'nobody' WHERE key = 'free'`);
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${modelId}/training-jobs`).expect(202);
    await owner.query(`UPDATE plans SET training_pool = 'cpu' WHERE key = 'free'`);
    const url = `${api.url}/v1/projects/${projectId}/training-jobs/${body.id}/events`;
    const open = (cookie: string) => fetch(url, { headers: { cookie } });
    const streams = await Promise.all(Array.from({ length: 20 }, () => open(tenant.cookie)));
    expect(streams.map(({ status }) => status)).toEqual(Array(20).fill(200));
    const refused = await open(tenant.cookie);
    expect(refused.status).toBe(429);
    expect(((await refused.json()) as { code: string }).code).toBe('too_many_streams');
    // Whoever goes makes room.
    await streams.pop()!.body!.cancel();
    await until(async () => {
      const next = await open(tenant.cookie);
      if (next.status === 200) streams.push(next);
      return next.status === 200;
    });
    await tenant.post('/v1/auth/logout').expect(204);
    // Each of them ends, where nothing but the session has.
    await Promise.all(streams.map((stream) => stream.text()));
    expect((await open(tenant.cookie)).status).toBe(401);
    expect((await jobRow(body.id)).status).toBe('queued');
  });
});

function idOf(path: string): string {
  return path.split('/').at(-1)!;
}

interface Trainable {
  projectId: string;
  modelId: string;
}

async function quickModel(tenant: Tenant): Promise<Trainable> {
  const projectId = await tenant.createProject();
  const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
  await tenant.upload(projectId, interactionsDataSetId, tasteCsv(40, 20));
  const model = { name: 'Quick', recipe: 'popularity', sources: { interactions: interactionsDataSetId } };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  return { projectId, modelId: id };
}

/** Another model of the same recipe, settings and data. */
async function likeIt(tenant: Tenant, { projectId, modelId }: Trainable): Promise<Trainable> {
  const { body } = await tenant.get(`/v1/projects/${projectId}/models/${modelId}`).expect(200);
  const { name, recipe, settings, sources } = body;
  const model = { name, recipe, settings, sources };
  const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, model).expect(201)).body;
  return { projectId, modelId: id };
}

/** Keeps the setup's worker, which trains one job at a time, busy until it is released, so that the next job is ours. */
async function occupy(tenant: Tenant): Promise<() => Promise<unknown>> {
  const { projectId, modelId } = await lastingModel(tenant, 1_000);
  const path = await startJob(tenant, projectId, modelId, 0.001);
  return () => tenant.post(`${path}/cancel`).expect(200);
}

async function startOurs(changes: Record<string, string> = {}): Promise<ChildProcess> {
  const worker = await startWorker(inject('appUrl'), inject('dataDirectory'), {
    KINDRED_CHECKPOINT_SECONDS: '0.3',
    ...changes,
  });
  workers.push(worker);
  return worker;
}

/** Rather than sit out the lease. */
async function expireLease(id: string): Promise<void> {
  await owner.query(
    `UPDATE training_jobs SET lease_expires_at = now() - interval '1 second' WHERE id = $1 AND status = 'running'`,
    [id],
  );
}

async function jobRow(id: string) {
  const { rows } = await owner.query<{
    status: string;
    attempt: number;
    failures: number;
    losses: number;
    worker: string | null;
    checkpoint_key: string | null;
  }>('SELECT status, attempt, failures, losses, worker, checkpoint_key FROM training_jobs WHERE id = $1', [id]);
  return rows[0]!;
}

async function billing(id: string): Promise<{ events: number; versions: number }> {
  const { rows } = await owner.query(
    `SELECT (SELECT count(*)::int FROM usage_events WHERE id = $1) AS events,
            (SELECT count(*)::int FROM model_versions WHERE training_job_id = $1) AS versions`,
    [id],
  );
  return rows[0];
}

/** The kept and coming events, to the end of the job. */
async function eventsOf(tenant: Tenant, path: string, after?: string): Promise<TrainingJobEvent[]> {
  const headers = { cookie: tenant.cookie, ...(after && { 'last-event-id': after }) };
  const response = await fetch(`${api.url}${path}/events`, { headers });
  expect(response.headers.get('content-type')).toMatch(/^text\/event-stream/);
  const messages = (await response.text()).split('\n\n').filter((message) => message.startsWith('id: '));
  return messages.map((message) => JSON.parse(message.split('\ndata: ')[1]!) as TrainingJobEvent);
}

/** Kills the process; false where it had just ended by itself. */
function killed(pid: number): boolean {
  try {
    return process.kill(pid, 'SIGKILL');
  } catch {
    return false;
  }
}
