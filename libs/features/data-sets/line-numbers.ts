import { createReadStream } from 'node:fs';

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
const QUOTE = 34;

/** Where records of a text stand, as lines that an editor would show, from 1. */
export interface RecordLines {
  /** Line of each wanted record, in the order asked. */
  ofOrdinals: number[];
  /** Line of each broken record, in the order of the file. */
  ofBroken: number[];
}

/**
 * Finds the lines of records in one pass over the file. Blank lines hold no record, and a cell in quotes may run over several.
 *
 * @param ordinals wanted records, rising, numbered from 1 over those that are neither a header nor broken
 * @param brokenOffsets byte offsets, rising, of the records that a reader refused; blank lines before one count as its own
 */
export async function findLines(
  file: string,
  ordinals: number[],
  brokenOffsets: number[],
  { hasHeader, hasQuotes }: { hasHeader: boolean; hasQuotes: boolean },
): Promise<RecordLines> {
  const found: RecordLines = { ofOrdinals: [], ofBroken: [] };
  let [offset, line, ordinal] = [0, 1, hasHeader ? -1 : 0];
  let [isQuoted, isAtStart, followsReturn] = [false, true, false];
  const beginRecord = () => {
    isAtStart = false;
    if (offset >= brokenOffsets[found.ofBroken.length]!) found.ofBroken.push(line);
    else if (++ordinal === ordinals[found.ofOrdinals.length]) found.ofOrdinals.push(line);
  };
  for await (const chunk of createReadStream(file, { highWaterMark: 1024 * 1024 }) as AsyncIterable<Buffer>) {
    for (let i = 0; i < chunk.length; i++, offset++) {
      const byte = chunk[i]!;
      const isLineEnd = byte === CARRIAGE_RETURN || (byte === LINE_FEED && !followsReturn);
      if (byte === LINE_FEED && followsReturn) {
        followsReturn = false;
        continue;
      }
      followsReturn = byte === CARRIAGE_RETURN;
      if (isAtStart && !isLineEnd) beginRecord();
      if (hasQuotes && byte === QUOTE) isQuoted = !isQuoted;
      if (!isLineEnd) continue;
      line++;
      if (!isQuoted) isAtStart = true;
    }
    if (found.ofOrdinals.length === ordinals.length && found.ofBroken.length === brokenOffsets.length) break;
  }
  return found;
}
