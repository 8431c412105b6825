import type { ParseResult } from 'papaparse';

/** Enough to judge a file by, and read at once. */
const START_BYTES = 262_144;
export const ROWS_SHOWN = 200;
/** In the order in which the API prefers them. */
const DELIMITERS = [',', ';', '\t', '|', '^', '~'];

/** Why no row of a file can be imported as it is. */
export type FileProblem = 'empty' | 'noRows' | 'twice' | 'spreadsheet' | 'unreadable';

/** What the first part of a file tells of it. */
export interface FileStart {
  problem: FileProblem | null;
  /** Only the import can look into it: a zip, zstd or Parquet. */
  isUnseen: boolean;
  encoding: string;
  /** `json` where the rows are objects. */
  delimiter: string;
  headers: string[];
  rows: string[][];
  rowCount: number;
  /** The file was read to its end, so that the count is no estimate. */
  isWhole: boolean;
}

/** Reads the first part of a file as the API will: unpacked, in the encoding that its bytes show, its delimiter by the first line. */
export async function readStart(file: Blob): Promise<FileStart> {
  const packed = new Uint8Array(await file.slice(0, START_BYTES).arrayBuffer());
  const isGzip = packed[0] === 0x1f && packed[1] === 0x8b;
  const bytes = isGzip ? await gunzipStart(packed) : packed;
  // How much of a packed file was seen is not known.
  const isWhole = file.size <= START_BYTES && bytes.length < START_BYTES;
  const { text, encoding } = decode(bytes);
  const none = { encoding, isUnseen: false, delimiter: ',', headers: [], rows: [], rowCount: 0, isWhole };
  if (file.size === 0) return { ...none, problem: 'empty' };
  if (isOfficeDocument(text)) return { ...none, problem: 'spreadsheet' };
  if (isSeenByImportAlone(bytes, text)) return { ...none, isUnseen: true, problem: null };
  const table = /^\s*(\{|\[\s*[{\]])/.test(text) ? readJson(text, isWhole) : await readCsv(text, isWhole);
  if (!table) return { ...none, problem: 'unreadable' };
  const { rows } = table;
  return {
    ...none,
    ...table,
    problem: findProblem(table.headers, isWhole ? rows.length : null),
    rows: rows.slice(0, ROWS_SHOWN),
    rowCount: isWhole ? rows.length : Math.round((rows.length * file.size) / Math.min(file.size, START_BYTES)),
  };
}

type Table = Pick<FileStart, 'delimiter' | 'headers' | 'rows'>;

async function readCsv(text: string, isWhole: boolean): Promise<Table | null> {
  const whole = isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1);
  const [line = ''] = text.split(/\r\n|\n|\r/, 1);
  const delimiter = DELIMITERS.reduce((best, mark) =>
    line.split(mark).length > line.split(best).length ? mark : best,
  );
  const { default: papaparse } = await import('papaparse');
  const { data }: ParseResult<string[]> = papaparse.parse(whole, { delimiter, skipEmptyLines: true });
  const [headers, ...rows] = data;
  if (!headers || headers.every((name) => name.trim() === '')) return null;
  return { delimiter, headers: headers.map((name) => name.trim()), rows };
}

/** An object a line, or a list of them. */
function readJson(text: string, isWhole: boolean): Table | null {
  const objects = /^\s*\[/.test(text)
    ? parseAll(isWhole ? [text] : [`${text.slice(0, text.lastIndexOf('}') + 1)}]`]).flat()
    : parseAll((isWhole ? text : text.slice(0, text.lastIndexOf('\n') + 1)).split(/\r?\n/).filter(Boolean));
  const rows = objects.filter((row): row is Record<string, unknown> => typeof row === 'object' && row !== null);
  const headers = [...new Set(rows.flatMap((row) => Object.keys(row)))];
  if (headers.length === 0) return null;
  return { delimiter: 'json', headers, rows: rows.map((row) => headers.map((name) => cellOf(row[name]))) };
}

function parseAll(texts: string[]): unknown[] {
  return texts.flatMap((text): unknown[] => {
    try {
      return [JSON.parse(text)];
    } catch {
      return [];
    }
  });
}

function cellOf(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (Array.isArray(value)) return value.map(cellOf).join('|');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

function findProblem(headers: string[], count: number | null): FileProblem | null {
  if (headers.some((name, place) => name !== '' && headers.indexOf(name) !== place)) return 'twice';
  return count === 0 ? 'noRows' : null;
}

async function gunzipStart(packed: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('gzip')).getReader();
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    for (let length = 0; length < START_BYTES;) {
      const { value, done } = await reader.read();
      if (done) break;
      parts.push(value);
      length += value.length;
    }
  } catch {
    // The part ends in the middle of what is packed.
  }
  return new Uint8Array(await new Blob(parts).slice(0, START_BYTES).arrayBuffer());
}

/** Text in the encoding that it most likely has. */
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

function isOfficeDocument(text: string): boolean {
  return text.startsWith('PK') && text.includes('[Content_Types].xml');
}

function isSeenByImportAlone(bytes: Uint8Array, text: string): boolean {
  const isZstd = bytes[0] === 0x28 && bytes[1] === 0xb5 && bytes[2] === 0x2f && bytes[3] === 0xfd;
  return isZstd || text.startsWith('PK') || text.startsWith('PAR1');
}
