import { createHash, randomUUID } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import pg from 'pg';
import { hmac } from '../secrets/secrets.js';
import { applyPriceList, readPriceList } from './price-list.js';
import { refuseOldServer, SERVER_VERSION_SQL } from './server-version.js';

/** The advisory lock that Prisma's own migrate takes: the two never run at once. */
const MIGRATION_LOCK = 72707369;

const MIGRATIONS = 'prisma/migrations';
const PRICE_LIST = 'prisma/price-list/price-list.json';

/**
 * Brings the database at the owner's URL up to date: makes it if it is missing, applies each folder of
 * prisma/migrations once, then the price list, and sets the app login's password.
 *
 * Rows of `_prisma_migrations` are written as `prisma migrate deploy` writes them, so either can continue the other's work.
 *
 * @returns the URL of the restricted login with which the API and the worker connect
 * @throws Error when an applied migration was edited, the price list is wrong, or the server is too old
 */
export async function migrate(ownerUrl: string, secret: string, priceListFile = PRICE_LIST): Promise<string> {
  // First, so that nothing is applied next to a list that cannot be.
  const priceList = readPriceList(priceListFile);
  await createDatabase(ownerUrl);
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    refuseOldServer((await client.query<{ version: number }>(SERVER_VERSION_SQL)).rows[0]!.version);
    await client.query('SELECT pg_advisory_lock($1)', [MIGRATION_LOCK]);
    await applyMigrations(client);
    await inTransaction(client, `The price list ${priceListFile}`, () => applyPriceList(client, priceList));
    await client.query(`SELECT create_usage_event_partitions(now() + interval '2 years')`);
    const password = Buffer.from(hmac(secret, 'database-login', 'kindred_app')).toString('hex');
    await client.query(`ALTER ROLE kindred_app PASSWORD ${pg.escapeLiteral(password)}`);
    const appUrl = new URL(ownerUrl);
    appUrl.username = 'kindred_app';
    appUrl.password = password;
    return appUrl.href;
  } finally {
    await client.end();
  }
}

async function createDatabase(ownerUrl: string): Promise<void> {
  const url = new URL(ownerUrl);
  const name = decodeURIComponent(url.pathname.slice(1));
  const probe = new pg.Client({ connectionString: ownerUrl });
  try {
    await probe.connect();
  } catch (error) {
    if ((error as { code?: string }).code !== '3D000') throw error;
    url.pathname = '/postgres';
    const admin = new pg.Client({ connectionString: url.href });
    await admin.connect();
    await admin.query(`CREATE DATABASE ${pg.escapeIdentifier(name)}`).finally(() => admin.end());
  } finally {
    await probe.end();
  }
}

async function applyMigrations(client: pg.Client): Promise<void> {
  await client.query(`CREATE TABLE IF NOT EXISTS _prisma_migrations (
    id VARCHAR(36) PRIMARY KEY NOT NULL, checksum VARCHAR(64) NOT NULL, finished_at TIMESTAMPTZ,
    migration_name VARCHAR(255) NOT NULL, logs TEXT, rolled_back_at TIMESTAMPTZ,
    started_at TIMESTAMPTZ NOT NULL DEFAULT now(), applied_steps_count INTEGER NOT NULL DEFAULT 0)`);
  const { rows } = await client.query<{ migration_name: string; checksum: string }>(
    'SELECT migration_name, checksum FROM _prisma_migrations WHERE finished_at IS NOT NULL AND rolled_back_at IS NULL',
  );
  const applied = new Map(rows.map((row) => [row.migration_name, row.checksum]));
  for (const name of readdirSync(MIGRATIONS).sort()) {
    const file = path.join(MIGRATIONS, name, 'migration.sql');
    if (!existsSync(file)) continue;
    const sql = readFileSync(file, 'utf8');
    const checksum = createHash('sha256').update(sql).digest('hex');
    if (applied.get(name) === checksum) continue;
    if (applied.has(name))
      throw new Error(`Migration ${name} was edited after it was applied here: put the change in a new one.`);
    await applyOne(client, name, sql, checksum);
  }
}

/** The script and the row that says it ran commit together. */
function applyOne(client: pg.Client, name: string, sql: string, checksum: string): Promise<void> {
  return inTransaction(client, `Migration ${name}`, async () => {
    await client.query(sql);
    await client.query(
      `INSERT INTO _prisma_migrations (id, checksum, migration_name, finished_at, applied_steps_count) VALUES ($1, $2, $3, now(), 1)`,
      [randomUUID(), checksum, name],
    );
  });
}

async function inTransaction(client: pg.Client, what: string, work: () => Promise<void>): Promise<void> {
  try {
    // It must rather fail than queue behind a long query and hold up all that come after it.
    await client.query(`BEGIN; SET LOCAL lock_timeout = '2s'`);
    await work();
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK').catch(() => {});
    throw new Error(`${what} failed; nothing of it was kept: ${(error as Error).message}`, { cause: error });
  }
}
