import 'reflect-metadata';
import { existsSync } from 'node:fs';
import path from 'node:path';
import { startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { makeOperator } from './make-operator.js';
import { SecretsFile } from './secrets-file.js';

// `npm run create-operator -- EMAIL`: makes an operator's account, or finds it, and prints a link by which its password is chosen, in the
// database of DATABASE_URL, the owner's login, with KINDRED_SECRET; without them, in that of this folder, whether it runs or not.
if (existsSync('.env')) process.loadEnvFile('.env');
try {
  await create(process.argv[2]);
  process.exit(0);
} catch (error) {
  console.error(`kindred: ${(error as Error).message}`);
  process.exit(1);
}

async function create(email: string | undefined): Promise<void> {
  if (!email) throw new Error('name the address: npm run create-operator -- you@example.com');
  const { DATABASE_URL = '', KINDRED_SECRET = '' } = process.env;
  if (DATABASE_URL && !KINDRED_SECRET) throw new Error('set KINDRED_SECRET too: the link is signed with it.');
  const unset = {
    DATABASE_URL: DATABASE_URL || 'postgresql://unknown',
    KINDRED_SECRET: KINDRED_SECRET || 'of the data folder',
  };
  const config = readConfig({ ...process.env, ...unset });
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
    const token = await makeOperator(database, config, email);
    console.log(`${email} is an operator. Choose a password within an hour, by this link, which opens once:`);
    console.log(`${config.PUBLIC_URL}/reset-password#${token}`);
  } finally {
    await database.onApplicationShutdown();
    await stop();
  }
}
