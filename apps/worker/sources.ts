import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import type { SourceFiles } from '../../libs/features/training-jobs/worker.js';
import { sqlType } from '../../libs/models/kinds/kind.js';
import { kinds } from '../../libs/models/kinds/kinds.js';
import type { NumberColumn, Sources } from '../../libs/models/training/sources.js';
import { foldName, quoteName, quoteText, withTables } from '../../libs/platform/tables/tables.js';

/** Runs `use` with the data sets of a job, each a table named by its role. */
export function withSources<T>(sources: Record<string, SourceFiles>, use: (tables: Sources) => Promise<T>): Promise<T> {
  const paths = Object.values(sources).flatMap(({ files, addedFile, mergesFile }) =>
    [...files, addedFile, mergesFile].filter((file) => file !== undefined),
  );
  return withTables(paths, {}, async (connection) => {
    for (const [role, source] of Object.entries(sources))
      await connection.run(
        `CREATE TEMP ${isPlain(source) ? 'VIEW' : 'TABLE'} ${quoteName(role)} AS ${withMerges(source)}`,
      );
    return use({
      has: (role) => Object.hasOwn(sources, role),
      run: async (sql) => void (await connection.run(sql)),
      read: (sql) => read(connection, sql, (chunk) => chunk.getColumns()),
      readNumbers: (sql) => read(connection, sql, numbersOf),
    });
  });
}

/** Whether it costs little to read it several times: lines of JSON cost more than columns of Parquet. */
function isPlain({ addedFile, mergesFile }: SourceFiles): boolean {
  return !addedFile && !mergesFile;
}

async function* read<T>(connection: DuckDBConnection, sql: string, take: (chunk: DuckDBDataChunk) => T) {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield take(chunk);
  }
}

function numbersOf(chunk: DuckDBDataChunk): NumberColumn[] {
  return Array.from({ length: chunk.columnCount }, (_, column) => {
    // What a vector lies in, of which the package's own way makes a value for each row.
    const { items } = chunk.getColumnVector(column) as unknown as { items: unknown };
    if (items instanceof Uint32Array || items instanceof Float32Array || items instanceof Float64Array) return items;
    throw new TypeError(`Column ${column} is not of UINTEGER, FLOAT or DOUBLE: cast it.`);
  });
}

/** SQL of the rows of a data set, each of whom it counts for. Of rows that describe people, whoever is merged has none but their own. */
function withMerges(source: SourceFiles): string {
  const rows = rowsOf(source);
  const { person, identity } = kinds[source.kind];
  if (!source.mergesFile || !person) return rows;
  const by = quoteName(person);
  const merges = `read_json(${quoteText(source.mergesFile)}, format = 'newline_delimited', columns = {from_user_id: 'VARCHAR', into_user_id: 'VARCHAR'})`;
  const merged = `SELECT rows.* REPLACE (coalesce(into_user_id, rows.${by}) AS ${by}), from_user_id IS NOT NULL AS is_merged
    FROM (${rows}) rows LEFT JOIN ${merges} merges ON from_user_id = rows.${by}`;
  const once = identity === person ? `QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY is_merged) = 1` : '';
  return `SELECT * EXCLUDE (is_merged) FROM (${merged}) ${once}`;
}

/** SQL of the rows of a data set: those of its files and the added ones; of corrections their last word, in place of the files' rows. */
function rowsOf({ kind, files, addedFile, addedNames }: SourceFiles): string {
  const { columns, correctedBy, identity } = kinds[kind];
  const ofFiles =
    files.length > 0
      ? `SELECT * FROM read_parquet([${files.map(quoteText).join(', ')}], union_by_name = true)`
      : `SELECT ${Object.entries(columns)
          .map(([name, { type }]) => `NULL::${sqlType(type)} AS ${quoteName(name)}`)
          .join(', ')} WHERE false`;
  if (!addedFile) return ofFiles;
  if (identity) return withSingle(ofFiles, quoteName(identity), addedFile, addedNames ?? []);
  const types = Object.entries(columns).map(([name, { type }]) => `${quoteName(name)}: ${quoteText(sqlType(type))}`);
  const lines = `SELECT *, row_number() OVER () AS line FROM read_json(${quoteText(addedFile)}, format = 'newline_delimited', columns = {${types.join(', ')}})`;
  if (!correctedBy) return `${ofFiles} UNION ALL BY NAME SELECT * EXCLUDE (line) FROM (${lines})`;
  const by = quoteName(correctedBy);
  const last = `SELECT * EXCLUDE (line) FROM (${lines}) QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY line DESC) = 1`;
  const names = Object.keys(columns)
    .map(quoteName)
    .filter((name) => name !== by);
  // What a correction does not say, such as what a row is for, stays as it was.
  const replaced = `SELECT ${by}, ${names.map((name) => `any_value(${name}) AS ${name}`).join(', ')} FROM (${ofFiles}) GROUP BY ${by}`;
  const whole = names.map((name) => `coalesce(last.${name}, replaced.${name}) AS ${name}`).join(', ');
  const added = `SELECT last.${by}, ${whole} FROM (${last}) last LEFT JOIN (${replaced}) replaced ON replaced.${by} = last.${by}`;
  return `SELECT * FROM (${ofFiles}) WHERE ${by} NOT IN (SELECT ${by} FROM (${last})) UNION ALL BY NAME ${added}`;
}

/** SQL of rows with an id, those that were sent by themselves, their names folded, in the place of those of the same id. */
function withSingle(ofFiles: string, by: string, addedFile: string, names: string[]): string {
  const sent = `SELECT * FROM read_json(${quoteText(addedFile)}, format = 'newline_delimited', columns = {id: 'VARCHAR', is_deletion: 'BOOLEAN', row: 'MAP(VARCHAR, VARCHAR)'})`;
  // The id's own column is no attribute, whatever somebody calls one.
  const attributes = names.filter((name) => foldName(quoteName(name)) !== by);
  const values = attributes.map((name) => `, row[${quoteText(foldName(name))}] AS ${quoteName(name)}`).join('');
  return `SELECT * FROM (${ofFiles}) WHERE ${by} NOT IN (SELECT id FROM (${sent}))
    UNION ALL BY NAME SELECT id AS ${by}${values} FROM (${sent}) WHERE NOT is_deletion`;
}
