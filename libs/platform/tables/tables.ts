import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const MEMORY_LIMIT = '2GB';

/**
 * Runs `work` on a DuckDB of its own, in memory, which may read and write only the files named and spills to a folder
 * that is deleted afterwards.
 */
export async function withTables<T>(
  allowedPaths: string[],
  work: (connection: DuckDBConnection, scratch: string) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(path.join(os.tmpdir(), 'kindred-tables-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: MEMORY_LIMIT,
    temp_directory: scratch,
    threads: '2',
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    await connection.run(`SET allowed_paths = ${list(allowedPaths)}`);
    await connection.run(`SET allowed_directories = ${list([scratch])}`);
    await connection.run('SET enable_external_access = false');
    await connection.run('SET lock_configuration = true');
    return await work(connection, scratch);
  } finally {
    instance.closeSync();
    await rm(scratch, { recursive: true, force: true });
  }
}

function list(paths: string[]): string {
  return `[${paths.map((file) => quoteText(path.resolve(file))).join(', ')}]`;
}

/** SQL text literal. */
export function quoteText(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** SQL identifier. */
export function quoteName(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
