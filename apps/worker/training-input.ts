import type { DuckDBConnection } from '@duckdb/node-api';
import type { TrainingInput } from '../../libs/models/family.js';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';

/** Reads imported Parquet into the dense, indexed form that trainers take. Ids are numbered in the order of their text. */
export async function readTrainingInput(interactionsFile: string, itemsFile?: string): Promise<TrainingInput> {
  return withTables([interactionsFile, ...(itemsFile ? [itemsFile] : [])], async (connection) => {
    await connection.run(
      `CREATE TEMP TABLE interactions AS SELECT * FROM read_parquet(${quoteText(interactionsFile)})`,
    );
    const userIds = await numberIds(connection, 'user_id', 'users');
    const itemIds = await numberIds(connection, 'item_id', 'items');
    const eventTypes = await numberIds(connection, 'event_type', 'event_types');
    return {
      userIds,
      itemIds,
      ...(await readInteractions(connection, eventTypes)),
      userAttributes: userIds.map(() => null),
      itemAttributes: itemsFile ? await readAttributes(connection, itemsFile, itemIds) : itemIds.map(() => null),
    };
  });
}

async function numberIds(connection: DuckDBConnection, column: string, table: string): Promise<string[]> {
  await connection.run(`CREATE TEMP TABLE ${table} AS
    SELECT ${column}, (row_number() OVER (ORDER BY ${column}) - 1)::UINTEGER AS number FROM (SELECT DISTINCT ${column} FROM interactions WHERE ${column} IS NOT NULL)`);
  const ids: string[] = [];
  await forEachChunk(connection, `SELECT ${column} FROM ${table} ORDER BY number`, ([values]) => {
    for (const id of values!) ids.push(id as string);
  });
  return ids;
}

/** In the order of user and time; an interaction without an event type has the type `''`. */
async function readInteractions(connection: DuckDBConnection, eventTypes: string[]) {
  const [row] = (
    await connection.runAndReadAll('SELECT count(*), count(value), count(timestamp) FROM interactions')
  ).getRows();
  const [count, values, timestamps] = row!.map(Number) as [number, number, number];
  const input = {
    users: new Uint32Array(count),
    items: new Uint32Array(count),
    values: values > 0 ? new Float32Array(count) : null,
    timestamps: timestamps > 0 ? new Float64Array(count) : null,
    eventTypes: eventTypes.length > 0 ? { names: [...eventTypes, ''], codes: new Uint32Array(count) } : null,
  };
  let offset = 0;
  const sql = `SELECT users.number, items.number, coalesce(value, 'nan'), coalesce(timestamp, 0), coalesce(event_types.number, ${eventTypes.length})
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

async function readAttributes(
  connection: DuckDBConnection,
  file: string,
  itemIds: string[],
): Promise<TrainingInput['itemAttributes']> {
  const reader = await connection.runAndReadAll(
    `SELECT * FROM read_parquet(${quoteText(file)}) SEMI JOIN items USING (item_id)`,
  );
  const byItem = new Map<string, Record<string, string>>();
  for (const { item_id, ...columns } of reader.getRowObjects()) {
    const known = Object.entries(columns).filter(([, value]) => value !== null);
    byItem.set(String(item_id), Object.fromEntries(known.map(([name, value]) => [name, String(value)])));
  }
  return itemIds.map((id) => byItem.get(id) ?? null);
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
