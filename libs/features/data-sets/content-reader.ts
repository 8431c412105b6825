import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteName, quoteText, withTables } from '../../platform/tables/tables.js';
import { NO_FORMATS } from './cell-formats.js';
import { digestOf } from './content-digest.js';
import type { ColumnMapping, FileFormats, ImportProgress } from './data-sets.schema.js';
import { findColumns } from './file-columns.js';
import { refuseColumnsTogether, rowsHeld } from './held-rows.js';
import { openParts, readParts, rowsOfParts } from './loaded-parts.js';
import { withProgress } from './reading-progress.js';
import { type CheckedRows, checkRows, WRONG_ROW } from './row-checks.js';
import { copyTo, isNotOf, type Reading, type SortedRows, sortRows } from './sorted-rows.js';
import { readStatistics } from './statistics.js';
import { listWrongRows, NO_WRONG_ROWS, type WrongRows } from './wrong-rows.js';

/** One writes the same bytes of the same rows each time, and leaves the machine to those whose calls are being answered. */
const THREADS = 1;

/** A file to be checked and turned into Parquet, and nothing about whose it is. */
export interface ImportTask {
  file: string;
  /** Where the Parquet goes; nothing of it counts unless the run succeeds. */
  target: string;
  /** Parquet of the rows that the data set holds, which those of the file are added to; absent where they take their place. */
  held?: string | undefined;
  kind: KindKey;
  mapping: ColumnMapping;
  /** As the data set's present rows were read: holds where this file has such a header and the mapping says nothing else. */
  keptMapping: ColumnMapping;
  formats: FileFormats;
  /** People whose data is being erased: their rows are left out. */
  erasedUserIds: string[];
}

export interface Content extends WrongRows {
  /** Of the file. */
  rowsAccepted: number;
  rowsRejected: number;
  /** Of all that the target holds, as what follows. */
  statistics: Statistics;
  rowsHeld: number;
  /** Of the target, in hexadecimal. */
  sha256: string;
  bytes: number;
}

/**
 * Reads a file, or an archive of several alike: CSV, JSON or Parquet, packed or not, text in any encoding. Checks every row and writes the good ones to
 * `target` as Parquet: the kind's columns in their order, then, where it keeps them, one text column for each further one of the file. The same rows
 * make the same bytes, whatever they come in.
 *
 * @throws ContentError where no row can be read: an empty file, no header, a required column missing
 */
export async function readContent(
  task: ImportTask,
  memoryBytes: number,
  onProgress: (progress: ImportProgress) => void = () => {},
): Promise<Content> {
  const { file, target, held, erasedUserIds } = task;
  const kind = kinds[task.kind];
  return withTables(
    held ? [file, target, held] : [file, target],
    { memoryBytes, scratchParent: path.dirname(target), threads: THREADS },
    async (connection, scratch) => {
      const parts = await openParts(connection, file, scratch, task.formats);
      const names = parts[0]!.columns;
      const read = (sql: string) =>
        withProgress(connection, parts, onProgress, () => readParts(connection, parts, sql));
      const columns = findColumns(names, kind, task);
      const reading: Reading = { connection, scratch, parts, names, kind, columns, read };
      const isWhole = !held && erasedUserIds.length === 0 && (await copyIfAllGood(reading, target));
      if (isWhole) return describe(reading, task, await countRows(connection, target));
      const isKept = isNotOf(kind, erasedUserIds);
      const before = held && `SELECT * FROM read_parquet(${quoteText(held)}) WHERE ${isKept}`;
      const sorted = await sortRows(reading, task.formats, erasedUserIds, before);
      return describe(reading, task, await copyGood(reading, sorted, target, before), sorted.checked);
    },
  );
}

const NO_REJECTED =
  'CREATE TEMP TABLE rejected (part INTEGER, ordinal BIGINT, column_name VARCHAR, message VARCHAR, reason VARCHAR)';

/**
 * Goes through the file once, straight into the target, for as long as no row is wrong. Most files have none that is, and to tell wrong rows apart
 * takes a draft.
 *
 * @returns false where the target is of no use: a row is wrong, by itself or next to the others
 */
async function copyIfAllGood(
  { connection, parts, names, kind, columns, read }: Reading,
  target: string,
): Promise<boolean> {
  // How numbers and times are written matters only where one cannot be read as it is.
  const checked = checkRows(kind, names, columns, NO_FORMATS, rowsOfParts(parts));
  const [[first, expression], ...others] = checked.kept as [[string, string], ...[string, string][]];
  const kept = others.map(([name, cell]) => `${cell} AS ${quoteName(name)}`);
  const guarded = `CASE WHEN reason IS NOT NULL THEN error(${quoteText(WRONG_ROW)}) ELSE ${expression} END AS ${quoteName(first)}`;
  try {
    await read(copyInBlocks(target, `SELECT ${[guarded, ...kept].join(', ')} FROM (${checked.rows})`));
  } catch (error) {
    if ((error as Error).message.includes(WRONG_ROW)) return false;
    throw error;
  }
  await connection.run(NO_REJECTED);
  const rows = `read_parquet(${quoteText(target)})`;
  for (const column of columns.keys()) {
    const values = `(SELECT count(DISTINCT ${column}) FROM ${rows})`;
    const isWrong = kind.columns[column]!.isCategory && `${values} > ${BOUNDS.eventTypes.most}`;
    const isRepeated = column === kind.identity && `${values} < (SELECT count(*) FROM ${rows})`;
    for (const question of [isWrong, isRepeated]) {
      if (!question || !(await one(connection, `SELECT ${question} AS found`))['found']) continue;
      await connection.run('DROP TABLE rejected');
      return false;
    }
  }
  return true;
}

/** Copies the rows that are not wrong to the target, next to those held; returns how many. */
async function copyGood(
  { connection, kind }: Reading,
  { checked, kept }: SortedRows,
  target: string,
  held: string | undefined,
): Promise<number> {
  const rows = `SELECT ${checked.drafted.map(([name, cell]) => `${cell} AS ${quoteName(name)}`).join(', ')} FROM sound ${kept}`;
  if (held) await refuseColumnsTogether(connection, held, rows);
  await connection.run(copyInBlocks(target, held ? rowsHeld(kind, held, rows) : rows));
  return Number((await one(connection, `SELECT count(*) AS rows FROM (${rows})`))['rows']);
}

/** @param draft how the rows were checked, where the wrong ones were told apart */
async function describe(
  { connection, parts, kind, columns }: Reading,
  { target, erasedUserIds }: ImportTask,
  rowsAccepted: number,
  draft?: CheckedRows,
): Promise<Content> {
  await connection.run(`CREATE TEMP VIEW accepted AS SELECT * FROM read_parquet(${quoteText(target)})`);
  const counts = await one(
    connection,
    'SELECT (SELECT count(*) FROM accepted) AS held, (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected',
  );
  const person = kind.person && columns.has(kind.person) ? kind.person : null;
  const cells = draft && { valueOf: draft.valueOf, person };
  return {
    rowsAccepted,
    rowsRejected: Number(counts['rejected']),
    ...(counts['rejected'] === 0n ? NO_WRONG_ROWS : await listWrongRows(connection, parts, cells, erasedUserIds)),
    statistics: await readStatistics(connection, kind),
    rowsHeld: Number(counts['held']),
    ...(await digestOf(target)),
  };
}

/** Collected first, rows are written in blocks of one size, in whatever pieces they were read: the same rows make the same bytes. */
function copyInBlocks(file: string, rows: string): string {
  return copyTo(file, `WITH collected AS MATERIALIZED (${rows}) SELECT * FROM collected`);
}

async function countRows(connection: DuckDBConnection, file: string): Promise<number> {
  return Number((await one(connection, `SELECT count(*) AS rows FROM read_parquet(${quoteText(file)})`))['rows']);
}

async function one(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>> {
  return (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
}
