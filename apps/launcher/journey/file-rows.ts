import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { quoteName, quoteText, withTables } from '../../../libs/platform/tables/tables.js';

/** The names of a file's columns: CSV, JSON lines, either packed by gzip, or Parquet. */
export function columnsOf(file: string): Promise<string[]> {
  return withRows(file, async (connection, rows) =>
    (await connection.runAndReadAll(`SELECT * FROM ${rows} LIMIT 0`)).columnNames(),
  );
}

/**
 * Values of one column of a file as text, the same ones each time.
 *
 * @param spellings what the column may be called; the first column where none is
 * @param condition SQL after WHERE and the column, such as one of groups
 */
export function pickValues(
  file: string,
  spellings: readonly string[],
  count: number,
  condition = '',
): Promise<string[]> {
  return withRows(file, async (connection, rows) => {
    const names = (await connection.runAndReadAll(`SELECT * FROM ${rows} LIMIT 0`)).columnNames();
    const column = quoteName(spellings.find((name) => names.includes(name)) ?? names[0]!);
    const picked = await connection.runAndReadAll(
      `SELECT value FROM (SELECT ${column}::VARCHAR AS value FROM ${rows}) WHERE value IS NOT NULL GROUP BY value ${condition} ORDER BY hash(value) LIMIT ${count}`,
    );
    return picked.getRows().map(([value]) => String(value));
  });
}

async function withRows<T>(file: string, work: (connection: DuckDBConnection, rows: string) => Promise<T>): Promise<T> {
  const rows = await tableOf(file);
  return withTables([file], {}, (connection) => work(connection, rows));
}

async function tableOf(file: string): Promise<string> {
  const start = await readStart(file);
  if (start.toString('latin1', 0, 4) === 'PAR1') return `read_parquet(${quoteText(file)})`;
  const compression = start[0] === 0x1f && start[1] === 0x8b ? 'gzip' : 'none';
  const isJson = /\.(json|jsonl|ndjson)(\.gz)?$/i.test(file) || start.toString().trimStart().startsWith('{');
  return isJson
    ? `read_json(${quoteText(file)}, format = 'newline_delimited', compression = '${compression}')`
    : `read_csv(${quoteText(file)}, header = true, all_varchar = true, ignore_errors = true, compression = '${compression}')`;
}

async function readStart(file: string): Promise<Buffer> {
  const handle = await open(file);
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(64), 0, 64, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
