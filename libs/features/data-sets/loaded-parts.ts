import path from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ContentError, unreadable } from './content-error.js';
import { openCsv } from './csv-file.js';
import type { FileFormats } from './data-sets.schema.js';
import { toUtf8 } from './encoding.js';
import { isJson, openJson } from './json-file.js';
import { isParquet, openParquet } from './parquet-file.js';
import type { SourceFile } from './source-file.js';
import { type Part, unpack, UnpackBudget } from './unpack.js';

/** A file of an upload, whose columns are those of the first one in the order that `cells` tells. */
export interface LoadedPart extends Part, SourceFile {
  /** SQL that names the cells as the first file's: `c0`, `c1` … */
  cells: string;
}

/**
 * Unpacks an upload and finds out how each of its files is to be read.
 *
 * @throws ContentError where one cannot be read, or where their columns differ
 */
export async function openParts(
  connection: DuckDBConnection,
  file: string,
  scratch: string,
  formats: FileFormats,
): Promise<LoadedPart[]> {
  const budget = await UnpackBudget.of(file);
  const parts: LoadedPart[] = [];
  for (const part of await unpack(file, scratch, budget)) {
    const source = await openPart(connection, part, scratch, budget, parts.length, formats);
    const first = parts[0] ?? { ...part, ...source };
    const order = first.columns.map((name) => source.columns.indexOf(name));
    if (order.includes(-1) || source.columns.length !== first.columns.length) {
      throw new ContentError(
        `The files of the archive have different columns: ${first.name} has ${first.columns.join(', ')}; ${part.name} has ${source.columns.join(', ')}. Send them as data sets of their own.`,
      );
    }
    const cells = order.map((index, column) => `c${index} AS c${column}`).join(', ');
    parts.push({ ...part, ...source, cells });
  }
  return parts;
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

/** SQL of the rows of all parts in their order, as text: `part`, `problem` and the cells of each. */
export function rowsOfParts(parts: LoadedPart[]): string {
  return parts
    .map(({ rows, cells }, place) => `SELECT ${place}::UTINYINT AS part, problem, ${cells} FROM (${rows})`)
    .join(' UNION ALL ');
}

/**
 * Carries out a statement that reads all parts, and keeps in the table `broken` what was found to be no row.
 *
 * @throws ContentError where a file cannot be read in its format
 */
export async function readParts(connection: DuckDBConnection, parts: LoadedPart[], sql: string): Promise<void> {
  // Left by a reading before, to which this one's would be added.
  for (const { rejectsTable } of parts)
    for (const table of rejectsTable ? [rejectsTable, `${rejectsTable}_scans`] : [])
      await connection.run(`DROP TABLE IF EXISTS ${table}`);
  await connection.run(sql).catch((error: Error) => {
    const { file, format } = parts.find((part) => error.message.includes(part.file)) ?? parts[0]!;
    throw unreadable(error, file, format);
  });
  await connection.run('CREATE OR REPLACE TEMP TABLE broken (part INTEGER, start BIGINT, error_type VARCHAR)');
  for (const [place, { rejectsTable }] of parts.entries()) {
    // One structural error a row; the reader may list several. It counts bytes from 1.
    if (rejectsTable) {
      await connection.run(`INSERT INTO broken
        SELECT ${place}, line_byte_position - 1 AS start, any_value(error_type)::VARCHAR FROM ${rejectsTable} GROUP BY start`);
    }
  }
}
