// Reads the file of a folder in one way and reports its own time and memory; see bench.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { withSources } from '../../apps/worker/sources.js';
import { readContent } from '../../libs/features/data-sets/process.js';
import { readInput } from '../../libs/models/recommender/input.js';
import { quoteText, withTables } from '../../libs/platform/tables/tables.js';
import { time } from '../measure.js';

export type Way = 'plain' | 'plain on all threads' | 'import' | 'append' | 'read for training';

export interface ReadingReport {
  wall: number;
  cpu: number;
  /** The most that the process held. */
  peakBytes: number;
}

const [way, folder, memoryBytes] = process.argv.slice(2) as [Way, string, string];
const fileOf = (name: string) => path.join(folder, name);
const task = {
  target: fileOf('content.parquet'),
  kind: 'interactions' as const,
  mapping: {},
  keptMapping: {},
  formats: {},
  erasedUserIds: [],
};

const ways: Record<Way, () => Promise<unknown>> = {
  plain: () => copyPlainly(1),
  'plain on all threads': () => copyPlainly(undefined),
  import: () => readContent({ ...task, file: fileOf('rows.csv') }, Number(memoryBytes)),
  append: () =>
    readContent(
      { ...task, file: fileOf('few.csv'), held: fileOf('content.parquet'), target: fileOf('appended.parquet') },
      Number(memoryBytes),
    ),
  'read for training': () =>
    withSources({ interactions: { kind: 'interactions', files: [fileOf('content.parquet')] } }, (tables) =>
      readInput(tables, 'ials'),
    ),
};

const report: ReadingReport = { ...(await time(ways[way])), peakBytes: peakBytes() };
console.log(JSON.stringify(report));
process.exit();

/** What a person would type. */
function copyPlainly(threads: number | undefined): Promise<unknown> {
  const [file, target] = [fileOf('rows.csv'), fileOf('plain.parquet')];
  return withTables([file, target], { memoryBytes: Number(memoryBytes), ...(threads && { threads }) }, (connection) =>
    connection.run(
      `COPY (SELECT * FROM read_csv(${quoteText(file)})) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
    ),
  );
}

/** `resourceUsage().maxRSS` would count the parent's memory at the fork. */
function peakBytes(): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}
