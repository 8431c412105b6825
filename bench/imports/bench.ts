import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';
import { type Comparison, interleave } from '../measure.js';
import type { ReadingReport, Way } from './reading.process.js';

/** As the worker gives an import: KINDRED_IMPORT_MEMORY_BYTES, of which the engine has this share. */
const MEMORY_BYTES = 2 * 1024 ** 3;
const ENGINE_SHARE = 0.6;
const WAYS: Way[] = ['plain', 'plain on all threads', 'import', 'append', 'read for training'];
const FEW_ROWS = 1_000;

export interface ImportsBench {
  rows: number;
  csvBytes: number;
  comparisons: Comparison[];
  /** The most that any round's process held, by way. */
  peakBytes: Record<string, number>;
}

/**
 * CSV of interactions to checked Parquet, side by side with DuckDB's own copy of the file; to add few rows to that; and the read of it by which training
 * numbers users and items. Each in a process of its own, as in the worker.
 */
export async function benchImports(rows: number, rounds: number): Promise<ImportsBench> {
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
  try {
    const csv = path.join(folder, 'rows.csv');
    await writeInteractions(csv, rows);
    await writeInteractions(path.join(folder, 'few.csv'), FEW_ROWS);
    const peakBytes: Record<string, number> = {};
    const contenders = WAYS.map((name) => ({
      name,
      run: async () => {
        const report = read(name, folder);
        peakBytes[name] = Math.max(peakBytes[name] ?? 0, report.peakBytes);
        return report;
      },
    }));
    return { rows, csvBytes: statSync(csv).size, comparisons: await interleave(contenders, rounds), peakBytes };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function read(way: Way, folder: string): ReadingReport {
  const program = fileURLToPath(new URL('./reading.process.js', import.meta.url));
  const args = [program, way, folder, String(Math.floor(ENGINE_SHARE * MEMORY_BYTES))];
  const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout) as ReadingReport;
}

/** Fifty for each user, of 20,000 items of which few are frequent; each with an event type, a value and a time. */
function writeInteractions(file: string, rows: number): Promise<unknown> {
  return withTables([file], {}, (connection) =>
    connection.run(`COPY (SELECT 'user-' || (hash(i) % ${Math.ceil(rows / 50)}) AS user_id,
      'item-' || floor(20000 * power((hash(7 * i + 1) % 1000003) / 1000003.0, 3))::INTEGER AS item_id,
      CASE WHEN hash(3 * i) % 10 = 0 THEN 'purchase' ELSE 'view' END AS event_type, 1 + hash(5 * i) % 5 AS value, 1600000000 + i AS timestamp
      FROM range(${rows}) rows(i)) TO ${quoteText(file)} (HEADER, USE_TMP_FILE false)`),
  );
}
