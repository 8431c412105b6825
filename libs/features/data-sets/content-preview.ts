import { stat } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { withTables } from '../../platform/tables/tables.js';
import type { CellFormats } from './cell-formats.js';
import { findTypes } from './column-types.js';
import { ContentError } from './content-error.js';
import type { ColumnMapping, FileFormats } from './data-sets.schema.js';
import { guessEncoding } from './encoding.js';
import { guessKind, proposeColumns, toMapping } from './file-columns.js';
import { type LoadedPart, openParts, readParts, rowsOfParts } from './loaded-parts.js';
import { NOTHING_SEEN, type Preview } from './previews.schema.js';
import { type CheckedRows, checkRows } from './row-checks.js';
import { sortRows } from './sorted-rows.js';
import { readStart } from './source-file.js';
import { readStartOfFile, UnseenError } from './start-of-file.js';
import { compressionOf } from './unpack.js';
import { structuralMessage } from './wrong-rows.js';

const ROWS_SHOWN = 50;
/** Of all cells that are shown together, so that an answer stays within its bound. */
const CHARACTERS_SHOWN = 120_000;
const CELL_CHARACTERS = { least: 8, most: 200 };
const [MEMORY_BYTES, ENCODING_BYTES] = [256e6, 262_144];

/** The start of a file to be looked at, and nothing about whose it is. */
export interface PreviewTask {
  /** The first bytes of the file, or all of it. */
  file: string;
  /** Of the whole file. */
  fileBytes: number;
  /** Folder for whatever is written meanwhile. */
  scratch: string;
  /** Null where it is to be guessed. */
  kind: KindKey | null;
  mapping: ColumnMapping;
  keptMapping: ColumnMapping;
  formats: FileFormats;
}

/** What an import of the file would make of it, by the readers of an import; what nobody has said of its columns is guessed and proposed. */
export async function previewContent(task: PreviewTask): Promise<Preview> {
  const { file, fileBytes, scratch: scratchParent, formats } = task;
  const compression = await compressionOf(file);
  const { size } = await stat(file);
  const isWhole = size >= fileBytes;
  const none = { ...NOTHING_SEEN, kind: task.kind ?? 'interactions', compression, isWhole };
  return withTables([file], { memoryBytes: MEMORY_BYTES, scratchParent, threads: 1 }, async (connection, scratch) => {
    const start = isWhole ? null : await readStartOfFile(file, scratch, formats);
    const read = start ? { ...formats, encoding: 'utf-8' } : formats;
    const parts = await openParts(connection, start?.file ?? file, scratch, read);
    const encoding = start?.encoding ?? (await encodingOf(parts[0]!, formats));
    const shown = await describe(connection, scratch, parts, task);
    const count = shown.rowsAccepted + shown.rowsRejected;
    return { ...none, ...shown, encoding, rows: start ? Math.round((count * fileBytes) / start.bytesUsed) : count };
  }).catch((error: Error): Preview => {
    if (error instanceof UnseenError) return { ...none, unseen: error.message };
    if (error instanceof ContentError) return { ...none, problem: error.message };
    throw error;
  });
}

async function encodingOf({ file, format }: LoadedPart, { encoding }: FileFormats): Promise<string | null> {
  if (format === 'Parquet') return null;
  return encoding?.toLowerCase() ?? guessEncoding(await readStart(file, ENCODING_BYTES));
}

async function describe(connection: DuckDBConnection, scratch: string, parts: LoadedPart[], task: PreviewTask) {
  const { columns: names, format, delimiter } = parts[0]!;
  const key = task.kind ?? guessKind(names);
  const kind = kinds[key];
  const proposed = proposeColumns(names, kind, task);
  const columns = new Map([...proposed.found].map(([column, { index }]) => [column, index]));
  const read = (sql: string) => readParts(connection, parts, sql);
  const { formats } = await sortRows({ connection, scratch, parts, names, kind, columns, read }, task.formats);
  await read(`CREATE TEMP TABLE raw AS SELECT row_number() OVER () AS place, * FROM (${rowsOfParts(parts)})`);
  const [counts] = await rowsOf(
    connection,
    'SELECT (SELECT count(*) FROM raw) - (SELECT count(*) FROM rejected), (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken)',
  );
  const types = await findTypes(connection, kind, names, columns);
  return {
    kind: key,
    problem: proposed.problem,
    format,
    delimiter,
    ...writtenAs(formats, task.formats),
    rowsAccepted: Number(counts![0]),
    rowsRejected: Number(counts![1]),
    missing: proposed.missing,
    columnMapping: toMapping(names, kind, proposed),
    columns: names.map((header, index) => {
      const [column, place] = [...proposed.found].find(([, found]) => found.index === index) ?? [null, null];
      return { header, column, foundBy: place?.by ?? null, ...types[index]! };
    }),
    data: await listRows(connection, parts[0]!, checkRows(kind, names, columns, formats, 'SELECT * FROM raw')),
  };
}

/** How the file's numbers and dates are written, as far as one of its columns tells. */
function writtenAs({ numbers, times }: CellFormats, said: FileFormats): Pick<Preview, 'decimal' | 'dates'> {
  const [ofNumbers, ofTimes] = [new Set(numbers.values()), new Set(times.values())];
  const decimal = ofNumbers.has('either')
    ? 'either'
    : ofNumbers.has('comma')
      ? 'comma'
      : ofNumbers.has('grouped')
        ? 'point'
        : null;
  const dates = (['either', 'day_first', 'month_first'] as const).find((each) => ofTimes.has(each)) ?? null;
  return { decimal: said.decimal ?? decimal, dates: said.dates ?? dates };
}

/** The first rows of the file, or of the first one in an archive, with all that is wrong with each. */
async function listRows(
  connection: DuckDBConnection,
  { columns: names, delimiter, rejectsTable, findLines }: LoadedPart,
  { rows, checks }: CheckedRows,
): Promise<Preview['data']> {
  const most = Math.floor(CHARACTERS_SHOWN / (ROWS_SHOWN * names.length));
  const clipped = Math.max(CELL_CHARACTERS.least, Math.min(CELL_CHARACTERS.most, most));
  const clip = (cell: unknown) => (cell === null ? null : printable(String(cell).slice(0, clipped)));
  const cells = names.map((_, index) => `left(c${index}, ${clipped})`);
  const wrong = checks.map(({ isWrong, message }) => `CASE WHEN ${isWrong} THEN ${message} END`);
  const read = await rowsOf(
    connection,
    `SELECT checked.place, ${[...cells, ...wrong].join(', ')}, rejected.column_name, rejected.message FROM (${rows}) checked
     LEFT JOIN rejected ON rejected.part = 0 AND rejected.ordinal = checked.place
     WHERE checked.part = 0 AND checked.place <= ${ROWS_SHOWN} ORDER BY checked.place`,
  );
  const broken = await rowsOf(
    connection,
    rejectsTable
      ? `SELECT start, message, any_value(csv_line) FROM (SELECT start, ${structuralMessage(names.length)} AS message FROM broken WHERE part = 0) wrong
         JOIN ${rejectsTable} ON line_byte_position - 1 = start GROUP BY start, message ORDER BY start LIMIT ${ROWS_SHOWN}`
      : 'SELECT 1 WHERE false',
  );
  const placesOf = (found: unknown[][]) => found.map(([at]) => Number(at));
  const { ofOrdinals, ofBroken } = await findLines(placesOf(read), placesOf(broken));
  const readRows = read.map((values, place) => {
    const [column, message] = values.slice(-2);
    const found = checks.flatMap(({ index }, check) => {
      const said = values[1 + names.length + check];
      return said === null || said === undefined
        ? []
        : [{ header: index === null ? null : names[index]!, message: clipMessage(said) }];
    });
    // What no row tells alone, such as that it repeats another.
    const alone = message === null ? [] : [{ header: column as string | null, message: clipMessage(message) }];
    return {
      row: ofOrdinals[place]!,
      cells: values.slice(1, 1 + names.length).map(clip),
      problems: found.length > 0 ? found : alone,
    };
  });
  const brokenRows = broken.slice(0, ofBroken.length).map(([, message, line], place) => ({
    row: ofBroken[place]!,
    cells: String(line ?? '')
      .split(delimiter ?? ',', names.length)
      .map(clip),
    problems: [{ header: null, message: clipMessage(message) }],
  }));
  return [...readRows, ...brokenRows].sort((a, b) => a.row - b.row).slice(0, ROWS_SHOWN);
}

const clipMessage = (message: unknown) => printable(String(message).slice(0, BOUNDS.idCharacters.most));

async function rowsOf(connection: DuckDBConnection, sql: string): Promise<unknown[][]> {
  return (await connection.runAndReadAll(sql)).getRows();
}
