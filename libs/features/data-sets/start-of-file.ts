import { readFile, stat, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { delimiterOf, firstLineOf } from './csv-file.js';
import type { FileFormats } from './data-sets.schema.js';
import { guessEncoding, toUtf8 } from './encoding.js';
import { isJson, isJsonList } from './json-file.js';
import { isParquet } from './parquet-file.js';
import { compressionOf, isOfOffice, ofOffice, unpackStart, UnpackBudget } from './unpack.js';

/** Of what the start of a packed file unpacks to: some ten thousand rows tell what the others are like. */
const UNPACKED_BYTES = 4 * 1024 ** 2;
const [LINE_FEED, CARRIAGE_RETURN, QUOTE, BACKSLASH] = [10, 13, 34, 92];
const OPENING = new Set(Buffer.from('[{'));
const CLOSING = new Set(Buffer.from(']}'));

const NO_ROW = 'The first row does not end in the part that was sent: it is seen when the file is imported.';

/** The whole rows that the start of a longer file holds. */
export interface StartOfFile {
  /** Text in UTF-8 that ends with a row. */
  file: string;
  encoding: string;
  /** How many of the start's bytes the rows took, about. */
  bytesUsed: number;
}

/** The start of a file shows nothing of it; the message is for the customer. */
export class UnseenError extends Error {}

/**
 * Makes a file of whole rows out of the start of a longer one, wherever that was cut: within a row, a character or what is packed.
 *
 * @throws UnseenError where only the whole file can be read, or where its first row does not end in its start
 * @throws ContentError where not even the whole file could be
 */
export async function readStartOfFile(
  start: string,
  scratch: string,
  { encoding: said, delimiter }: FileFormats,
): Promise<StartOfFile> {
  const at = (name: string) => path.join(scratch, name);
  const compression = await compressionOf(start);
  if (compression === 'zip') {
    if (isOfOffice(await readFile(start))) throw ofOffice();
    throw new UnseenError('A zip is read from its end: what is in it is seen when the file is imported.');
  }
  const unpacked = compression ? at('start') : start;
  const bytesRead = compression
    ? await unpackStart(start, unpacked, compression, UNPACKED_BYTES)
    : (await stat(start)).size;
  if (bytesRead > 0 && (await stat(unpacked)).size === 0) throw new UnseenError(NO_ROW);
  if (await isParquet(unpacked))
    throw new UnseenError(
      'Parquet is read from its end, and names and types its columns itself: they are seen when the file is imported.',
    );
  const encoding = said?.toLowerCase() ?? guessEncoding(await readFile(unpacked));
  const text = await toUtf8(unpacked, at('start-utf-8'), await UnpackBudget.of(unpacked), said);
  const [bytes, rows] = [await readFile(text), at('rows')];
  const end = (await isJson(text))
    ? await endOfJson(bytes, await isJsonList(text))
    : endOfCsv(bytes, delimiter ?? delimiterOf(firstLineOf(bytes)));
  if (end.length === 0)
    throw new UnseenError(
      'The first row does not end in the part that was sent: it is seen when the file is imported.',
    );
  await writeFile(rows, end);
  return { file: rows, encoding, bytesUsed: Math.max(1, (bytesRead * end.length) / bytes.length) };
}

/** Up to the end of the last row; a cell in quotes may run over several lines. */
function endOfCsv(text: Buffer, delimiter: string): Buffer {
  const beforeField = Buffer.from(delimiter).at(-1);
  const lineEnd = text.includes(LINE_FEED) ? LINE_FEED : CARRIAGE_RETURN;
  let [end, isQuoted, isFieldStart] = [0, false, true];
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    if (isQuoted) {
      if (byte !== QUOTE) continue;
      if (text[i + 1] === QUOTE) i++;
      else isQuoted = false;
      continue;
    }
    if (byte === lineEnd) end = i + 1;
    if (byte === QUOTE && isFieldStart) isQuoted = true;
    isFieldStart = byte === beforeField || byte === lineEnd;
  }
  return text.subarray(0, end);
}

/** Up to the end of the last row: a line, or an object of a list, which is closed. */
function endOfJson(text: Buffer, isList: boolean): Buffer {
  if (!isList) return text.subarray(0, text.lastIndexOf(LINE_FEED) + 1);
  let [end, depth, isQuoted] = [0, 0, false];
  for (let i = 0; i < text.length; i++) {
    const byte = text[i]!;
    if (isQuoted && byte === BACKSLASH) i++;
    else if (byte === QUOTE) isQuoted = !isQuoted;
    else if (!isQuoted && OPENING.has(byte)) depth++;
    else if (!isQuoted && CLOSING.has(byte) && --depth === 1) end = i + 1;
  }
  return end === 0 ? text.subarray(0, 0) : Buffer.concat([text.subarray(0, end), Buffer.from(']')]);
}
