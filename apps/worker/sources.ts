import type { DuckDBConnection, DuckDBDataChunk } from '@duckdb/node-api';
import { learntRows, linesOf } from '../../libs/features/data-sets/process.js';
import type { SourceFiles } from '../../libs/features/training-jobs/worker.js';
import { kinds } from '../../libs/models/kinds/kinds.js';
import type { NumberColumn, Sources } from '../../libs/models/training/sources.js';
import { quoteName, quoteText, withTables } from '../../libs/platform/tables/tables.js';

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
  const { kind, files, addedFile, addedNames } = source;
  const table = `read_parquet([${files.map(quoteText).join(', ')}], union_by_name = true)`;
  const lines = addedFile && linesOf(kind, addedFile);
  const rows = learntRows(kind, files.length > 0 ? table : undefined, lines, addedNames);
  const { person, identity } = kinds[kind];
  if (!source.mergesFile || !person) return rows;
  const by = quoteName(person);
  const merges = `read_json(${quoteText(source.mergesFile)}, format = 'newline_delimited', columns = {from_user_id: 'VARCHAR', into_user_id: 'VARCHAR'})`;
  const merged = `SELECT rows.* REPLACE (coalesce(into_user_id, rows.${by}) AS ${by}), from_user_id IS NOT NULL AS is_merged
    FROM (${rows}) rows LEFT JOIN ${merges} merges ON from_user_id = rows.${by}`;
  const once = identity === person ? `QUALIFY row_number() OVER (PARTITION BY ${by} ORDER BY is_merged) = 1` : '';
  return `SELECT * EXCLUDE (is_merged) FROM (${merged}) ${once}`;
}
