import { existsSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { type Config, readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { SecretsFile } from './secrets-file.js';

/**
 * Runs `work` on the database of DATABASE_URL, the owner's login, with KINDRED_SECRET; without them, on that of the data folder, whether the
 * installation runs or not, with its secret.
 *
 * @throws Error where there is neither
 */
export async function withDatabase<T>(work: (database: Database, config: Config) => Promise<T>): Promise<T> {
  if (existsSync('.env')) process.loadEnvFile('.env');
  const { DATABASE_URL = '', KINDRED_SECRET = '' } = process.env;
  const config = readConfig({
    ...process.env,
    DATABASE_URL: DATABASE_URL || 'postgresql://of-the-data-folder',
    KINDRED_SECRET: KINDRED_SECRET || 'that of the data folder, which is read next',
  });
  let stop = async () => {};
  if (!DATABASE_URL) {
    const directory = path.resolve(config.KINDRED_DATA_DIR);
    if (!existsSync(path.join(directory, 'secrets.json')))
      throw new Error(
        `there is no installation in ${directory}: run npm start once, or set DATABASE_URL or KINDRED_DATA_DIR.`,
      );
    const { secrets } = new SecretsFile(directory);
    config.KINDRED_SECRET = KINDRED_SECRET || secrets.kindredSecret;
    const isRunning = existsSync(path.join(directory, 'postgres', 'data', 'postmaster.pid'));
    const postgres = await startEmbeddedPostgres(directory, secrets.postgresPassword);
    config.DATABASE_URL = postgres.url;
    if (!isRunning) stop = () => postgres.stop();
  }
  const database = new Database(config);
  try {
    return await work(database, config);
  } finally {
    await database.onApplicationShutdown();
    await stop();
  }
}

/** Ends the process with the code that `command` gives; an error is said in a line. */
export async function runCommand(command: () => Promise<number>, codeOfError = 1): Promise<never> {
  try {
    process.exit(await command());
  } catch (error) {
    console.error(`kindred: ${(error as Error).message}`);
    process.exit(codeOfError);
  }
}
