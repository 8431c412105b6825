import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { quoteText } from '../../platform/tables/tables.js';

const HEADER_BYTES_MAX = 65_536;
/** Of the header, counted with the delimiters within its quotes: what is far beyond the bound is not even parsed. */
const HEADER_FIELDS_MAX = 16 * BOUNDS.columns.most;
const LINE_BYTES = BOUNDS.lineBytes.most;
const ENDLESS_LINE_BYTES = 8 * LINE_BYTES;
const LINE_FEED = 10;

/** The file as a whole cannot be read; the message is for the customer. */
export class ContentError extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}

/** The first line of a file. */
export interface Header {
  names: string[];
  delimiter: string;
}

/** The file itself, or a UTF-8 copy of one that starts with a UTF-16 byte order mark, as Excel writes them. */
export async function toUtf8(file: string, scratch: string): Promise<string> {
  if ((await stat(file)).size === 0) throw new ContentError('The file is empty.');
  const start = await readStart(file, 2);
  const encoding =
    start[0] === 0xff && start[1] === 0xfe ? 'utf-16le' : start[0] === 0xfe && start[1] === 0xff ? 'utf-16be' : null;
  if (!encoding) return file;
  const copy = path.join(scratch, 'utf-8.csv');
  const decoded = Readable.toWeb(createReadStream(file)).pipeThrough(new TextDecoderStream(encoding) as never);
  await pipeline(Readable.fromWeb(decoded as never), createWriteStream(copy));
  return copy;
}

/** Beyond some tens of megabytes the engine leaves a line out without a word; nearer to the bound it says which it was. */
export async function refuseEndlessLines(file: string): Promise<void> {
  let [line, length] = [1, 0];
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    for (let start = 0; ;) {
      const end = chunk.indexOf(LINE_FEED, start);
      length += (end < 0 ? chunk.length : end) - start;
      if (length > ENDLESS_LINE_BYTES) {
        throw new ContentError(
          `Line ${line} is longer than ${ENDLESS_LINE_BYTES} bytes, of which at most ${LINE_BYTES} are taken: is a quote never closed, or a line end missing?`,
        );
      }
      if (end < 0) break;
      [line, length, start] = [line + 1, 0, end + 1];
    }
  }
}

/** Reads the first line alone, so that no oddity further down can change what the columns are taken to be. */
export async function readHeader(connection: DuckDBConnection, file: string, scratch: string): Promise<Header> {
  const line = (await readStart(file, HEADER_BYTES_MAX))
    .toString('utf8')
    .replace(/^\uFEFF/, '')
    .split(/\r\n|\n|\r/, 1)[0]!;
  if (line.trim() === '') throw new ContentError('The first line is empty: it must hold the column names.');
  if (line.includes('\0')) {
    throw new ContentError(
      'The first line holds NUL characters, as text in UTF-16 or UTF-32 without a byte order mark does: save the file as UTF-8.',
    );
  }
  const copy = path.join(scratch, 'header.csv');
  await pipeline(Readable.from([`${line}\n`]), createWriteStream(copy));
  const delimiter = [',', ';', '\t', '|'].reduce((best, mark) =>
    line.split(mark).length > line.split(best).length ? mark : best,
  );
  refuseColumns(line.split(delimiter).length, HEADER_FIELDS_MAX);
  const reader = await connection
    .runAndReadAll(
      `SELECT * FROM read_csv(${quoteText(copy)}, header = false, all_varchar = true, delim = ${quoteText(delimiter)}, quote = '"', escape = '"')`,
    )
    .catch(() => {
      throw new ContentError('The first line cannot be read as column names: check its quotes.');
    });
  const names = (reader.getRows()[0] ?? []).map((name) => String(name ?? '').trim());
  refuseColumns(names.length, BOUNDS.columns.most);
  const long = names.find((name) => name.length > BOUNDS.idCharacters.most);
  if (long !== undefined) {
    throw new ContentError(
      `The column name "${long.slice(0, 40)}…" is longer than ${BOUNDS.idCharacters.most} characters: shorten it.`,
    );
  }
  const known = names.map((name) => name.toLowerCase());
  const repeated = names.find((name, index) => name !== '' && known.indexOf(known[index]!) < index);
  if (repeated !== undefined) throw new ContentError(`Two columns are called ${repeated}: rename one.`);
  return { names, delimiter };
}

function refuseColumns(count: number, most: number): void {
  if (count <= most) return;
  throw new ContentError(
    `The file has ${count} columns; at most ${BOUNDS.columns.most} are taken. Leave out those that nothing is to be learnt from.`,
  );
}

async function readStart(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}
