import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteText } from '../../platform/tables/tables.js';
import { ContentError } from './content-error.js';
import { findLines } from './line-numbers.js';
import { estimateLines, readStart, refuseColumns, refuseCount, type SourceFile } from './source-file.js';

const HEADER_BYTES_MAX = 65_536;
/** Of the header, counted with the delimiters within its quotes: what is far beyond the bound is not even parsed. */
const HEADER_FIELDS_MAX = 16 * BOUNDS.columns.most;
const LINE_BYTES = BOUNDS.lineBytes.most;
const ENDLESS_LINE_BYTES = 8 * LINE_BYTES;
const CHUNK_BYTES = LINE_BYTES;
const LINE_FEED = 10;
/** In the order in which they are preferred; the last one is that of Hive. */
const DELIMITERS = [',', ';', '\t', '|', '^', '~', '\u0001'];

/** The number of the line that begins at the offset, from 1. */
async function countLines(file: string, end: number): Promise<number> {
  let line = 1;
  if (end === 0) return line;
  for await (const chunk of createReadStream(file, { end: end - 1 }) as AsyncIterable<Buffer>)
    for (let at = chunk.indexOf(LINE_FEED); at >= 0; at = chunk.indexOf(LINE_FEED, at + 1)) line++;
  return line;
}

/** Beyond some tens of megabytes the engine leaves a line out without a word; nearer to the bound it says which it was. */
export async function refuseEndlessLines(file: string): Promise<void> {
  let [offset, lineStart] = [0, 0];
  for await (const chunk of createReadStream(file, { highWaterMark: CHUNK_BYTES }) as AsyncIterable<Buffer>) {
    // Within a chunk no line can be that long: its first and its last end tell all.
    const first = chunk.indexOf(LINE_FEED);
    if ((first < 0 ? offset + chunk.length : offset + first) - lineStart > ENDLESS_LINE_BYTES) {
      throw new ContentError(
        `Line ${await countLines(file, lineStart)} is longer than ${ENDLESS_LINE_BYTES} bytes, of which at most ${LINE_BYTES} are taken: is a quote never closed, or a line end missing?`,
      );
    }
    if (first >= 0) lineStart = offset + chunk.lastIndexOf(LINE_FEED) + 1;
    offset += chunk.length;
  }
}

/** Of a text in UTF-8. */
export function firstLineOf(text: Buffer): string {
  const start = text
    .subarray(0, HEADER_BYTES_MAX)
    .toString('utf8')
    .replace(/^\uFEFF/, '');
  return start.split(/\r\n|\n|\r/, 1)[0]!;
}

/** What stands between the cells of a header: the mark that it has most of. */
export function delimiterOf(line: string): string {
  return DELIMITERS.reduce((best, mark) => (line.split(mark).length > line.split(best).length ? mark : best));
}

/**
 * Reads the first line alone, so that no oddity further down can change what the columns are taken to be.
 *
 * @param said the delimiter, where the customer has named it
 */
export async function openCsv(
  connection: DuckDBConnection,
  file: string,
  scratch: string,
  rejectsTable: string,
  said?: string,
): Promise<SourceFile> {
  await refuseEndlessLines(file);
  const line = firstLineOf(await readStart(file, HEADER_BYTES_MAX));
  if (line.trim() === '') throw new ContentError('The first line is empty: it must hold the column names.');
  if (line.includes('\0')) {
    throw new ContentError('The first line holds NUL characters, so that it is no text: save the file as UTF-8.');
  }
  const copy = path.join(scratch, 'header.csv');
  await pipeline(Readable.from([`${line}\n`]), createWriteStream(copy));
  const delimiter = said ?? delimiterOf(line);
  refuseCount(line.split(delimiter).length, HEADER_FIELDS_MAX);
  const reader = await connection
    .runAndReadAll(
      `SELECT * FROM read_csv(${quoteText(copy)}, header = false, all_varchar = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"')`,
    )
    .catch(() => {
      throw new ContentError('The first line cannot be read as column names: check its quotes.');
    });
  const columns = (reader.getRows()[0] ?? []).map((name) => String(name ?? '').trim());
  refuseColumns(columns);
  const types = columns.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  return {
    columns,
    rows: `SELECT NULL::VARCHAR AS problem, * FROM read_csv(${quoteText(file)},
      auto_detect = false, header = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"', nullstr = '', columns = {${types}},
      store_rejects = true, rejects_table = '${rejectsTable}', rejects_scan = '${rejectsTable}_scans', rejects_limit = 0, strict_mode = true,
      max_line_size = ${LINE_BYTES})`,
    rejectsTable,
    format: 'CSV',
    delimiter,
    rowsExpected: await estimateLines(file),
    findLines: (ordinals, brokenOffsets) => findLines(file, ordinals, brokenOffsets, CSV),
  };
}

/** One header, and cells in quotes that may run over several lines. */
const CSV = { hasHeader: true, hasQuotes: true };
