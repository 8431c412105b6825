import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { removeEmbeddedPostgres, startEmbeddedPostgres } from '../../infra/embedded-postgres/embedded-postgres.js';
import { migrate } from '../../libs/platform/database/migrate.js';
import { schemaDiff } from './schema-diff.js';

// `npm run migration -- name`: writes prisma/migrations/<time>_<name>/migration.sql with what prisma/schema has changed since
// the last migration. Row-level security, grants and CHECK constraints of new tables are to be added to it by hand.
const name = process.argv[2];
if (!name || !/^[a-z0-9_]+$/.test(name)) {
  console.error('kindred: give the migration a name of lower-case words: npm run migration -- add_webhooks');
  process.exit(1);
}
const directory = mkdtempSync(path.join(tmpdir(), 'kindred-migration-'));
const postgres = await startEmbeddedPostgres(directory, 'postgres');
try {
  await migrate(postgres.url, 'only-for-this-throw-away-database-0123');
  const sql = await schemaDiff(postgres.url);
  const time = new Date().toISOString().replace(/\D/g, '').slice(0, 14);
  const folder = `prisma/migrations/${time}_${name}`;
  if (sql) {
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'migration.sql'), sql);
  }
  console.log(
    sql ? `Wrote ${folder}/migration.sql` : 'prisma/schema and the migrations agree: there is nothing to write.',
  );
} finally {
  await removeEmbeddedPostgres(directory);
  rmSync(directory, { recursive: true });
}
process.exit(0);
