import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind, Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteName, quoteText, withTables } from '../../platform/tables/tables.js';
import { type CellFormats, findFormats, NO_FORMATS } from './cell-formats.js';
import { digestOf } from './content-digest.js';
import { ContentError } from './content-error.js';
import type { ColumnMapping, FileFormats, ImportError, ImportProgress, Rejection } from './data-sets.schema.js';
import { refuseColumnsTogether, rowsHeld } from './held-rows.js';
import { type LoadedPart, openParts, readParts, rowsOfParts } from './loaded-parts.js';
import { withProgress } from './reading-progress.js';
import { type CheckedRows, checkRows, type FoundColumns, WRONG_ROW } from './row-checks.js';
import { readStatistics } from './statistics.js';
import { listWrongRows } from './wrong-rows.js';

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

export interface Content {
  /** Of the file. */
  rowsAccepted: number;
  rowsRejected: number;
  /** The first rejected rows, by line. */
  errors: ImportError[];
  /** What is wrong, the most frequent first: the first such row, and how many there are. */
  rejections: Rejection[];
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
  const { file, target, held } = task;
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
      const isWhole = !held && task.erasedUserIds.length === 0 && (await copyIfAllGood(reading, target));
      const rowsAccepted = isWhole ? await countRows(connection, target) : await copyGood(reading, task);
      return describe(reading, target, rowsAccepted);
    },
  );
}

const NO_REJECTED =
  'CREATE TEMP TABLE rejected (part INTEGER, ordinal BIGINT, column_name VARCHAR, message VARCHAR, reason VARCHAR)';

/** An upload as it is being read. */
interface Reading {
  connection: DuckDBConnection;
  scratch: string;
  parts: LoadedPart[];
  /** Of the file's columns. */
  names: string[];
  kind: Kind;
  columns: FoundColumns;
  /** Carries out a statement that reads all parts. */
  read: (sql: string) => Promise<void>;
}

/** The index of each of the kind's columns in the file. */
function findColumns(
  names: string[],
  kind: Kind,
  { mapping, keptMapping }: Pick<ImportTask, 'mapping' | 'keptMapping'>,
): FoundColumns {
  const columns: FoundColumns = new Map();
  for (const [column, { spellings, isRequired }] of Object.entries(kind.columns)) {
    const mapped = mapping[column];
    const kept = keptMapping[column];
    if ((mapped ?? kept) === '' && !isRequired) continue;
    const wanted: readonly string[] = mapped ? [mapped] : [...(kept ? [kept] : []), ...spellings];
    const index = wanted.map((name) => names.indexOf(name)).find((found) => found >= 0);
    if (index !== undefined) columns.set(column, index);
    else if (mapped || isRequired) {
      throw new ContentError(
        `There is no column ${mapped || spellings[0]}. The file has: ${names.join(', ')}. ` +
          `Rename one, or say which it is with the query parameter ${column}=HEADER.`,
      );
    }
  }
  return columns;
}

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

/** Writes every row with what is wrong with it to a draft, sorts the wrong ones out into the table `rejected`, and copies the others to the target, next to those held; returns how many. */
async function copyGood(reading: Reading, { target, held, formats: said, erasedUserIds }: ImportTask): Promise<number> {
  const { connection, scratch, names, kind, columns } = reading;
  const draft = path.join(scratch, 'draft.parquet');
  let checked = await writeDraft(reading, draft, NO_FORMATS);
  // What the engine reads as it stands is the same in every format.
  const formats = await findFormats(connection, kind, columns, said, 'wrong');
  if (formats.numbers.size + formats.times.size > 0) checked = await writeDraft(reading, draft, formats);
  await connection.run(`CREATE TEMP TABLE rejected AS
    SELECT part::INTEGER AS part, ordinal, ${checked.columnOf} AS column_name, message, reason::VARCHAR AS reason FROM wrong`);
  // Before what is said of the others' rows, which would name them.
  const isErased =
    kind.person && erasedUserIds.length > 0
      ? `${kind.person} IN (${erasedUserIds.map(quoteText).join(', ')})`
      : 'false';
  await connection.run(
    `CREATE TEMP VIEW sound AS SELECT * FROM drafted WHERE reason IS NULL AND NOT coalesce(${isErased}, false)`,
  );
  const before = held && `SELECT * FROM read_parquet(${quoteText(held)}) WHERE NOT coalesce(${isErased}, false)`;
  let isSortedOut = false;
  for (const [column, index] of columns) {
    const headerName = quoteText(names[index]!);
    if (column === kind.identity) isSortedOut = (await rejectRepeats(connection, column, headerName)) || isSortedOut;
    if (kind.columns[column]!.isCategory)
      isSortedOut = (await rejectExtraValues(connection, column, headerName, before)) || isSortedOut;
  }
  const isKept = isSortedOut
    ? 'WHERE (part, ordinal) NOT IN (SELECT (part, ordinal) FROM rejected) ORDER BY part, ordinal'
    : '';
  const rows = `SELECT ${checked.drafted.map(([name, cell]) => `${cell} AS ${quoteName(name)}`).join(', ')} FROM sound ${isKept}`;
  if (before) await refuseColumnsTogether(connection, before, rows);
  await connection.run(copyInBlocks(target, before ? rowsHeld(kind, before, rows) : rows));
  return Number((await one(connection, `SELECT count(*) AS rows FROM (${rows})`))['rows']);
}

/** Makes the view `drafted` of all rows, each with its place in its part, and `wrong` of those that are. */
async function writeDraft(
  { connection, parts, names, kind, columns, read }: Reading,
  draft: string,
  formats: CellFormats,
): Promise<CheckedRows> {
  const checked = checkRows(kind, names, columns, formats, rowsOfParts(parts));
  await read(copyTo(draft, checked.draft));
  const table = `read_parquet(${quoteText(draft)}, file_row_number = true)`;
  await connection.run(
    `CREATE OR REPLACE TEMP TABLE starts AS SELECT part, min(file_row_number) AS start FROM ${table} GROUP BY part`,
  );
  await connection.run(`CREATE OR REPLACE TEMP VIEW drafted AS
    SELECT * EXCLUDE (file_row_number, start), file_row_number - start + 1 AS ordinal FROM ${table} JOIN starts USING (part)`);
  await connection.run('CREATE OR REPLACE TEMP VIEW wrong AS SELECT * FROM drafted WHERE reason IS NOT NULL');
  return checked;
}

/** What a row is about is described once: the first row stands. True where a row is rejected for it. */
async function rejectRepeats(connection: DuckDBConnection, column: string, headerName: string): Promise<boolean> {
  const rejected = await connection.run(`INSERT INTO rejected
    SELECT part, ordinal, ${headerName}, '"' || ${column} || '" was described on an earlier row', 'repeat' FROM sound
    QUALIFY row_number() OVER (PARTITION BY ${column} ORDER BY part, ordinal) > 1`);
  return rejected.rowsChanged > 0;
}

/** Of more values than may be told apart, those that come first stand, before them those that are held. True where a row is rejected for it. */
async function rejectExtraValues(
  connection: DuckDBConnection,
  column: string,
  headerName: string,
  held: string | undefined,
): Promise<boolean> {
  const { most } = BOUNDS.eventTypes;
  const before = held ? `SELECT ${column} AS value, -1 AS part, 0 AS ordinal FROM (${held}) UNION ALL` : '';
  const rejected = await connection.run(`INSERT INTO rejected
    SELECT part, ordinal, ${headerName}, 'there are more than ${most} different values of ${column}, and "' || left(${column}, 40) || '" is not among the first', 'values of ${column}'
    FROM sound WHERE ${column} IN (
      SELECT value FROM (${before} SELECT ${column} AS value, part, ordinal FROM sound) WHERE value IS NOT NULL
      GROUP BY value ORDER BY min((part, ordinal)) OFFSET ${most})`);
  return rejected.rowsChanged > 0;
}

async function describe({ connection, parts, kind }: Reading, target: string, rowsAccepted: number): Promise<Content> {
  await connection.run(`CREATE TEMP VIEW accepted AS SELECT * FROM read_parquet(${quoteText(target)})`);
  const counts = await one(
    connection,
    'SELECT (SELECT count(*) FROM accepted) AS held, (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected',
  );
  const { errors, rejections } =
    counts['rejected'] === 0n ? { errors: [], rejections: [] } : await listWrongRows(connection, parts);
  return {
    rowsAccepted,
    rowsRejected: Number(counts['rejected']),
    errors,
    rejections,
    statistics: await readStatistics(connection, kind),
    rowsHeld: Number(counts['held']),
    ...(await digestOf(target)),
  };
}

/** Collected first, rows are written in blocks of one size, in whatever pieces they were read: the same rows make the same bytes. */
function copyInBlocks(file: string, rows: string): string {
  return copyTo(file, `WITH collected AS MATERIALIZED (${rows}) SELECT * FROM collected`);
}

function copyTo(file: string, rows: string): string {
  return `COPY (${rows}) TO ${quoteText(file)} (FORMAT parquet, USE_TMP_FILE false)`;
}

async function countRows(connection: DuckDBConnection, file: string): Promise<number> {
  return Number((await one(connection, `SELECT count(*) AS rows FROM read_parquet(${quoteText(file)})`))['rows']);
}

async function one(connection: DuckDBConnection, sql: string): Promise<Record<string, unknown>> {
  return (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
}
