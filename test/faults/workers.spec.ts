import type { ChildProcess } from 'node:child_process';
import pg from 'pg';
import { afterAll, beforeAll, expect, inject, it } from 'vitest';
import { Random } from '../../libs/compute/random/kernel.js';
import { startApi, tasteCsv, Tenant, type TestApi } from '../factories/api.js';
import { IS_FULL, note } from '../factories/faults-report.js';
import { startWorker } from '../factories/platform.setup.js';

const SCALE = IS_FULL
  ? { tenants: 20, jobsOfTenant: 10, workers: 4, killEveryMs: 2_000, killsOfJob: 4, timeoutMs: 1_800_000 }
  : { tenants: 2, jobsOfTenant: 2, workers: 2, killEveryMs: 1_000, killsOfJob: 1, timeoutMs: 240_000 };
const POOL = 'mortal';
const SEED = Number(process.env['FAULTS_SEED'] ?? 1);

let api: TestApi;
let owner: pg.Client;
const workers: ChildProcess[] = [];

beforeAll(async () => {
  api = await startApi();
  owner = new pg.Client({ connectionString: inject('ownerUrl') });
  await owner.connect();
});
afterAll(async () => {
  for (const worker of workers) worker.kill('SIGKILL');
  await owner.query(`UPDATE plans SET training_pool = 'cpu'`);
  await Promise.all([api.close(), owner.end()]);
});

it(
  `${SCALE.tenants * SCALE.jobsOfTenant} jobs of ${SCALE.tenants} organizations all succeed while of ${SCALE.workers} workers one that trains is killed every ${SCALE.killEveryMs / 1_000} s: each billed once, with the metrics of an undisturbed one`,
  async () => {
    const tenants = await Promise.all(Array.from({ length: SCALE.tenants }, prepare));
    const [first] = tenants;
    const undisturbed = await first!.tenant.waitFor(await first!.queue());
    expect(undisturbed.status).toBe('succeeded');
    const found = await owner.query('SELECT result FROM model_versions WHERE id = $1', undisturbed.modelVersionIds);
    const expected = found.rows[0].result;
    // From here on only workers that may be killed take jobs.
    await owner.query(`UPDATE plans SET training_pool = '${POOL}'`);
    await Promise.all(Array.from({ length: SCALE.workers }, addWorker));
    const jobs = await Promise.all(
      tenants.flatMap(({ queue }) => Array.from({ length: SCALE.jobsOfTenant }, () => queue())),
    );
    const ids = jobs.map((path) => path.split('/').at(-1)!);
    const kills = await killUntil(async () => (await countActive(ids)) === 0);
    const { rows } = await owner.query(
      `SELECT status, attempt, (SELECT result FROM model_versions WHERE training_job_id = job.id) AS result, (SELECT count(*)::int FROM usage_events WHERE id = job.id) AS billed,
         (SELECT count(*)::int FROM model_versions WHERE training_job_id = job.id) AS versions
       FROM training_jobs job WHERE id = ANY($1)`,
      [ids],
    );
    expect(rows).toHaveLength(ids.length);
    for (const row of rows)
      expect(row).toMatchObject({ status: 'succeeded', billed: 1, versions: 1, result: expected });
    const attempts = rows.reduce((sum, { attempt }) => sum + attempt, 0);
    note(
      `jobs lost, billed twice or changed while workers are killed, seed ${SEED}`,
      `0 of ${ids.length} (${kills} kills, ${attempts} attempts)`,
      '0',
      true,
    );
    expect(kills).toBeGreaterThan(0);
  },
  SCALE.timeoutMs,
);

/** An organization whose models' training takes a second or two. */
async function prepare() {
  const tenant = await Tenant.signUp(api);
  const projectId = await tenant.createProject();
  const interactionsDataSetId = await tenant.createDataSet(projectId, 'interactions');
  await tenant.upload(projectId, interactionsDataSetId, tasteCsv(500, 120));
  const settings = { factors: 128, epochs: 16, solver: 'cholesky' };
  const model = { recipe: 'ials', sources: { interactions: interactionsDataSetId }, settings };
  let models = 0;
  // One of its own for each job: of one model no two are under way.
  const queue = async (): Promise<string> => {
    const named = { ...model, name: `Model ${++models}` };
    const { id } = (await tenant.post(`/v1/projects/${projectId}/models`, named).expect(201)).body;
    const { body } = await tenant.post(`/v1/projects/${projectId}/models/${id}/training-jobs`).expect(202);
    return `/v1/projects/${projectId}/training-jobs/${body.id}`;
  };
  return { tenant, queue };
}

async function addWorker(): Promise<void> {
  workers.push(
    await startWorker(inject('appUrl'), inject('dataDirectory'), {
      KINDRED_WORKER_POOLS: POOL,
      KINDRED_WORKER_JOBS: '1',
      KINDRED_CHECKPOINT_SECONDS: '0.5',
    }),
  );
}

/** Every so often kills one of the workers that train, and starts another in its place, until `isOver`; returns how many were killed. */
async function killUntil(isOver: () => Promise<boolean>): Promise<number> {
  const random = Random.seeded(SEED);
  for (let kills = 0; ;) {
    const untilMs = performance.now() + SCALE.killEveryMs;
    while (performance.now() < untilMs) {
      if (await isOver()) return kills;
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
    // A job that loses ten workers is given up, as a slow machine could have it that gets nowhere between two kills.
    const { rows } = await owner.query(`SELECT worker FROM training_jobs WHERE status = 'running' AND attempt <= $1`, [
      SCALE.killsOfJob,
    ]);
    const training = workers.filter(({ pid }) => rows.some(({ worker }) => worker.endsWith(`:${pid}`)));
    const victim = training[Math.floor(random.uniform() * training.length)];
    if (!victim) continue;
    workers.splice(workers.indexOf(victim), 1);
    victim.kill('SIGKILL');
    kills++;
    // At length a lease is sat out.
    if (!IS_FULL)
      await owner.query(
        `UPDATE training_jobs SET lease_expires_at = now() - interval '1 second' WHERE status = 'running' AND worker LIKE $1`,
        [`%:${victim.pid}`],
      );
    await addWorker();
  }
}

async function countActive(ids: string[]): Promise<number> {
  const { rows } = await owner.query(
    `SELECT count(*)::int AS count FROM training_jobs WHERE id = ANY($1) AND status IN ('queued', 'running')`,
    [ids],
  );
  return rows[0].count;
}
