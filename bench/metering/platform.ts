import { type ChildProcess, fork } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import { ApiSession } from '../../apps/launcher/journey/api-session.js';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { freePort } from '../../infra/embedded-postgres/free-port.js';
import { migrate } from '../../libs/platform/database/migrate.js';

const SECRET = 'a-secret-that-only-the-bench-knows-0123456789';

/** How an API process meters calls: as it does, into Postgres before each answer, or not at all. */
export type Metering = 'journal' | 'postgres' | 'none';

/** A Postgres and a worker of the bench's own, and API processes on them, all gone at the end. */
export class BenchPlatform {
  private readonly children: ChildProcess[] = [];

  private constructor(
    readonly directory: string,
    readonly ownerUrl: string,
    readonly environment: Record<string, string>,
  ) {}

  static async start(): Promise<BenchPlatform> {
    const directory = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
    chmodSync(directory, 0o755);
    const { url } = await startEmbeddedPostgres(directory, 'postgres');
    const environment = {
      DATABASE_URL: await migrate(url, SECRET),
      KINDRED_SECRET: SECRET,
      KINDRED_DATA_DIR: directory,
      STRIPE_SECRET_KEY: 'sk_test_none',
      STRIPE_WEBHOOK_SECRET: 'whsec_none',
      LOG_LEVEL: 'error',
      TZ: 'UTC',
    };
    return new BenchPlatform(directory, url, environment);
  }

  async stop(): Promise<void> {
    await Promise.all(
      this.children.map((child) => {
        const ended = new Promise((resolve) => child.once('exit', resolve));
        child.kill('SIGTERM');
        return ended;
      }),
    );
    await removeEmbeddedPostgres(this.directory);
    rmSync(this.directory, { recursive: true, force: true });
  }

  async query<R extends object>(sql: string, values: unknown[] = []): Promise<R[]> {
    const owner = new pg.Client({ connectionString: this.ownerUrl });
    await owner.connect();
    return owner
      .query<R>(sql, values)
      .then(({ rows }) => rows)
      .finally(() => owner.end());
  }

  async startWorker(): Promise<void> {
    await this.fork(new URL('../../apps/worker/main.js', import.meta.url), {});
  }

  /** @returns where it answers */
  async startApi(metering: Metering): Promise<string> {
    const PORT = String(await freePort());
    await this.fork(new URL('./api.process.js', import.meta.url), { PORT, METERING: metering });
    return `http://127.0.0.1:${PORT}`;
  }

  private async fork(file: URL, environment: Record<string, string>): Promise<void> {
    const child = fork(file, { env: { ...process.env, ...this.environment, ...environment } });
    this.children.push(child);
    await new Promise<void>((resolve, reject) => {
      child.once('message', () => resolve());
      child.once('exit', (code) => reject(new Error(`${file.pathname} ended with ${code}`)));
    });
  }
}

export interface Live {
  deploymentId: string;
  key: string;
}

/** An organization whose model answers, on a plan without limits that a bench would meet. */
export async function deployModel(platform: BenchPlatform, url: string): Promise<Live> {
  await platform.query('UPDATE plans SET requests_per_second = 1000000, requests_burst = 1000000');
  await platform.query(`UPDATE plan_quotas SET quantity = 1000000000 WHERE resource = 'recommendation_requests'`);
  const api = new ApiSession(url);
  await api.signup('bench@example.com', 'a password of the bench', 'Bench');
  const project = await api.findOrCreate('/v1/projects', 'Bench', {});
  const inProject = `/v1/projects/${project.id}`;
  const interactions = await api.findOrCreate(`${inProject}/data-sets`, 'Clicks', { kind: 'interactions' });
  const rows = Array.from({ length: 20_000 }, (_, i) => `user-${i % 500},item-${(i * 7 + (i % 13)) % 400}`);
  await api.upload(`${inProject}/data-sets/${interactions.id}`, `user_id,item_id\n${rows.join('\n')}\n`);
  const model = await api.findOrCreate(`${inProject}/models`, 'Model', {
    recipe: 'ials',
    sources: { interactions: interactions.id },
  });
  const [modelVersionId] = (await api.train(inProject, model.id)).modelVersionIds;
  const deployment = await api.findOrCreate(`${inProject}/deployments`, 'Live', { modelVersionId });
  const { key } = await api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Bench' });
  return { deploymentId: deployment.id, key };
}
