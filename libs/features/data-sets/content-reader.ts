import { createReadStream, createWriteStream } from 'node:fs';
import { open, stat } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { BOUNDS } from '../../platform/bounds.js';
import { printable } from '../../platform/http/text.js';
import { isDiskFull } from '../../platform/object-store/disk-full.js';
import { isOutOfMemory, quoteName, quoteText, withTables } from '../../platform/tables/tables.js';
import type { ColumnMapping, DataSetKind, ImportError, Statistics } from './data-sets.schema.js';
import { findLines } from './line-numbers.js';

const ERRORS_MAX = 100;
const HEADER_BYTES_MAX = 65_536;
/** Of the header, counted with the delimiters within its quotes: what is far beyond the bound is not even parsed. */
const HEADER_FIELDS_MAX = 16 * BOUNDS.columns.most;
/** In Unix seconds. */
const YEAR_9999_END = 253_402_300_799;
const ID_CHARACTERS = BOUNDS.idCharacters.most;
const LINE_BYTES = BOUNDS.lineBytes.most;
const ENDLESS_LINE_BYTES = 8 * LINE_BYTES;
const LINE_FEED = 10;

/** Spellings of each column that need no mapping; the first is ours. */
const SPELLINGS = {
  user_id: ['user_id', 'userId', 'userid', 'USER_ID'],
  item_id: ['item_id', 'itemId', 'itemid', 'movieId', 'ITEM_ID'],
  event_type: ['event_type', 'eventType', 'EVENT_TYPE'],
  value: ['value', 'rating', 'EVENT_VALUE'],
  timestamp: ['timestamp', 'TIMESTAMP'],
} as const;

type Column = keyof typeof SPELLINGS;

/** The columns that each kind of data set reads; any further column of items and users is an attribute. */
const REQUIRED: Record<DataSetKind, Column[]> = {
  interactions: ['user_id', 'item_id'],
  items: ['item_id'],
  users: ['user_id'],
};
const OPTIONAL: Record<DataSetKind, Column[]> = {
  interactions: ['event_type', 'value', 'timestamp'],
  items: [],
  users: [],
};

/** A file to be checked and turned into Parquet, and nothing about whose it is. */
export interface ImportTask {
  file: string;
  /** Where the Parquet goes; nothing of it counts unless the run succeeds. */
  target: string;
  kind: DataSetKind;
  mapping: ColumnMapping;
  /** People whose data is being erased: their rows are left out. */
  erasedUserIds: string[];
}

export interface Content {
  rowsAccepted: number;
  rowsRejected: number;
  /** The first rejected rows, by line. */
  errors: ImportError[];
  statistics: Statistics;
}

/** The file as a whole cannot be read; the message is for the customer. */
export class ContentError extends Error {
  constructor(message: string) {
    super(printable(message));
  }
}

/**
 * Reads a CSV file (comma, semicolon, tab or pipe; UTF-8 or UTF-16), checks every row and writes the good ones to
 * `target` as Parquet.
 *
 * Interactions become `user_id, item_id, event_type, value, timestamp` (Unix seconds); items and users become their id
 * and one text column for each further header.
 *
 * @throws ContentError where no row can be read: an empty file, no header, a required column missing
 */
export async function readContent(
  { file, target, kind, mapping, erasedUserIds }: ImportTask,
  memoryBytes: number,
): Promise<Content> {
  return withTables(
    [file, target],
    { memoryBytes, scratchParent: path.dirname(target) },
    async (connection, scratch) => {
      const text = await toUtf8(file, scratch);
      await refuseEndlessLines(text);
      const header = await readHeader(connection, text, scratch);
      const columns = findColumns(header.names, kind, mapping);
      await loadRows(connection, text, header, columns, kind, erasedUserIds);
      const selected = kind === 'interactions' ? '* EXCLUDE (ordinal)' : attributesOf(header.names, columns, kind);
      await connection.run(
        `COPY (SELECT ${selected} FROM accepted ORDER BY accepted.ordinal) TO ${quoteText(target)} (FORMAT parquet, USE_TMP_FILE false)`,
      );
      return describe(connection, text, header, kind);
    },
  );
}

/** The file itself, or a UTF-8 copy of one that starts with a UTF-16 byte order mark, as Excel writes them. */
async function toUtf8(file: string, scratch: string): Promise<string> {
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
async function refuseEndlessLines(file: string): Promise<void> {
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

async function readStart(file: string, length: number): Promise<Buffer> {
  const handle = await open(file, 'r');
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await handle.close();
  }
}

interface Header {
  names: string[];
  delimiter: string;
}

/** Reads the first line alone, so that no oddity further down can change what the columns are taken to be. */
async function readHeader(connection: DuckDBConnection, file: string, scratch: string): Promise<Header> {
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
    `The file has ${count} columns; at most ${BOUNDS.columns.most} are taken. Leave out those that say nothing of an item or a user.`,
  );
}

/** The index of each of our columns in the file. */
function findColumns(names: string[], kind: DataSetKind, mapping: ColumnMapping): Map<Column, number> {
  const columns = new Map<Column, number>();
  for (const column of [...REQUIRED[kind], ...OPTIONAL[kind]]) {
    const mapped = mapping[column];
    const wanted: readonly string[] = mapped === undefined ? SPELLINGS[column] : [mapped];
    const index = wanted.map((name) => names.indexOf(name)).find((found) => found >= 0);
    if (index !== undefined) columns.set(column, index);
    else if (mapped !== undefined || REQUIRED[kind].includes(column)) {
      throw new ContentError(
        `There is no column ${wanted[0]}. The file has: ${names.join(', ')}. ` +
          `Rename one, or say which it is with the query parameter ${column}=HEADER.`,
      );
    }
  }
  return columns;
}

interface Check {
  /** Index in the file; null where the row as a whole is wrong. */
  index: number | null;
  isWrong: string;
  message: string;
}

/** Reads every row as text into `accepted` (typed) and `rejected` (its ordinal among the rows read, column, message). */
async function loadRows(
  connection: DuckDBConnection,
  file: string,
  header: Header,
  columns: Map<Column, number>,
  kind: DataSetKind,
  erasedUserIds: string[],
): Promise<void> {
  const types = header.names.map((_, index) => `'c${index}': 'VARCHAR'`).join(', ');
  await connection
    .run(
      `CREATE TEMP TABLE raw AS SELECT row_number() OVER () AS ordinal, * FROM read_csv(${quoteText(file)},
         auto_detect = false, header = true, delim = ${quoteText(header.delimiter)}, quote = '"', escape = '"', nullstr = '',
         columns = {${types}}, store_rejects = true, rejects_limit = 0, strict_mode = true, max_line_size = ${LINE_BYTES})`,
    )
    .catch((error: Error) => {
      // What the machine lacks says nothing of the file.
      if (isOutOfMemory(error) || isDiskFull(error)) throw error;
      throw new ContentError(`The file cannot be read as CSV: ${error.message.split('\n', 1)[0]}`);
    });
  // One structural error a row; the reader may list several. It counts bytes from 1.
  await connection.run(`CREATE TEMP TABLE broken AS
    SELECT line_byte_position - 1 AS start, any_value(error_type)::VARCHAR AS error_type FROM reject_errors GROUP BY start`);
  const cell = (column: Column) => `c${columns.get(column)}`;
  const checks = [
    ...checksOf(columns, cell),
    ...(kind === 'interactions' ? [] : attributeChecks(header.names, columns.get(REQUIRED[kind][0]!)!)),
  ];
  const whichCase = (pick: (check: Check) => string) =>
    `CASE ${checks.map((check) => `WHEN ${check.isWrong} THEN ${pick(check)}`).join(' ')} END`;
  const headerOf = (column: Column) => header.names[columns.get(column)!]!;
  await connection.run(`CREATE TEMP TABLE checked AS SELECT *,
    ${whichCase(({ index }) => (index === null ? 'NULL' : quoteText(header.names[index]!)))} AS problem_column,
    ${whichCase(({ message }) => message)} AS problem FROM raw`);
  await connection.run(`CREATE TEMP TABLE rejected AS
    SELECT ordinal, problem_column AS column_name, problem AS message FROM checked WHERE problem IS NOT NULL`);
  await connection.run(
    `CREATE TEMP TABLE accepted AS SELECT ordinal, ${typedColumns(columns, cell, kind)} FROM checked WHERE problem IS NULL`,
  );
  // Before what is said of the others' rows, which would name them.
  if (columns.has('user_id')) await leaveOut(connection, erasedUserIds);
  const [idColumn] = REQUIRED[kind];
  if (kind !== 'interactions') await rejectRepeats(connection, idColumn!, headerOf(idColumn!));
  else if (columns.has('event_type')) await rejectEventTypes(connection, headerOf('event_type'));
}

function checksOf(columns: Map<Column, number>, cell: (column: Column) => string): Check[] {
  const checks: Check[] = [];
  for (const column of ['user_id', 'item_id', 'event_type'] as const) {
    const index = columns.get(column);
    if (index === undefined) continue;
    const add = (isWrong: string, message: string) => checks.push({ index, isWrong, message: quoteText(message) });
    if (column !== 'event_type') add(`coalesce(trim(${cell(column)}), '') = ''`, `${column} is empty`);
    add(`length(${cell(column)}) > ${ID_CHARACTERS}`, `${column} is longer than ${ID_CHARACTERS} characters`);
    // No call could name it: NUL is refused in every request.
    add(`contains(${cell(column)}, chr(0))`, `${column} holds a NUL character`);
  }
  const value = columns.has('value') && cell('value');
  if (value) {
    const isWrong = `${value} IS NOT NULL AND NOT coalesce(isfinite(try_cast(${value} AS DOUBLE)), false)`;
    checks.push({
      index: columns.get('value')!,
      isWrong,
      message: `'"' || left(${value}, 40) || '" is not a finite number'`,
    });
  }
  const timestamp = columns.has('timestamp') && cell('timestamp');
  if (timestamp) {
    const isWrong = `${timestamp} IS NOT NULL AND ${unixSeconds(timestamp)} IS NULL`;
    const message = `'"' || left(${timestamp}, 40) || '" is no time from 1970 to 9999, as Unix time or ISO 8601'`;
    checks.push({ index: columns.get('timestamp')!, isWrong, message });
  }
  return checks;
}

/** Of the columns of items or users that are not their id: each alone, and all together as the JSON that an answer holds. */
function attributeChecks(names: string[], idIndex: number): Check[] {
  const attributes = names
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => name !== '' && index !== idIndex);
  const { cellBytes, attributeBytes } = BOUNDS;
  const checks: Check[] = attributes.map(({ index }) => ({
    index,
    isWrong: `strlen(c${index}) > ${cellBytes.most}`,
    message: quoteText(`the cell is longer than ${cellBytes.most} bytes: shorten it`),
  }));
  if (attributes.length === 0) return checks;
  const object = attributes.map(({ name, index }) => `${quoteText(name)}, c${index}`).join(', ');
  const message = quoteText(
    `the attributes together are longer than ${attributeBytes.most} bytes of JSON: leave some out`,
  );
  return [
    ...checks,
    { index: null, isWrong: `strlen(json_object(${object})::VARCHAR) > ${attributeBytes.most}`, message },
  ];
}

/** Unix seconds from seconds, milliseconds (past 10¹¹) or ISO 8601, without an offset UTC; NULL outside 1970 to 9999. */
function unixSeconds(cell: string): string {
  const number = `try_cast(${cell} AS DOUBLE)`;
  const hasOffset = `regexp_matches(${cell}, ':\\d\\d(\\.\\d+)?\\s*(Z|[+-]\\d\\d(:?\\d\\d)?)$')`;
  const seconds = `CASE
    WHEN ${number} > 1e11 THEN ${number} / 1000
    WHEN ${number} IS NOT NULL THEN ${number}
    WHEN ${hasOffset} THEN epoch(try_cast(${cell} AS TIMESTAMPTZ))
    ELSE epoch(try_cast(${cell} AS TIMESTAMP)) END`;
  return `(CASE WHEN (${seconds}) BETWEEN 0 AND ${YEAR_9999_END} THEN (${seconds}) END)`;
}

function structuralMessage(columnCount: number): string {
  return `CASE error_type
    WHEN 'MISSING COLUMNS' THEN 'the row has fewer fields than the header, which has ${columnCount}'
    WHEN 'TOO MANY COLUMNS' THEN 'the row has more fields than the header, which has ${columnCount}'
    WHEN 'UNQUOTED VALUE' THEN 'a quote is opened and not closed, so that what follows was read as part of this row'
    WHEN 'INVALID ENCODING' THEN 'the row is not UTF-8 text'
    WHEN 'LINE SIZE OVER MAXIMUM' THEN 'the row is longer than ${LINE_BYTES} bytes, the most that a line may have'
    ELSE 'the row cannot be read as CSV' END`;
}

function typedColumns(columns: Map<Column, number>, cell: (column: Column) => string, kind: DataSetKind): string {
  const id = (column: Column) => `trim(${cell(column)}) AS ${column}`;
  if (kind !== 'interactions') return `${id(REQUIRED[kind][0]!)}, * EXCLUDE (ordinal, problem_column, problem)`;
  const optional = (column: Column, expression: (cell: string) => string, type: string) =>
    `${columns.has(column) ? expression(cell(column)) : 'NULL'}::${type} AS ${column}`;
  return [
    id('user_id'),
    id('item_id'),
    optional('event_type', (text) => text, 'VARCHAR'),
    optional('value', (text) => text, 'DOUBLE'),
    optional('timestamp', unixSeconds, 'DOUBLE'),
  ].join(', ');
}

/** An item or a user is described once: the first row stands. */
async function rejectRepeats(connection: DuckDBConnection, column: Column, headerName: string): Promise<void> {
  await connection.run(`CREATE TEMP TABLE repeats AS
    SELECT ordinal FROM (SELECT ordinal, row_number() OVER (PARTITION BY ${column} ORDER BY ordinal) AS turn FROM accepted) WHERE turn > 1`);
  await connection.run(`INSERT INTO rejected
    SELECT ordinal, ${quoteText(headerName)}, '"' || ${column} || '" was described on an earlier row' FROM accepted SEMI JOIN repeats USING (ordinal)`);
  await connection.run('DELETE FROM accepted WHERE ordinal IN (SELECT ordinal FROM repeats)');
}

/** People whose data is being erased: a file that was sent before must not bring it back. */
async function leaveOut(connection: DuckDBConnection, userIds: string[]): Promise<void> {
  if (userIds.length === 0) return;
  await connection.run(`DELETE FROM accepted WHERE user_id IN (${userIds.map(quoteText).join(', ')})`);
}

/** Of more types than may be told apart, those that come first stand. */
async function rejectEventTypes(connection: DuckDBConnection, headerName: string): Promise<void> {
  const { most } = BOUNDS.eventTypes;
  await connection.run(`CREATE TEMP TABLE extra_types AS
    SELECT event_type FROM accepted WHERE event_type IS NOT NULL GROUP BY event_type ORDER BY min(ordinal) OFFSET ${most}`);
  await connection.run(`INSERT INTO rejected
    SELECT ordinal, ${quoteText(headerName)}, 'there are more than ${most} different event types, and "' || left(event_type, 40) || '" is not among the first' FROM accepted SEMI JOIN extra_types USING (event_type)`);
  await connection.run('DELETE FROM accepted WHERE event_type IN (SELECT event_type FROM extra_types)');
}

function attributesOf(names: string[], columns: Map<Column, number>, kind: DataSetKind): string {
  const idColumn = REQUIRED[kind][0]!;
  const attributes = names
    .map((name, index) => ({ name, index }))
    .filter(({ name, index }) => name !== '' && index !== columns.get(idColumn));
  return [idColumn, ...attributes.map(({ name, index }) => `c${index} AS ${quoteName(name)}`)].join(', ');
}

async function describe(
  connection: DuckDBConnection,
  file: string,
  header: Header,
  kind: DataSetKind,
): Promise<Content> {
  const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
  const counts = await one(`SELECT (SELECT count(*) FROM accepted) AS accepted,
    (SELECT count(*) FROM rejected) + (SELECT count(*) FROM broken) AS rejected`);
  return {
    rowsAccepted: Number(counts['accepted']),
    rowsRejected: Number(counts['rejected']),
    errors: counts['rejected'] === 0n ? [] : await listErrors(connection, file, header),
    statistics: kind === 'interactions' ? toStatistics(await one(INTERACTION_STATISTICS)) : {},
  };
}

/** The first wrong rows with their lines in the file, which the reader does not tell for rows that it could read. */
async function listErrors(connection: DuckDBConnection, file: string, header: Header): Promise<ImportError[]> {
  const rows = async (sql: string) => (await connection.runAndReadAll(sql)).getRows();
  const rejected = await rows(
    `SELECT ordinal, column_name, message FROM rejected ORDER BY ordinal LIMIT ${ERRORS_MAX}`,
  );
  const broken = await rows(`SELECT start, ${structuralMessage(header.names.length)} FROM broken ORDER BY start`);
  const starts = broken.map(([start]) => Number(start));
  const { ofOrdinals, ofBroken } = await findLines(
    file,
    rejected.map(([ordinal]) => Number(ordinal)),
    starts,
  );
  const errors = [
    ...rejected.map(([, column, message], i) => ({
      row: ofOrdinals[i]!,
      column: column === null ? null : printable(String(column)),
      message,
    })),
    ...broken.slice(0, ofBroken.length).map(([, message], i) => ({ row: ofBroken[i]!, column: null, message })),
  ];
  errors.sort((a, b) => a.row - b.row);
  return errors.slice(0, ERRORS_MAX).map((error) => ({ ...error, message: printable(String(error.message)) }));
}

/**
 * Copies imported content without one person's rows; null where there are none.
 *
 * @returns how many rows were taken and are left, with their statistics as after an import
 */
export async function leaveUserOut({
  file,
  target,
  userId,
  dataSetKind,
}: {
  file: string;
  target: string;
  userId: string;
  dataSetKind: DataSetKind;
}) {
  return withTables([file, target], { scratchParent: path.dirname(target) }, async (connection) => {
    const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
    const source = `read_parquet(${quoteText(file)})`;
    const isTheirs = `user_id = ${quoteText(userId)}`;
    const counts = await one(`SELECT count(*) AS rows, count(*) FILTER (WHERE ${isTheirs}) AS theirs FROM ${source}`);
    const rowsTaken = Number(counts['theirs']);
    if (rowsTaken === 0) return null;
    await connection.run(`CREATE TEMP VIEW accepted AS SELECT * FROM ${source} WHERE NOT coalesce(${isTheirs}, false)`);
    await connection.run(
      `COPY (SELECT * FROM accepted) TO ${quoteText(target)} (FORMAT parquet, PRESERVE_ORDER true, USE_TMP_FILE false)`,
    );
    const statistics = dataSetKind === 'interactions' ? toStatistics(await one(INTERACTION_STATISTICS)) : {};
    const { size: bytes } = await stat(target);
    return { bytes, sha256: '', rowsTaken, rows: Number(counts['rows']) - rowsTaken, statistics };
  });
}

const INTERACTION_STATISTICS = `
  SELECT count(DISTINCT user_id) AS users, count(DISTINCT item_id) AS items, min(timestamp) AS first, max(timestamp) AS last,
    (SELECT count(*) FROM (SELECT user_id FROM accepted GROUP BY user_id HAVING count(*) > 1)) AS users_with_two_or_more
  FROM accepted`;

function toStatistics(row: Record<string, unknown>): Statistics {
  const time = (seconds: unknown) => (seconds === null ? null : new Date(Number(seconds) * 1000).toISOString());
  return {
    users: Number(row['users']),
    items: Number(row['items']),
    usersWithTwoOrMore: Number(row['users_with_two_or_more']),
    from: time(row['first']),
    to: time(row['last']),
  };
}
