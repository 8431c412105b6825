import { readFileSync, readdirSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';

const require = createRequire(import.meta.url);
const SCHEMA_FOLDER = 'prisma/schema';

/** The tables that Prisma's schema does not describe: the queue's and the migration runner's own. */
const FILTERS = { externalTables: ['public._prisma_migrations'], externalEnums: [] };

/**
 * SQL that turns the database at `url` into what prisma/schema describes; empty when
 * nothing differs. Row-level security, grants and CHECK constraints are outside Prisma's sight.
 *
 * Prisma's own command line needs a native engine that is downloaded on first use. The same engine ships on npm as
 * WebAssembly, which this calls directly, so that migrations can be written on a machine without that download.
 */
export async function schemaDiff(url: string): Promise<string> {
  const engine = await openEngine(url);
  const target = { tag: 'schemaDatamodel', files: readSchema().map(([file, content]) => ({ path: file, content })) };
  const source = { tag: 'schemaDatasource', files: target.files, configDir: '.' };
  const result = await engine.diff({ from: source, to: target, script: true, exitCode: null, filters: FILTERS });
  const sql: string = result.stdout ?? '';
  return sql.trim() === '-- This is an empty migration.' ? '' : sql;
}

function readSchema(): [string, string][] {
  const files = readdirSync(SCHEMA_FOLDER).filter((name) => name.endsWith('.prisma'));
  return files.sort().map((name) => {
    const file = path.join(SCHEMA_FOLDER, name);
    return [file, readFileSync(file, 'utf8')];
  });
}

async function openEngine(url: string) {
  const folder = path.dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const bindings = await import(path.join(folder, 'schema_engine_bg.js'));
  const wasm = readFileSync(path.join(folder, 'schema_engine_bg.wasm'));
  const { instance } = await WebAssembly.instantiate(wasm, { './schema_engine_bg.js': bindings });
  bindings.__wbg_set_wasm(instance.exports);
  (instance.exports['__wbindgen_start'] as (() => void) | undefined)?.();
  return bindings.SchemaEngine.new({ datamodels: readSchema() }, () => {}, await adapterFactory(url));
}

async function adapterFactory(url: string) {
  const { PrismaPg } = await import('@prisma/adapter-pg');
  const { bindMigrationAwareSqlAdapterFactory } = await import('@prisma/driver-adapter-utils');
  readCatalogCharAsText();
  class CatalogAdapter extends PrismaPg {
    override async connect() {
      const connection = await super.connect();
      const queryRaw = connection.queryRaw.bind(connection);
      // Postgres 18 lists NOT NULL among pg_constraint's rows, on which the engine panics (prisma/orm 29635); the rows
      // that this query would return only feed a warning.
      connection.queryRaw = (query) =>
        queryRaw({ ...query, sql: query.sql.replace(/contype\s+NOT\s+IN\s*\(\s*'p',\s*'u',\s*'f'\s*\)/i, 'false') });
      return connection;
    }
  }
  return bindMigrationAwareSqlAdapterFactory(new CatalogAdapter({ connectionString: url }));
}

/** The adapter has no mapping for the catalogue's one-byte "char" type (OID 18); its values read well as bpchar (1042). */
function readCatalogCharAsText(): void {
  const Result = require('pg/lib/result.js');
  const addFields = Result.prototype.addFields;
  Result.prototype.addFields = function (fields: { dataTypeID: number }[]) {
    for (const field of fields) if (field.dataTypeID === 18) field.dataTypeID = 1042;
    return addFields.call(this, fields);
  };
}
