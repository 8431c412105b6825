import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { quoteText, withTables } from '../../platform/tables/tables.js';
import { type CellFormats, findFormats } from './cell-formats.js';
import { ContentError, unreadable } from './content-error.js';
import { openCsv } from './csv-file.js';
import type { ColumnMapping, FileFormats, ImportError, Rejection } from './data-sets.schema.js';
import { toUtf8 } from './encoding.js';
import { findColumns } from './file-columns.js';
import { isJson, openJson } from './json-file.js';
import { isParquet, openParquet } from './parquet-file.js';
import { type Check, checksOf, type FoundColumns, typedColumns } from './row-checks.js';
import type { SourceFile } from './source-file.js';
import { readStatistics } from './statistics.js';
import { type Part, unpack, UnpackBudget } from './unpack.js';

const ERRORS_MAX = 100;
/** Characters of a rejected row's value. */
const VALUE_CHARACTERS = 200;
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

/** A row that was left out. */
export interface RejectedRow extends ImportError {
  /** The start of the cell that is wrong; null where the whole row is. */
  value: string | null;
  /** Whom the row is about, where it says so. */
  person: string | null;
}

export interface Content {
  rowsAccepted: number;
  rowsRejected: number;
  /** The first rejected rows, by line. */
  errors: ImportError[];
  /** What is wrong, the most frequent first: the first such row, and how many there are. */
  rejections: Rejection[];
  /** Of those that were rejected the first {@link BOUNDS.rejectedRows}, by line. */
  rejectedRows: RejectedRow[];
  statistics: Statistics;
}

/** A part of an upload as rows, and which of the table `raw` are its. */
export type Loaded = Part & SourceFile & { afterOrdinal: number };

/**
 * Reads a file, or an archive of several alike: CSV, JSON or Parquet, packed or not, text in any encoding. Checks every row and writes the good ones to
 * `target` as Parquet: the kind's columns in their order, then, where it keeps them, one text column for each further one of the file.
 *
 * @throws ContentError where no row can be read: an empty file, no header, a required column missing
 */
export async function readContent(task: ImportTask, memoryBytes: number): Promise<Content> {
  const { file, target, kind: key } = task;
  const kind = kinds[key];
  return withTables(
    [file, target],
    { memoryBytes, scratchParent: path.dirname(target), threads: THREADS },
    async (connection, scratch) => {
      const loaded = await loadRows(connection, file, scratch, task.formats);
      const { columns: names } = loaded[0]!;
      const columns = findColumns(names, kind, task);
      await checkRows(connection, names, columns, task);
      await connection.run(
        `COPY (SELECT * EXCLUDE (ordinal) FROM accepted ORDER BY accepted.ordinal) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
      );
      return describe(connection, loaded, columns, task);
    },
  );
}

/** Reads every row of a file, and of each in an archive, as text into the tables `raw` and `broken`. */
export async function loadRows(
  connection: DuckDBConnection,
  file: string,
  scratch: string,
  formats: FileFormats,
): Promise<Loaded[]> {
  const budget = await UnpackBudget.of(file);
  const loaded: Loaded[] = [];
  for (const part of await unpack(file, scratch, budget))
    loaded.push(await loadPart(connection, part, scratch, budget, loaded, formats));
  return loaded;
}

/** Reads every row of a part as text into `raw`, after those of the parts before it, which have the same columns, and into `broken` what is no row. */
async function loadPart(
  connection: DuckDBConnection,
  part: Part,
  scratch: string,
  budget: UnpackBudget,
  before: Loaded[],
  formats: FileFormats,
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
export async function checkRows(
  connection: DuckDBConnection,
  names: string[],
  columns: FoundColumns,
  { kind: key, formats: said, erasedUserIds }: Pick<ImportTask, 'kind' | 'formats' | 'erasedUserIds'>,
): Promise<{ formats: CellFormats; checks: Check[] }> {
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
  return { formats, checks };
}

/** SQL of what is wrong with a row of `broken`. */
export function structuralMessage(columnCount: number): string {
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

async function describe(
  connection: DuckDBConnection,
  parts: Loaded[],
  columns: FoundColumns,
  { kind: key, erasedUserIds }: ImportTask,
): Promise<Content> {
  const kind = kinds[key];
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
  const counts = await one(`SELECT (SELECT count(*) FROM accepted) AS accepted,
    (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected`);
  const person = kind.person ? columns.get(kind.person) : undefined;
  const none = { errors: [], rejections: [], rejectedRows: [] };
  return {
    rowsAccepted: Number(counts['accepted']),
    rowsRejected: Number(counts['rejected']),
    ...(counts['rejected'] === 0n ? none : await listErrors(connection, parts, person, erasedUserIds)),
    statistics: await readStatistics(connection, kind),
  };
}

/** A row that is wrong, as the first for its reason or one of the first at all. */
interface WrongRow extends RejectedRow {
  isFirstOfReason: boolean;
  /** How many are wrong for the same reason. */
  rows: number;
}

/** The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read. */
async function listErrors(
  connection: DuckDBConnection,
  parts: Loaded[],
  person: number | undefined,
  erasedUserIds: string[],
): Promise<Pick<Content, 'errors' | 'rejections' | 'rejectedRows'>> {
  const { most } = BOUNDS.rejectedRows;
  const cells = parts[0]!.columns.map((name, index) => `WHEN ${quoteText(name)} THEN c${index}`).join(' ');
  await connection.run(`CREATE TEMP TABLE told AS SELECT chosen.*,
      left(CASE column_name ${cells} END, ${VALUE_CHARACTERS}) AS value, ${person === undefined ? 'NULL' : `trim(c${person})`} AS person
    FROM (SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY reason ORDER BY ordinal) = 1 AS is_first, count(*) OVER (PARTITION BY reason) AS alike FROM rejected)
    QUALIFY is_first OR row_number() OVER (ORDER BY ordinal) <= ${most}) chosen JOIN raw USING (ordinal)`);
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
  const erased = new Set(erasedUserIds);
  const rejectedRows = wrong
    .filter((row) => row.person === null || !erased.has(row.person))
    .slice(0, most)
    .map(({ row, column, value, message, person: whom }) => ({ row, column, value, message, person: whom }));
  return { errors, rejections, rejectedRows };
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
    `SELECT ordinal - ${part.afterOrdinal}, column_name, message, is_first, alike, value, person FROM told
     WHERE ordinal > ${part.afterOrdinal} ${next ? `AND ordinal <= ${next.afterOrdinal}` : ''} ORDER BY ordinal`,
  );
  const broken = await rows(
    `SELECT start, NULL, ${structuralMessage(part.columns.length)}, is_first, alike, NULL, NULL FROM told_broken WHERE part = ${place} ORDER BY start`,
  );
  const placesOf = (found: typeof rejected) => found.map(([at]) => Number(at));
  const { ofOrdinals, ofBroken } = await part.findLines(placesOf(rejected), placesOf(broken));
  const text = (value: unknown) => (value === null ? null : printable(String(value)));
  const toWrongRow = (line: number, found: (typeof rejected)[number]): WrongRow => {
    const [, column, message, isFirst, alike, value, person] = found;
    return {
      row: line,
      column: text(column),
      value: text(value),
      message: printable(part.name === null ? String(message) : `${part.name}: ${String(message)}`),
      person: text(person),
      isFirstOfReason: Boolean(isFirst),
      rows: Number(alike),
    };
  };
  return [
    ...rejected.map((found, i) => toWrongRow(ofOrdinals[i]!, found)),
    ...broken.slice(0, ofBroken.length).map((found, i) => toWrongRow(ofBroken[i]!, found)),
  ].sort((a, b) => a.row - b.row);
}
