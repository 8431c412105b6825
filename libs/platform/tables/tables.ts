import { mkdtemp, rm } from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';

const MEMORY_BYTES = 2e9;
/** Beyond it the work gives up as for want of memory, before it fills the disk that others need too. */
const SPILLED_MAX = '20GB';

export interface TablesOptions {
  /** What the engine may hold before it spills; 2 GB by default. */
  memoryBytes?: number;
  /** Folder in which the one for spilling is made; the machine's by default. */
  scratchParent?: string;
  threads?: number;
}

/**
 * Runs `work` on a DuckDB of its own, in memory, which may read and write only the files named and spills to a folder
 * that is deleted afterwards.
 */
export async function withTables<T>(
  allowedPaths: string[],
  { memoryBytes = MEMORY_BYTES, scratchParent = os.tmpdir(), threads = 2 }: TablesOptions,
  work: (connection: DuckDBConnection, scratch: string) => Promise<T>,
): Promise<T> {
  const scratch = await mkdtemp(path.join(scratchParent, 'kindred-tables-'));
  const instance = await DuckDBInstance.create(':memory:', {
    memory_limit: `${Math.floor(memoryBytes / 1e6)}MB`,
    temp_directory: scratch,
    max_temp_directory_size: SPILLED_MAX,
    threads: String(threads),
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
  });
  try {
    const connection = await instance.connect();
    // For `connection.progress`, which tells nothing without it.
    await connection.run('SET enable_progress_bar = true');
    await connection.run('SET enable_progress_bar_print = false');
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

/** What names of columns have in common that the engine takes for one: their letters of ASCII are in either case. */
export function foldName(name: string): string {
  return name.replace(/[A-Z]+/g, (letters) => letters.toLowerCase());
}

/** Whether the engine gave up for want of memory. */
export function isOutOfMemory(error: Error): boolean {
  return /out of memory|failed to (allocate|pin block)/i.test(error.message);
}
