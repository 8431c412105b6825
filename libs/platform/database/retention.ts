import type { Database } from './database.js';

const CHUNK_ROWS = 5_000;

/** Deletes the rows that are older than `days`, of all tenants, in chunks that hold no lock for long. */
export async function deleteOld(
  database: Database,
  table: 'request_log' | 'webhook_messages' | 'emails',
  column: 'occurred_at' | 'created_at',
  days: number,
): Promise<void> {
  const statement = `DELETE FROM ${table} WHERE (tenant_id, id) IN (
    SELECT tenant_id, id FROM ${table} WHERE ${column} < now() - make_interval(days => $1) LIMIT ${CHUNK_ROWS})`;
  let count;
  do count = await database.system((transaction) => transaction.$executeRawUnsafe(statement, days));
  while (count === CHUNK_ROWS);
}
