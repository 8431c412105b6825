import type { ParseResult } from 'papaparse';

/** Enough to judge a file by, and read at once. */
const START_BYTES = 262_144;
export const ROWS_SHOWN = 200;
/** In the order in which the API prefers them. */
const DELIMITERS = [',', ';', '\t', '|'];

/** Why no row of a file can be imported as it is. */
export type FileProblem =
  | 'empty'
  | 'noRows'
  | 'twice'
  | 'spreadsheet'
  | 'compressed'
  | 'json'
  | 'parquet'
  | 'encoding'
  | 'unreadable';

/** What the first part of a file tells of it. */
export interface FileStart {
  problem: FileProblem | null;
  encoding: string;
  delimiter: string;
  headers: string[];
  rows: string[][];
  rowCount: number;
  /** The file was read to its end, so that the count is no estimate. */
  isWhole: boolean;
}

/** Reads the first part of a file as the API will: by its byte order mark or as UTF-8, its delimiter by the first line. */
export async function readStart(file: Blob): Promise<FileStart> {
  const bytes = new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer());
  const isWhole = file.size <= START_BYTES;
  const { text, encoding } = decode(bytes);
  const none = { encoding, delimiter: ',', headers: [], rows: [], rowCount: 0, isWhole };
  const problem = file.size === 0 ? 'empty' : findFormat(bytes, text);
  if (problem) return { ...none, problem };
  const whole = isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const [line = ''] = text.split(/\r\n|\n|\r/, 1);
  const delimiter = DELIMITERS.reduce((best, mark) =>
    line.split(mark).length > line.split(best).length ? mark : best,
  );
  const { default: papaparse } = await import('papaparse');
  const { data }: ParseResult<string[]> = papaparse.parse(whole, { delimiter, skipEmptyLines: true });
  const [headers, ...rows] = data;
  if (!headers || headers.every((name) => name.trim() === '')) return { ...none, delimiter, problem: 'unreadable' };
  return {
    problem: findProblem(encoding, headers, isWhole ? rows.length : null),
    encoding,
    delimiter,
    headers: headers.map((name) => name.trim()),
    rows: rows.slice(0, ROWS_SHOWN),
    rowCount: isWhole ? rows.length : Math.round((rows.length * file.size) / START_BYTES),
    isWhole,
  };
}

function findProblem(encoding: string, headers: string[], count: number | null): FileProblem | null {
  if (!encoding.startsWith('utf-')) return 'encoding';
  const names = headers.map((name) => name.trim());
  if (names.some((name, place) => name !== '' && names.indexOf(name) !== place)) return 'twice';
  return count === 0 ? 'noRows' : null;
}

/** Text in the encoding that it most likely has; only the UTFs can be imported, the others are for showing. */
function decode(bytes: Uint8Array): { text: string; encoding: string } {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return decodeAs(bytes, 'utf-16le');
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return decodeAs(bytes, 'utf-16be');
  for (const encoding of ['utf-8', 'gb18030']) {
    try {
      // A character may be cut at the end of the part.
      return { text: new TextDecoder(encoding, { fatal: true }).decode(bytes, { stream: true }), encoding };
    } catch {
      continue;
    }
  }
  return decodeAs(bytes, 'windows-1252');
}

const decodeAs = (bytes: Uint8Array, encoding: string) => ({ text: new TextDecoder(encoding).decode(bytes), encoding });

/** What a file is that is no CSV. */
function findFormat(bytes: Uint8Array, text: string): FileProblem | null {
  if (text.startsWith('PK')) return 'spreadsheet';
  if (bytes[0] === 0x1f && bytes[1] === 0x8b) return 'compressed';
  if (text.startsWith('PAR1')) return 'parquet';
  return /^\s*[[{]/.test(text) ? 'json' : null;
}
