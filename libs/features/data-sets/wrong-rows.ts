import type { DuckDBConnection } from '@duckdb/node-api';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import type { ImportError, Rejection } from './data-sets.schema.js';
import type { LoadedPart } from './loaded-parts.js';

const ERRORS_MAX = 100;
const LINE_BYTES = BOUNDS.lineBytes.most;

/** A row that is wrong, as the first for its reason or one of the first at all. */
interface WrongRow extends ImportError {
  isFirstOfReason: boolean;
  /** How many are wrong for the same reason. */
  rows: number;
}

/** The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read; of the tables `rejected` and `broken`. */
export async function listWrongRows(
  connection: DuckDBConnection,
  parts: LoadedPart[],
): Promise<{ errors: ImportError[]; rejections: Rejection[] }> {
  await connection.run(`CREATE TEMP TABLE told AS SELECT * FROM (
      SELECT *, row_number() OVER (PARTITION BY reason ORDER BY part, ordinal) = 1 AS is_first, count(*) OVER (PARTITION BY reason) AS alike FROM rejected)
    QUALIFY is_first OR row_number() OVER (ORDER BY part, ordinal) <= ${ERRORS_MAX}`);
  await connection.run(`CREATE TEMP TABLE told_broken AS SELECT *,
    row_number() OVER (PARTITION BY error_type ORDER BY part, start) = 1 AS is_first, count(*) OVER (PARTITION BY error_type) AS alike FROM broken`);
  const wrong: WrongRow[] = [];
  for (const [place, part] of parts.entries()) wrong.push(...(await listOfPart(connection, part, place)));
  const errors = wrong.slice(0, ERRORS_MAX).map(({ row, column, message }) => ({ row, column, message }));
  const rejections = wrong
    .filter(({ isFirstOfReason }) => isFirstOfReason)
    .sort((a, b) => b.rows - a.rows)
    .map(({ row, column, message, rows }) => ({ row, column, message, rows }));
  return { errors, rejections };
}

/** Of a part, in the order of its lines: the first ones, and each that is the first of all parts for its reason. */
async function listOfPart(connection: DuckDBConnection, part: LoadedPart, place: number): Promise<WrongRow[]> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rejected = await rows(
    `SELECT ordinal, column_name, message, is_first, alike FROM told WHERE part = ${place} ORDER BY ordinal`,
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

function structuralMessage(columnCount: number): string {
  return `CASE error_type
    WHEN 'MISSING COLUMNS' THEN 'the row has fewer fields than the header, which has ${columnCount}'
    WHEN 'TOO MANY COLUMNS' THEN 'the row has more fields than the header, which has ${columnCount}'
    WHEN 'UNQUOTED VALUE' THEN 'a quote is opened and not closed, so that what follows was read as part of this row'
    WHEN 'INVALID ENCODING' THEN 'the row is not UTF-8 text: say what it is in with encoding=, such as windows-1252'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the row is longer than ${LINE_BYTES} bytes, the most that a line may have'
    ELSE 'the row cannot be read as CSV' END`;
}
