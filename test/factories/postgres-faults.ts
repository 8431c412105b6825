import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { EmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { until } from './until.js';

/** @param isThere whether it takes connections */
export async function revivePostgres(postgres: EmbeddedPostgres, isThere: () => Promise<boolean>): Promise<void> {
  // As the launcher of `npm start` does: again, until it stays.
  await until(async () => {
    await postgres.revive();
    return isThere();
  });
}

export async function killPostgres({ data }: EmbeddedPostgres, signal: NodeJS.Signals): Promise<void> {
  const pid = Number(readFileSync(path.join(data, 'postmaster.pid'), 'utf8').split('\n')[0]);
  process.kill(pid, signal);
  // pg_ctl takes a process that nobody has reaped yet for a living one.
  await until(async () => !existsSync(`/proc/${pid}`));
}
