import type { DuckDBConnection } from '@duckdb/node-api';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { quoteName } from '../../platform/tables/tables.js';
import type { ImportError, Rejection } from './data-sets.schema.js';
import type { LoadedPart } from './loaded-parts.js';

const ERRORS_MAX = 100;
/** Characters of a rejected row's value. */
const VALUE_CHARACTERS = 200;
const LINE_BYTES = BOUNDS.lineBytes.most;

/** A row that was left out. */
export interface RejectedRow extends ImportError {
  /** The start of the cell that is wrong; null where the whole row is. */
  value: string | null;
  /** Whom the row is about, where it says so. */
  person: string | null;
}

export interface WrongRows {
  /** The first rejected rows, by line. */
  errors: ImportError[];
  /** What is wrong, the most frequent first: the first such row, and how many there are. */
  rejections: Rejection[];
  /** Of those that were rejected the first {@link BOUNDS.rejectedRows}, by line. */
  rejectedRows: RejectedRow[];
}

export const NO_WRONG_ROWS: WrongRows = { errors: [], rejections: [], rejectedRows: [] };

/** A row that is wrong, as the first for its reason or one of the first at all. */
interface WrongRow extends RejectedRow {
  isFirstOfReason: boolean;
  /** How many are wrong for the same reason. */
  rows: number;
}

/**
 * The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read; of the tables `rejected` and `broken`.
 *
 * @param cells SQL of what a row of `drafted` shows where it is wrong, and the column of the person whom it is about; absent where `rejected` has no row
 */
export async function listWrongRows(
  connection: DuckDBConnection,
  parts: LoadedPart[],
  cells: { valueOf: string; person: string | null } | undefined,
  erasedUserIds: readonly string[],
): Promise<WrongRows> {
  const { most } = BOUNDS.rejectedRows;
  const shown = cells
    ? `left(${cells.valueOf}, ${VALUE_CHARACTERS}) AS value, ${cells.person ? `drafted.${quoteName(cells.person)}` : 'NULL'} AS person
       FROM chosen JOIN drafted USING (part, ordinal)`
    : 'NULL AS value, NULL AS person FROM chosen';
  await connection.run(`CREATE TEMP TABLE told AS WITH chosen AS (SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY reason ORDER BY part, ordinal) = 1 AS is_first, count(*) OVER (PARTITION BY reason) AS alike FROM rejected)
    QUALIFY is_first OR row_number() OVER (ORDER BY part, ordinal) <= ${most})
    SELECT chosen.*, ${shown}`);
  await connection.run(`CREATE TEMP TABLE told_broken AS SELECT *,
    row_number() OVER (PARTITION BY error_type ORDER BY part, start) = 1 AS is_first, count(*) OVER (PARTITION BY error_type) AS alike FROM broken`);
  const wrong: WrongRow[] = [];
  for (const [place, part] of parts.entries()) wrong.push(...(await listOfPart(connection, part, place)));
  const errors = wrong.slice(0, ERRORS_MAX).map(({ row, column, message }) => ({ row, column, message }));
  const rejections = wrong
    .filter(({ isFirstOfReason }) => isFirstOfReason)
    .sort((a, b) => b.rows - a.rows)
    .map(({ row, column, message, rows }) => ({ row, column, message, rows }));
  const erased = new Set(erasedUserIds);
  const rejectedRows = wrong
    .filter(({ person }) => person === null || !erased.has(person))
    .slice(0, most)
    .map(({ row, column, value, message, person }) => ({ row, column, value, message, person }));
  return { errors, rejections, rejectedRows };
}

/** Of a part, in the order of its lines: the first ones, and each that is the first of all parts for its reason. */
async function listOfPart(connection: DuckDBConnection, part: LoadedPart, place: number): Promise<WrongRow[]> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rejected = await rows(
    `SELECT ordinal, column_name, message, is_first, alike, value, person FROM told WHERE part = ${place} ORDER BY ordinal`,
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
