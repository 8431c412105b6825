import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteText } from '../../platform/tables/tables.js';
import { type CellFormats, findFormats, NO_FORMATS } from './cell-formats.js';
import type { FileFormats } from './data-sets.schema.js';
import { type LoadedPart, rowsOfParts } from './loaded-parts.js';
import { type CheckedRows, checkRows, type FoundColumns } from './row-checks.js';

/** An upload as it is being read. */
export interface Reading {
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

/** Rows of which the wrong ones are told apart. */
export interface SortedRows {
  checked: CheckedRows;
  /** How the cells are written. */
  formats: CellFormats;
  /** Of the view `sound`, the rows that are kept, in their order. */
  kept: string;
}

/**
 * Writes every row with what is wrong with it to a draft, and sorts it: into the view `sound` goes what is right by itself, into the table `rejected`
 * each row that is wrong, be it next to the others.
 *
 * @param said how the cells are written, as far as somebody has said so
 * @param erasedUserIds people whose rows are left out, and are not rejected
 * @param held SQL of the rows that the others are added to
 */
export async function sortRows(
  reading: Reading,
  said: FileFormats,
  erasedUserIds: readonly string[] = [],
  held?: string,
): Promise<SortedRows> {
  const { connection, scratch, names, kind, columns } = reading;
  const draft = path.join(scratch, 'draft.parquet');
  let checked = await writeDraft(reading, draft, NO_FORMATS);
  // What the engine reads as it stands is the same in every format.
  const formats = await findFormats(connection, kind, columns, said, 'wrong');
  if (formats.numbers.size + formats.times.size > 0) checked = await writeDraft(reading, draft, formats);
  await connection.run(`CREATE TEMP TABLE rejected AS
    SELECT part::INTEGER AS part, ordinal, ${checked.columnOf} AS column_name, message, reason::VARCHAR AS reason FROM wrong`);
  // Before what is said of the others' rows, which would name them.
  await connection.run(
    `CREATE TEMP VIEW sound AS SELECT * FROM drafted WHERE reason IS NULL AND ${isNotOf(kind, erasedUserIds)}`,
  );
  let isSortedOut = false;
  for (const [column, index] of columns) {
    const headerName = quoteText(names[index]!);
    if (column === kind.identity) isSortedOut = (await rejectRepeats(connection, column, headerName)) || isSortedOut;
    if (kind.columns[column]!.isCategory)
      isSortedOut = (await rejectExtraValues(connection, column, headerName, held)) || isSortedOut;
  }
  const kept = isSortedOut
    ? 'WHERE (part, ordinal) NOT IN (SELECT (part, ordinal) FROM rejected) ORDER BY part, ordinal'
    : '';
  return { checked, formats, kept };
}

/** SQL that holds of rows about none of these people. */
export function isNotOf({ person }: Kind, userIds: readonly string[]): string {
  return person && userIds.length > 0
    ? `NOT coalesce(${person} IN (${userIds.map(quoteText).join(', ')}), false)`
    : 'true';
}

/** SQL that writes rows to a Parquet file. */
export function copyTo(file: string, rows: string): string {
  return `COPY (${rows}) TO ${quoteText(file)} (FORMAT parquet, USE_TMP_FILE false)`;
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
