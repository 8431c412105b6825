import 'reflect-metadata';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { SecretsFile } from './secrets-file.js';
import { verifyAudit } from './verify-audit.js';

// `npm run verify-audit`: computes the audit log of each organization anew, in the database of DATABASE_URL, with the owner's or the
// restricted login; without one, in that of this folder. Ends with 1 where a chain does not hold.
if (existsSync('.env')) process.loadEnvFile('.env');
try {
  process.exit((await verify()) ? 0 : 1);
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(2);
}

async function verify(): Promise<boolean> {
  const { DATABASE_URL = '', KINDRED_SECRET } = process.env;
  // Nothing is signed or decrypted, so it takes no secret.
  const needless = {
    KINDRED_SECRET: KINDRED_SECRET || 'no chain is computed with a secret',
    DATABASE_URL: DATABASE_URL || 'postgresql://unknown',
  };
  const config = readConfig({ ...process.env, ...needless });
  let stop = async () => {};
  if (!DATABASE_URL) {
    const directory = path.resolve(config.KINDRED_DATA_DIR);
    if (!existsSync(path.join(directory, 'secrets.json')))
      throw new Error(`there is no database in ${directory}: set DATABASE_URL, or KINDRED_DATA_DIR.`);
    const isRunning = existsSync(path.join(directory, 'postgres', 'data', 'postmaster.pid'));
    const postgres = await startEmbeddedPostgres(directory, new SecretsFile(directory).secrets.postgresPassword);
    config.DATABASE_URL = postgres.url;
    if (!isRunning) stop = () => postgres.stop();
  }
  const database = new Database(config);
  try {
    return await verifyAudit(database, console.log);
  } finally {
    await database.onApplicationShutdown();
    await stop();
  }
}
