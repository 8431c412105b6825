import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { ImportProgress } from './data-sets.schema.js';
import type { LoadedPart } from './loaded-parts.js';

const EVERY_MS = 250;
/** Of the file, before the pace tells anything. */
const SHARE_MIN = 0.01;

/**
 * Tells again and again how far the engine has come while `work` reads the parts once.
 *
 * @param parts what is read
 */
export async function withProgress<T>(
  connection: DuckDBConnection,
  parts: LoadedPart[],
  onProgress: (progress: ImportProgress) => void,
  work: () => Promise<T>,
): Promise<T> {
  const sizes = await Promise.all(parts.map(({ file }) => stat(file)));
  const bytes = sizes.reduce((sum, { size }) => sum + size, 0);
  const rows = parts.some(({ rowsExpected }) => rowsExpected === null)
    ? null
    : parts.reduce((sum, { rowsExpected }) => sum + rowsExpected!, 0);
  const startedMs = performance.now();
  const timer = setInterval(() => {
    // Below 0 between two statements.
    const share = Math.min(1, Math.max(0, connection.progress.percentage / 100));
    const seconds = (performance.now() - startedMs) / 1_000;
    const rowsRead = rows === null ? null : Math.round(share * rows);
    onProgress({
      rowsRead,
      rowsPerSecond: rowsRead === null ? null : Math.round(rowsRead / seconds),
      bytesRead: Math.round(share * bytes),
      bytes,
      secondsLeft: share < SHARE_MIN ? null : Math.ceil((seconds * (1 - share)) / share),
    });
  }, EVERY_MS);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}
