import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind, Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { quoteText, withTables } from '../../platform/tables/tables.js';
import { findFormats } from './cell-formats.js';
import { ContentError, unreadable } from './content-error.js';
import { openCsv } from './csv-file.js';
import type { ColumnMapping, FileFormats, ImportError, Rejection } from './data-sets.schema.js';
import { toUtf8 } from './encoding.js';
import { isJson, openJson } from './json-file.js';
import { isParquet, openParquet } from './parquet-file.js';
import { type Check, checksOf, type FoundColumns, typedColumns } from './row-checks.js';
import type { SourceFile } from './source-file.js';
import { readStatistics } from './statistics.js';
import { type Part, unpack, UnpackBudget } from './unpack.js';

const ERRORS_MAX = 100;
const LINE_BYTES = BOUNDS.lineBytes.most;
/** The other half of the machine is left to those whose calls are being answered. */
const THREADS = Math.ceil(availableParallelism() / 2);

/** A file to be checked and turned into Parquet, and nothing about whose it is. */
export interface ImportTask {
  file: string;
  /** Where the Parquet goes; nothing of it counts unless the run succeeds. */
  target: string;
  kind: KindKey;
  mapping: ColumnMapping;
  /** As the data set's present rows were read: holds where this file has such a header and the mapping says nothing else. */
  keptMapping: ColumnMapping;
  formats: FileFormats;
  /** People whose data is being erased: their rows are left out. */
  erasedUserIds: string[];
}

export interface Content {
  rowsAccepted: number;
  rowsRejected: number;
  /** The first rejected rows, by line. */
  errors: ImportError[];
  /** What is wrong, the most frequent first: the first such row, and how many there are. */
  rejections: Rejection[];
  statistics: Statistics;
}

/** A part of an upload as rows, and which of the table `raw` are its. */
type Loaded = Part & SourceFile & { afterOrdinal: number };

/**
 * Reads a file, or an archive of several alike: CSV, JSON or Parquet, packed or not, text in any encoding. Checks every row and writes the good ones to
 * `target` as Parquet: the kind's columns in their order, then, where it keeps them, one text column for each further one of the file.
 *
 * @throws ContentError where no row can be read: an empty file, no header, a required column missing
 */
export async function readContent(task: ImportTask, memoryBytes: number): Promise<Content> {
  const { file, target, kind: key, erasedUserIds } = task;
  const kind = kinds[key];
  return withTables(
    [file, target],
    { memoryBytes, scratchParent: path.dirname(target), threads: THREADS },
    async (connection, scratch) => {
      const budget = await UnpackBudget.of(file);
      const parts = await unpack(file, scratch, budget);
      const loaded: Loaded[] = [];
      for (const part of parts) loaded.push(await loadPart(connection, part, scratch, budget, loaded, task));
      const { columns: names } = loaded[0]!;
      const columns = findColumns(names, kind, task);
      await checkRows(connection, names, columns, task, erasedUserIds);
      await connection.run(
        `COPY (SELECT * EXCLUDE (ordinal) FROM accepted ORDER BY accepted.ordinal) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
      );
      return describe(connection, loaded, kind);
    },
  );
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

/** Reads every row of a part as text into `raw`, after those of the parts before it, which have the same columns, and into `broken` what is no row. */
async function loadPart(
  connection: DuckDBConnection,
  part: Part,
  scratch: string,
  budget: UnpackBudget,
  before: Loaded[],
  { formats }: ImportTask,
): Promise<Loaded> {
  const place = before.length;
  const source = await openPart(connection, part, scratch, budget, place, formats);
  const first = before[0];
  const order = first?.columns.map((name) => source.columns.indexOf(name)) ?? source.columns.map((_, index) => index);
  if (first && (order.includes(-1) || source.columns.length !== first.columns.length)) {
    throw new ContentError(
      `The files of the archive have different columns: ${first.name} has ${first.columns.join(', ')}; ${part.name} has ${source.columns.join(', ')}. Send them as data sets of their own.`,
    );
  }
  const [count] = first
    ? (await connection.runAndReadAll('SELECT coalesce(max(ordinal), 0) FROM raw')).getRows()[0]!
    : [0];
  const afterOrdinal = Number(count);
  const cells = order.map((index, column) => `c${index} AS c${column}`).join(', ');
  const rows = `SELECT ${afterOrdinal} + row_number() OVER () AS ordinal, problem, ${cells} FROM (${source.rows})`;
  await connection.run(first ? `INSERT INTO raw ${rows}` : `CREATE TEMP TABLE raw AS ${rows}`).catch((error: Error) => {
    throw unreadable(error, part.file, source.format);
  });
  if (!first) await connection.run('CREATE TEMP TABLE broken (part INTEGER, start BIGINT, error_type VARCHAR)');
  // One structural error a row; the reader may list several. It counts bytes from 1.
  if (source.rejectsTable) {
    await connection.run(`INSERT INTO broken
      SELECT ${place}, line_byte_position - 1 AS start, any_value(error_type)::VARCHAR FROM ${source.rejectsTable} GROUP BY start`);
  }
  return { ...part, ...source, columns: first?.columns ?? source.columns, afterOrdinal };
}

async function openPart(
  connection: DuckDBConnection,
  { file }: Part,
  scratch: string,
  budget: UnpackBudget,
  place: number,
  { encoding, delimiter }: FileFormats,
): Promise<SourceFile> {
  if (await isParquet(file)) return openParquet(connection, file, budget);
  const text = await toUtf8(file, path.join(scratch, `utf-8-${place}`), budget, encoding);
  const rejects = `errors_${place}`;
  return (await isJson(text))
    ? openJson(connection, text, rejects)
    : openCsv(connection, text, scratch, rejects, delimiter);
}

/** Sorts `raw` into `accepted`, typed, and `rejected`: its ordinal, column and message. */
async function checkRows(
  connection: DuckDBConnection,
  names: string[],
  columns: FoundColumns,
  { kind: key, formats: said }: ImportTask,
  erasedUserIds: string[],
): Promise<void> {
  const kind = kinds[key];
  const formats = await findFormats(connection, kind, columns, said);
  const isNoRow: Check = { index: null, isWrong: 'raw.problem IS NOT NULL', message: 'raw.problem' };
  const checks = [isNoRow, ...checksOf(kind, names, columns, formats)];
  const whichCase = (pick: (check: Check) => string) =>
    `CASE ${checks.map((check) => `WHEN ${check.isWrong} THEN ${pick(check)}`).join(' ')} END`;
  await connection.run(`CREATE TEMP TABLE checked AS SELECT *,
    ${whichCase(({ index }) => (index === null ? 'NULL' : quoteText(names[index]!)))} AS problem_column,
    ${whichCase(({ message }) => message)} AS message, ${whichCase((check) => String(checks.indexOf(check)))} AS reason FROM raw`);
  await connection.run(`CREATE TEMP TABLE rejected AS
    SELECT ordinal, problem_column AS column_name, message, reason::VARCHAR AS reason FROM checked WHERE message IS NOT NULL`);
  await connection.run(
    `CREATE TEMP TABLE accepted AS SELECT ordinal, ${typedColumns(kind, names, columns, formats)} FROM checked WHERE message IS NULL`,
  );
  // Before what is said of the others' rows, which would name them.
  if (kind.person) await leaveOut(connection, kind.person, erasedUserIds);
  for (const [column, index] of columns) {
    if (column === kind.identity) await rejectRepeats(connection, column, names[index]!);
    if (kind.columns[column]!.isCategory) await rejectExtraValues(connection, column, names[index]!);
  }
}

function structuralMessage(columnCount: number): string {
  return `CASE error_type
    WHEN 'MISSING COLUMNS' THEN 'the row has fewer fields than the header, which has ${columnCount}'
    WHEN 'TOO MANY COLUMNS' THEN 'the row has more fields than the header, which has ${columnCount}'
    WHEN 'UNQUOTED VALUE' THEN 'a quote is opened and not closed, so that what follows was read as part of this row'
    WHEN 'INVALID ENCODING' THEN 'the row is not UTF-8 text: say what it is in with encoding=, such as windows-1252'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the row is longer than ${LINE_BYTES} bytes, the most that a line may have'
    ELSE 'the row cannot be read as CSV' END`;
}

/** What a row is about is described once: the first row stands. */
async function rejectRepeats(connection: DuckDBConnection, column: string, headerName: string): Promise<void> {
  await connection.run(`CREATE TEMP TABLE repeats AS
    SELECT ordinal FROM (SELECT ordinal, row_number() OVER (PARTITION BY ${column} ORDER BY ordinal) AS turn FROM accepted) WHERE turn > 1`);
  await connection.run(`INSERT INTO rejected
    SELECT ordinal, ${quoteText(headerName)}, '"' || ${column} || '" was described on an earlier row', 'repeat' FROM accepted SEMI JOIN repeats USING (ordinal)`);
  await connection.run('DELETE FROM accepted WHERE ordinal IN (SELECT ordinal FROM repeats)');
}

/** People whose data is being erased: a file that was sent before must not bring it back. */
async function leaveOut(connection: DuckDBConnection, column: string, userIds: string[]): Promise<void> {
  if (userIds.length === 0) return;
  await connection.run(`DELETE FROM accepted WHERE ${column} IN (${userIds.map(quoteText).join(', ')})`);
}

/** Of more values than may be told apart, those that come first stand. */
async function rejectExtraValues(connection: DuckDBConnection, column: string, headerName: string): Promise<void> {
  const { most } = BOUNDS.eventTypes;
  await connection.run(`CREATE TEMP TABLE extra_values AS
    SELECT ${column} FROM accepted WHERE ${column} IS NOT NULL GROUP BY ${column} ORDER BY min(ordinal) OFFSET ${most}`);
  await connection.run(`INSERT INTO rejected
    SELECT ordinal, ${quoteText(headerName)}, 'there are more than ${most} different values of ${column}, and "' || left(${column}, 40) || '" is not among the first', 'values of ${column}' FROM accepted SEMI JOIN extra_values USING (${column})`);
  await connection.run(`DELETE FROM accepted WHERE ${column} IN (SELECT ${column} FROM extra_values)`);
}

async function describe(connection: DuckDBConnection, parts: Loaded[], kind: Kind): Promise<Content> {
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
  const counts = await one(`SELECT (SELECT count(*) FROM accepted) AS accepted,
    (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected`);
  return {
    rowsAccepted: Number(counts['accepted']),
    rowsRejected: Number(counts['rejected']),
    ...(counts['rejected'] === 0n ? { errors: [], rejections: [] } : await listErrors(connection, parts)),
    statistics: await readStatistics(connection, kind),
  };
}

/** A row that is wrong, as the first for its reason or one of the first at all. */
interface WrongRow extends ImportError {
  isFirstOfReason: boolean;
  /** How many are wrong for the same reason. */
  rows: number;
}

/** The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read. */
async function listErrors(
  connection: DuckDBConnection,
  parts: Loaded[],
): Promise<Pick<Content, 'errors' | 'rejections'>> {
  await connection.run(`CREATE TEMP TABLE told AS SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY reason ORDER BY ordinal) = 1 AS is_first, count(*) OVER (PARTITION BY reason) AS alike FROM rejected)
    QUALIFY is_first OR row_number() OVER (ORDER BY ordinal) <= ${ERRORS_MAX}`);
  await connection.run(`CREATE TEMP TABLE told_broken AS SELECT *,
    row_number() OVER (PARTITION BY error_type ORDER BY part, start) = 1 AS is_first, count(*) OVER (PARTITION BY error_type) AS alike FROM broken`);
  const wrong: WrongRow[] = [];
  for (const [place, part] of parts.entries())
    wrong.push(...(await listWrongRows(connection, part, place, parts[place + 1])));
  const errors = wrong.slice(0, ERRORS_MAX).map(({ row, column, message }) => ({ row, column, message }));
  const rejections = wrong
    .filter(({ isFirstOfReason }) => isFirstOfReason)
    .sort((a, b) => b.rows - a.rows)
    .map(({ row, column, message, rows }) => ({ row, column, message, rows }));
  return { errors, rejections };
}

/** Of a part, in the order of its lines: the first ones, and each that is the first of all parts for its reason. */
async function listWrongRows(
  connection: DuckDBConnection,
  part: Loaded,
  place: number,
  next: Loaded | undefined,
): Promise<WrongRow[]> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rejected = await rows(
    `SELECT ordinal - ${part.afterOrdinal}, column_name, message, is_first, alike FROM told
     WHERE ordinal > ${part.afterOrdinal} ${next ? `AND ordinal <= ${next.afterOrdinal}` : ''} ORDER BY ordinal`,
  );
  const broken = await rows(
    `SELECT start, NULL, ${structuralMessage(part.columns.length)}, is_first, alike FROM told_broken WHERE part = ${place} ORDER BY start`,
  );
  const placesOf = (found: typeof rejected) => found.map(([at]) => Number(at));
  const { ofOrdinals, ofBroken } = await part.findLines(placesOf(rejected), placesOf(broken));
  const toWrongRow = (line: number, [, column, message, isFirst, alike]: (typeof rejected)[number]): WrongRow => ({
    row: line,
    column: column === null ? null : printable(String(column)),
    message: printable(part.name === null ? String(message) : `${part.name}: ${String(message)}`),
    isFirstOfReason: Boolean(isFirst),
    rows: Number(alike),
  });
  return [
    ...rejected.map((found, i) => toWrongRow(ofOrdinals[i]!, found)),
    ...broken.slice(0, ofBroken.length).map((found, i) => toWrongRow(ofBroken[i]!, found)),
  ].sort((a, b) => a.row - b.row);
}
