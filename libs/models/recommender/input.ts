import type { Sources } from '../training/sources.js';
import { recommenderManifest } from './manifest.js';

/** One data set in memory: parallel arrays, one entry per interaction, indices into the id lists. */
export interface RecommenderInput {
  /** Index to external id; distinct. */
  userIds: string[];
  /** Index to external id; distinct. Items without interactions are allowed. */
  itemIds: string[];
  /** `[interactions]`, indices into `userIds`. */
  users: Uint32Array;
  /** `[interactions]`, indices into `itemIds`. */
  items: Uint32Array;
  /** `[interactions]`, rating or other value, NaN where an interaction has none; null when the data set has none. */
  values: Float32Array | null;
  /** `[interactions]`, Unix seconds; null when the data set has none. */
  timestamps: Float64Array | null;
  /** What users did, such as view or purchase; null when the data set names none. */
  eventTypes: EventTypes | null;
  /** `[items]`, null where nothing is known of the item. */
  itemAttributes: (Record<string, string> | null)[];
  /** `[users]`, null where nothing is known of the user. */
  userAttributes: (Record<string, string> | null)[];
}

/** The event type of each interaction. */
export interface EventTypes {
  /** Distinct. */
  names: string[];
  /** `[interactions]`, indices into `names`. */
  codes: Uint32Array;
}

/** Reads the job's data sets into the dense, indexed form that the recipes take. Ids are numbered in the order of their text. */
export async function readInput(sources: Sources, recipe: string): Promise<RecommenderInput> {
  const { recipes } = recommenderManifest;
  const isCatalogueWanted = 'usesAttributes' in (recipes[recipe as keyof typeof recipes] ?? {});
  const userIds = await numberIds(sources, 'user_id', 'numbered_users');
  const catalogue = isCatalogueWanted && sources.has('items') ? 'items' : undefined;
  const itemIds = await numberIds(sources, 'item_id', 'numbered_items', catalogue);
  const eventTypes = await numberIds(sources, 'event_type', 'numbered_types');
  return {
    userIds,
    itemIds,
    ...(await readInteractions(sources, eventTypes)),
    userAttributes: await readAttributes(sources, 'users', 'user_id', 'numbered_users', userIds),
    itemAttributes: await readAttributes(sources, 'items', 'item_id', 'numbered_items', itemIds),
  };
}

/** Those of the interactions, and of another role's rows where one is named. */
async function numberIds(sources: Sources, column: string, table: string, role?: string): Promise<string[]> {
  const others = role ? `UNION SELECT ${column} FROM ${role}` : '';
  await sources.run(`CREATE TEMP TABLE ${table} AS
    SELECT ${column}, (row_number() OVER (ORDER BY ${column}) - 1)::UINTEGER AS number
    FROM (SELECT DISTINCT ${column} FROM interactions ${others}) WHERE ${column} IS NOT NULL`);
  const ids: string[] = [];
  for await (const [values] of sources.read(`SELECT ${column} FROM ${table} ORDER BY number`)) {
    for (const id of values!) ids.push(id as string);
  }
  return ids;
}

/** In the order of user and time, what has no time counting as old as the oldest that has one; an interaction without an event type has the type `''`. */
async function readInteractions(sources: Sources, eventTypes: string[]) {
  const [count, values, timestamps, first] = await readRow(
    sources,
    'SELECT count(*), count(value), count(timestamp), coalesce(min(timestamp), 0) FROM interactions',
  );
  const input = {
    users: new Uint32Array(count!),
    items: new Uint32Array(count!),
    values: values! > 0 ? new Float32Array(count!) : null,
    timestamps: timestamps! > 0 ? new Float64Array(count!) : null,
    eventTypes: eventTypes.length > 0 ? { names: [...eventTypes, ''], codes: new Uint32Array(count!) } : null,
  };
  let offset = 0;
  const sql = `SELECT numbered_users.number, numbered_items.number, coalesce(value, 'nan')::DOUBLE, coalesce(timestamp, ${first})::DOUBLE,
      coalesce(numbered_types.number, ${eventTypes.length})::UINTEGER
    FROM interactions JOIN numbered_users USING (user_id) JOIN numbered_items USING (item_id)
    LEFT JOIN numbered_types USING (event_type) ORDER BY 1, 4, 2`;
  for await (const [users, items, value, timestamp, type] of sources.readNumbers(sql)) {
    input.users.set(users!, offset);
    input.items.set(items!, offset);
    input.values?.set(value!, offset);
    input.timestamps?.set(timestamp!, offset);
    input.eventTypes?.codes.set(type!, offset);
    offset += users!.length;
  }
  return input;
}

async function readRow(sources: Sources, sql: string): Promise<number[]> {
  for await (const columns of sources.read(sql)) return columns.map(([value]) => Number(value));
  return [];
}

/** In the order of `ids`, which `table` holds in its column `idColumn`; null where the role, if any, describes none. */
async function readAttributes(
  sources: Sources,
  role: string,
  idColumn: string,
  table: string,
  ids: string[],
): Promise<(Record<string, string> | null)[]> {
  if (!sources.has(role)) return ids.map(() => null);
  const names: string[] = [];
  for await (const [columns] of sources.read(`SELECT column_name FROM (DESCRIBE ${role})`)) {
    for (const name of columns as string[]) if (name !== idColumn) names.push(name);
  }
  const byId = new Map<string, Record<string, string>>();
  const sql = `SELECT ${idColumn}, * EXCLUDE (${idColumn}) FROM ${role} SEMI JOIN ${table} USING (${idColumn})`;
  for await (const [rowIds, ...columns] of sources.read(sql)) {
    rowIds!.forEach((id, row) => {
      const known = names.flatMap((name, i) => (columns[i]![row] === null ? [] : [[name, String(columns[i]![row])]]));
      byId.set(String(id), Object.fromEntries(known));
    });
  }
  return ids.map((id) => byId.get(id) ?? null);
}
