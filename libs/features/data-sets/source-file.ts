import { open, stat } from 'node:fs/promises';
import { BOUNDS } from '../../platform/bounds.js';
import { ContentError } from './content-error.js';
import type { RecordLines } from './line-numbers.js';

const LINES_BYTES = 256 * 1024;

/** A file of rows, whatever its format: each row has a text or nothing for each column. */
export interface SourceFile {
  columns: string[];
  /**
   * SQL of the rows in the order of the file: `problem`, which is NULL or says why the row is none, and the cells `c0`, `c1` …, NULL where they are empty.
   */
  rows: string;
  /** The engine's table of rows that it could not read at all; null where it reads all or none. */
  rejectsTable: string | null;
  format: 'CSV' | 'JSON' | 'Parquet';
  /** Of CSV. */
  delimiter: string | null;
  /** About how many rows there are; null where the file does not show it. */
  rowsExpected: number | null;
  /** Where records stand, as {@link RecordLines} says. */
  findLines(ordinals: number[], brokenOffsets: number[]): Promise<RecordLines>;
}

/** The first bytes of a file, at most so many. */
export async function readStart(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

/** About how many lines a text has, by those that it begins with. */
export async function estimateLines(file: string): Promise<number> {
  const start = await readStart(file, LINES_BYTES);
  const lines = start.toString('latin1').split('\n').length - 1;
  const { size } = await stat(file);
  return start.length === 0 ? 0 : Math.round((Math.max(1, lines) * size) / start.length);
}

/** @throws ContentError where a file of these columns cannot be told apart by them, or has too many */
export function refuseColumns(names: string[]): void {
  refuseCount(names.length, BOUNDS.columns.most);
  const long = names.find((name) => name.length > BOUNDS.idCharacters.most);
  if (long !== undefined) {
    throw new ContentError(
      `The column name "${long.slice(0, 40)}…" is longer than ${BOUNDS.idCharacters.most} characters: shorten it.`,
    );
  }
  const known = names.map((name) => name.toLowerCase());
  const repeated = names.find((name, index) => name !== '' && known.indexOf(known[index]!) < index);
  if (repeated !== undefined) throw new ContentError(`Two columns are called ${repeated}: rename one.`);
}

/** @param most above which a count is refused, which may be beyond the bound where it is a guess */
export function refuseCount(count: number, most: number): void {
  if (count <= most) return;
  throw new ContentError(
    `The file has ${count} columns; at most ${BOUNDS.columns.most} are taken. Leave out those that nothing is to be learnt from.`,
  );
}
