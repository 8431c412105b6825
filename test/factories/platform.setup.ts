import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import pg from 'pg';
import type { TestProject } from 'vitest/node';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { migrate } from '../../libs/platform/database/migrate.js';

declare module 'vitest' {
  interface ProvidedContext {
    ownerUrl: string;
    appUrl: string;
    dataDirectory: string;
  }
}

/** It knows the toy family too. */
const WORKER = ['--import', './dist/test/toy-family/register.js', 'dist/apps/worker/main.js'];

export const KINDRED_SECRET = 'a-secret-that-only-the-tests-know-0123456789';

/** A real Postgres and a real worker process for the tests of one project, gone afterwards. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const dataDirectory = mkdtempSync(path.join(tmpdir(), 'kindred-test-'));
  const postgres = await startEmbeddedPostgres(dataDirectory, 'postgres');
  await writeFast(postgres.url);
  const appUrl = await migrate(postgres.url, KINDRED_SECRET);
  project.provide('ownerUrl', postgres.url);
  project.provide('appUrl', appUrl);
  project.provide('dataDirectory', dataDirectory);
  const worker = await startWorker(appUrl, dataDirectory);
  return async () => {
    worker.kill('SIGTERM');
    await new Promise((resolve) => worker.once('exit', resolve));
    await removeEmbeddedPostgres(dataDirectory);
    rmSync(dataDirectory, { recursive: true, force: true });
  };
}

/** Nothing here outlives a machine that loses power, which is all that waiting for the disk guards against; a killed Postgres loses nothing. */
async function writeFast(url: string): Promise<void> {
  const server = new URL(url);
  server.pathname = '/postgres';
  const owner = new pg.Client({ connectionString: server.href });
  await owner.connect();
  await owner.query('ALTER SYSTEM SET fsync = off');
  await owner.query('SELECT pg_reload_conf()');
  await owner.end();
}

/** A worker as `npm start` would start it; resolves when it takes messages. */
export async function startWorker(
  appUrl: string,
  dataDirectory: string,
  changes: Record<string, string> = {},
  script = WORKER,
): Promise<ChildProcess> {
  const worker = spawn(process.execPath, script, {
    env: { ...process.env, ...workerEnvironment(appUrl, dataDirectory), ...changes },
    stdio: ['ignore', 'ignore', 'inherit', 'ipc'],
    // A session of its own, as on a server.
    detached: true,
  });
  await new Promise<void>((resolve, reject) => {
    worker.once('message', () => resolve());
    worker.once('exit', (code) => reject(new Error(`the worker ended with ${code}`)));
  });
  return worker;
}

/** While a part of a worker runs that sends webhooks and mail and deletes what is old; it ends with `work`, however that ends. */
export async function withOutboxWorker(
  appUrl: string,
  dataDirectory: string,
  changes: Record<string, string>,
  work: (worker: ChildProcess) => Promise<void>,
): Promise<void> {
  const worker = await startWorker(appUrl, dataDirectory, changes, ['dist/test/factories/outbox-worker.process.js']);
  await work(worker).finally(() => worker.kill('SIGKILL'));
}

function workerEnvironment(appUrl: string, dataDirectory: string): Record<string, string> {
  return {
    DATABASE_URL: appUrl,
    KINDRED_DATA_DIR: dataDirectory,
    KINDRED_SECRET,
    KINDRED_WORKER_JOBS: '1',
    // The receivers of the tests are on this machine.
    KINDRED_WEBHOOKS_TO_PRIVATE_ADDRESSES: 'true',
    KINDRED_URL_SOURCES_AT_PRIVATE_ADDRESSES: 'true',
    LOG_LEVEL: 'error',
    TZ: 'UTC',
  };
}
