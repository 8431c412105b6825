import type { DuckDBConnection } from '@duckdb/node-api';
import type { TrainingTask } from '../../libs/features/training-jobs/worker.js';
import type { TrainingInput } from '../../libs/models/family.js';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';

type Described = Pick<TrainingTask, 'itemsFile' | 'usersFile' | 'withNewItems'>;

/** Reads imported Parquet into the dense, indexed form that trainers take. Ids are numbered in the order of their text. */
export async function readTrainingInput(
  interactionsFile: string,
  { itemsFile, usersFile, withNewItems }: Described,
): Promise<TrainingInput> {
  const files = [interactionsFile, itemsFile, usersFile].filter((file) => file !== undefined);
  return withTables(files, {}, async (connection) => {
    await connection.run(
      `CREATE TEMP TABLE interactions AS SELECT * FROM read_parquet(${quoteText(interactionsFile)})`,
    );
    const userIds = await numberIds(connection, 'user_id', 'users');
    const catalogue = withNewItems ? itemsFile : undefined;
    const itemIds = await numberIds(connection, 'item_id', 'items', catalogue);
    const eventTypes = await numberIds(connection, 'event_type', 'event_types');
    return {
      userIds,
      itemIds,
      ...(await readInteractions(connection, eventTypes)),
      userAttributes: await readAttributes(connection, usersFile, 'user_id', 'users', userIds),
      itemAttributes: await readAttributes(connection, itemsFile, 'item_id', 'items', itemIds),
    };
  });
}

/** Those of the interactions, and of a file beside. */
async function numberIds(
  connection: DuckDBConnection,
  column: string,
  table: string,
  file?: string,
): Promise<string[]> {
  const others = file ? `UNION SELECT ${column} FROM read_parquet(${quoteText(file)})` : '';
  await connection.run(`CREATE TEMP TABLE ${table} AS
    SELECT ${column}, (row_number() OVER (ORDER BY ${column}) - 1)::UINTEGER AS number
    FROM (SELECT DISTINCT ${column} FROM interactions ${others}) WHERE ${column} IS NOT NULL`);
  const ids: string[] = [];
  await forEachChunk(connection, `SELECT ${column} FROM ${table} ORDER BY number`, ([values]) => {
    for (const id of values!) ids.push(id as string);
  });
  return ids;
}

/** In the order of user and time, what has no time counting as old as the oldest that has one; an interaction without an event type has the type `''`. */
async function readInteractions(connection: DuckDBConnection, eventTypes: string[]) {
  const [row] = (
    await connection.runAndReadAll(
      'SELECT count(*), count(value), count(timestamp), coalesce(min(timestamp), 0) FROM interactions',
    )
  ).getRows();
  const [count, values, timestamps, first] = row!.map(Number) as [number, number, number, number];
  const input = {
    users: new Uint32Array(count),
    items: new Uint32Array(count),
    values: values > 0 ? new Float32Array(count) : null,
    timestamps: timestamps > 0 ? new Float64Array(count) : null,
    eventTypes: eventTypes.length > 0 ? { names: [...eventTypes, ''], codes: new Uint32Array(count) } : null,
  };
  let offset = 0;
  const sql = `SELECT users.number, items.number, coalesce(value, 'nan'), coalesce(timestamp, ${first}), coalesce(event_types.number, ${eventTypes.length})
    FROM interactions JOIN users USING (user_id) JOIN items USING (item_id) LEFT JOIN event_types USING (event_type) ORDER BY 1, 4, 2`;
  await forEachChunk(connection, sql, ([users, items, value, timestamp, type]) => {
    input.users.set(users as number[], offset);
    input.items.set(items as number[], offset);
    input.values?.set(value as number[], offset);
    input.timestamps?.set(timestamp as number[], offset);
    input.eventTypes?.codes.set(type as number[], offset);
    offset += users!.length;
  });
  return input;
}

/** In the order of `ids`, which `table` holds in its column `idColumn`; null where the file, if any, describes none. */
async function readAttributes(
  connection: DuckDBConnection,
  file: string | undefined,
  idColumn: string,
  table: string,
  ids: string[],
): Promise<(Record<string, string> | null)[]> {
  if (!file) return ids.map(() => null);
  const reader = await connection.runAndReadAll(
    `SELECT * FROM read_parquet(${quoteText(file)}) SEMI JOIN ${table} USING (${idColumn})`,
  );
  const byId = new Map<string, Record<string, string>>();
  for (const { [idColumn]: id, ...columns } of reader.getRowObjects()) {
    const known = Object.entries(columns).filter(([, value]) => value !== null);
    byId.set(String(id), Object.fromEntries(known.map(([name, value]) => [name, String(value)])));
  }
  return ids.map((id) => byId.get(id) ?? null);
}

/** Streams a result column by column, so that a hundred million rows never stand in memory as objects. */
async function forEachChunk(
  connection: DuckDBConnection,
  sql: string,
  visit: (columns: readonly (readonly unknown[])[]) => void,
) {
  const result = await connection.stream(sql);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    visit(chunk.getColumns());
  }
}
