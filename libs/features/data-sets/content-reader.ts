import { availableParallelism } from 'node:os';
import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind, Statistics } from '../../models/kinds/kind.js';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { isOutOfMemory, quoteText, withTables } from '../../platform/tables/tables.js';
import { ContentError, type Header, readHeader, refuseEndlessLines, toUtf8 } from './csv-file.js';
import type { ColumnMapping, ImportError } from './data-sets.schema.js';
import { findLines } from './line-numbers.js';
import { type Check, checksOf, type FoundColumns, typedColumns } from './row-checks.js';
import { readStatistics } from './statistics.js';

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
  /** People whose data is being erased: their rows are left out. */
  erasedUserIds: string[];
}

export interface Content {
  rowsAccepted: number;
  rowsRejected: number;
  /** The first rejected rows, by line. */
  errors: ImportError[];
  statistics: Statistics;
}

/**
 * Reads a CSV file (comma, semicolon, tab or pipe; UTF-8 or UTF-16), checks every row and writes the good ones to
 * `target` as Parquet: the kind's columns in their order, then, where it keeps them, one text column for each further header.
 *
 * @throws ContentError where no row can be read: an empty file, no header, a required column missing
 */
export async function readContent(
  { file, target, kind: key, mapping, erasedUserIds }: ImportTask,
  memoryBytes: number,
): Promise<Content> {
  const kind = kinds[key];
  return withTables(
    [file, target],
    { memoryBytes, scratchParent: path.dirname(target), threads: THREADS },
    async (connection, scratch) => {
      const text = await toUtf8(file, scratch);
      await refuseEndlessLines(text);
      const header = await readHeader(connection, text, scratch);
      const columns = findColumns(header.names, kind, mapping);
      await loadRows(connection, text, header, columns, kind, erasedUserIds);
      await connection.run(
        `COPY (SELECT * EXCLUDE (ordinal) FROM accepted ORDER BY accepted.ordinal) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
      );
      return describe(connection, text, header, kind);
    },
  );
}

/** The index of each of the kind's columns in the file. */
function findColumns(names: string[], kind: Kind, mapping: ColumnMapping): FoundColumns {
  const columns: FoundColumns = new Map();
  for (const [column, { spellings, isRequired }] of Object.entries(kind.columns)) {
    const mapped = mapping[column];
    if (mapped === '' && !isRequired) continue;
    const wanted: readonly string[] = mapped ? [mapped] : spellings;
    const index = wanted.map((name) => names.indexOf(name)).find((found) => found >= 0);
    if (index !== undefined) columns.set(column, index);
    else if (mapped || isRequired) {
      throw new ContentError(
        `There is no column ${wanted[0]}. The file has: ${names.join(', ')}. ` +
          `Rename one, or say which it is with the query parameter ${column}=HEADER.`,
      );
    }
  }
  return columns;
}

/** Reads every row as text into `accepted` (typed) and `rejected` (its ordinal among the rows read, column, message). */
async function loadRows(
  connection: DuckDBConnection,
  file: string,
  header: Header,
  columns: FoundColumns,
  kind: Kind,
  erasedUserIds: string[],
): Promise<void> {
  const types = header.names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  await connection
    .run(
      `CREATE TEMP TABLE raw AS SELECT row_number() OVER () AS ordinal, * FROM read_csv(${quoteText(file)},
         auto_detect = false, header = true, delim = ${quoteText(header.delimiter)}, quote = '"', escape = '"', nullstr = '',
         columns = {${types}}, store_rejects = true, rejects_limit = 0, strict_mode = true, max_line_size = ${LINE_BYTES})`,
    )
    .catch((error: Error) => {
      // What the machine lacks says nothing of the file.
      if (isOutOfMemory(error) || isDiskFull(error)) throw error;
      throw new ContentError(`The file cannot be read as CSV: ${error.message.split('\n', 1)[0]}`);
    });
  // One structural error a row; the reader may list several. It counts bytes from 1.
  await connection.run(`CREATE TEMP TABLE broken AS
    SELECT line_byte_position - 1 AS start, any_value(error_type)::VARCHAR AS error_type FROM reject_errors GROUP BY start`);
  const checks = checksOf(kind, header.names, columns);
  const whichCase = (pick: (check: Check) => string) =>
    `CASE ${checks.map((check) => `WHEN ${check.isWrong} THEN ${pick(check)}`).join(' ')} END`;
  await connection.run(`CREATE TEMP TABLE checked AS SELECT *,
    ${whichCase(({ index }) => (index === null ? 'NULL' : quoteText(header.names[index]!)))} AS problem_column,
    ${whichCase(({ message }) => message)} AS problem FROM raw`);
  await connection.run(`CREATE TEMP TABLE rejected AS
    SELECT ordinal, problem_column AS column_name, problem AS message FROM checked WHERE problem IS NOT NULL`);
  await connection.run(
    `CREATE TEMP TABLE accepted AS SELECT ordinal, ${typedColumns(kind, header.names, columns)} FROM checked WHERE problem IS NULL`,
  );
  // Before what is said of the others' rows, which would name them.
  if (kind.person) await leaveOut(connection, kind.person, erasedUserIds);
  for (const [column, index] of columns) {
    if (column === kind.identity) await rejectRepeats(connection, column, header.names[index]!);
    if (kind.columns[column]!.isCategory) await rejectExtraValues(connection, column, header.names[index]!);
  }
}

function structuralMessage(columnCount: number): string {
  return `CASE error_type
    WHEN 'MISSING COLUMNS' THEN 'the row has fewer fields than the header, which has ${columnCount}'
    WHEN 'TOO MANY COLUMNS' THEN 'the row has more fields than the header, which has ${columnCount}'
    WHEN 'UNQUOTED VALUE' THEN 'a quote is opened and not closed, so that what follows was read as part of this row'
    WHEN 'INVALID ENCODING' THEN 'the row is not UTF-8 text'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the row is longer than ${LINE_BYTES} bytes, the most that a line may have'
    ELSE 'the row cannot be read as CSV' END`;
}

/** What a row is about is described once: the first row stands. */
async function rejectRepeats(connection: DuckDBConnection, column: string, headerName: string): Promise<void> {
  await connection.run(`CREATE TEMP TABLE repeats AS
    SELECT ordinal FROM (SELECT ordinal, row_number() OVER (PARTITION BY ${column} ORDER BY ordinal) AS turn FROM accepted) WHERE turn > 1`);
  await connection.run(`INSERT INTO rejected
    SELECT ordinal, ${quoteText(headerName)}, '"' || ${column} || '" was described on an earlier row' FROM accepted SEMI JOIN repeats USING (ordinal)`);
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
    SELECT ordinal, ${quoteText(headerName)}, 'there are more than ${most} different values of ${column}, and "' || left(${column}, 40) || '" is not among the first' FROM accepted SEMI JOIN extra_values USING (${column})`);
  await connection.run(`DELETE FROM accepted WHERE ${column} IN (SELECT ${column} FROM extra_values)`);
}

async function describe(connection: DuckDBConnection, file: string, header: Header, kind: Kind): Promise<Content> {
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
  const counts = await one(`SELECT (SELECT count(*) FROM accepted) AS accepted,
    (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected`);
  return {
    rowsAccepted: Number(counts['accepted']),
    rowsRejected: Number(counts['rejected']),
    errors: counts['rejected'] === 0n ? [] : await listErrors(connection, file, header),
    statistics: await readStatistics(connection, kind),
  };
}

/** The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read. */
async function listErrors(connection: DuckDBConnection, file: string, header: Header): Promise<ImportError[]> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rejected = await rows(
    `SELECT ordinal, column_name, message FROM rejected ORDER BY ordinal LIMIT ${ERRORS_MAX}`,
  );
  const broken = await rows(`SELECT start, ${structuralMessage(header.names.length)} FROM broken ORDER BY start`);
  const starts = broken.map(([start]) => Number(start));
  const { ofOrdinals, ofBroken } = await findLines(
    file,
    rejected.map(([ordinal]) => Number(ordinal)),
    starts,
  );
  const errors = [
    ...rejected.map(([, column, message], i) => ({
      row: ofOrdinals[i]!,
      column: column === null ? null : printable(String(column)),
      message,
    })),
    ...broken.slice(0, ofBroken.length).map(([, message], i) => ({ row: ofBroken[i]!, column: null, message })),
  ];
  errors.sort((a, b) => a.row - b.row);
  return errors.slice(0, ERRORS_MAX).map((error) => ({ ...error, message: printable(String(error.message)) }));
}
