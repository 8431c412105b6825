import type { DuckDBConnection } from '@duckdb/node-api';
import type { Sources } from '../../libs/models/training/sources.js';
import { quoteName, quoteText, withTables } from '../../libs/platform/tables/tables.js';

/** Runs `use` with the data sets of a job, of each role the Parquet files of its segments in order. */
export function withSources<T>(files: Record<string, string[]>, use: (sources: Sources) => Promise<T>): Promise<T> {
  return withTables(Object.values(files).flat(), {}, async (connection) => {
    for (const [role, segments] of Object.entries(files)) {
      const list = segments.map(quoteText).join(', ');
      await connection.run(
        `CREATE TEMP VIEW ${quoteName(role)} AS SELECT * FROM read_parquet([${list}], union_by_name = true)`,
      );
    }
    return use({
      has: (role) => Object.hasOwn(files, role),
      run: async (sql) => void (await connection.run(sql)),
      read: (sql) => read(connection, sql),
    });
  });
}

async function* read(connection: DuckDBConnection, sql: string): AsyncGenerator<readonly (readonly unknown[])[]> {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    yield chunk.getColumns();
  }
}
