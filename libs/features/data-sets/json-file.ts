import { open } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteText } from '../../platform/tables/tables.js';
import { ContentError, unreadable } from './content-error.js';
import { refuseEndlessLines } from './csv-file.js';
import { findLines } from './line-numbers.js';
import { estimateLines, readStart, refuseColumns, type SourceFile } from './source-file.js';

const LINE_BYTES = BOUNDS.lineBytes.most;
/** The engine would not miss it. */
const END_BYTES = 1_024;
/** Stands in no JSON, so that a line is one cell. */
const NOWHERE = '\u0001';
const NO_HEADER = { hasHeader: false, hasQuotes: false };

/** Whether a text is JSON, an object a line or a list of objects: no CSV has such a header. */
export async function isJson(file: string): Promise<boolean> {
  return /^\uFEFF?\s*(\{|\[\s*[{\]])/.test((await readStart(file, 1_024)).toString('utf8'));
}

/** Whether a JSON text is a list of objects, rather than an object a line. */
export async function isJsonList(file: string): Promise<boolean> {
  return /^\uFEFF?\s*\[/.test((await readStart(file, 1_024)).toString('utf8'));
}

async function readEnd(file: string): Promise<string> {
  const handle = await open(file, 'r');
  try {
    const { size } = await handle.stat();
    const { buffer } = await handle.read({
      position: Math.max(0, size - END_BYTES),
      buffer: Buffer.alloc(Math.min(size, END_BYTES)),
    });
    return buffer.toString('latin1');
  } finally {
    await handle.close();
  }
}

/** A row is an object, and a column a name that one of them has at least. */
export async function openJson(connection: DuckDBConnection, file: string, rejectsTable: string): Promise<SourceFile> {
  const isList = await isJsonList(file);
  if (!isList) await refuseEndlessLines(file);
  else if (!(await readEnd(file)).trimEnd().endsWith(']'))
    throw new ContentError('The file is a JSON list whose end is missing: send it whole.');
  const lines = `read_csv(${quoteText(file)}, auto_detect = false, header = false, delim = '${NOWHERE}', quote = '', escape = '', nullstr = '',
    columns = {'line': 'VARCHAR'}, store_rejects = true, rejects_table = '${rejectsTable}', rejects_scan = '${rejectsTable}_scans', rejects_limit = 0,
    strict_mode = true, max_line_size = ${LINE_BYTES})`;
  const objects = `read_json_objects(${quoteText(file)}, format = 'array', maximum_object_size = ${LINE_BYTES})`;
  // A line that is no JSON is a row all the same, which is rejected.
  const rows = isList
    ? `SELECT json AS row FROM ${objects}`
    : `SELECT CASE WHEN json_valid(line) THEN line::JSON END AS row FROM ${lines} WHERE line IS NOT NULL`;
  const isObject = `json_type(row) = 'OBJECT'`;
  const found = await connection
    .runAndReadAll(
      `SELECT name FROM (SELECT row_number() OVER () AS ordinal, unnest(json_keys(row)) AS name FROM (${rows}) WHERE ${isObject})
       GROUP BY name ORDER BY min(ordinal) LIMIT ${2 * BOUNDS.columns.most}`,
    )
    .catch((error: Error) => {
      throw unreadable(error, file, 'JSON');
    });
  for (const table of isList ? [] : [rejectsTable, `${rejectsTable}_scans`])
    await connection.run(`DROP TABLE ${table}`);
  const columns = found.getRows().map(([name]) => String(name));
  if (columns.length === 0) throw new ContentError('The file holds no JSON object: each row must be one.');
  refuseColumns(columns);
  const pointers = columns.map((name) => quoteText(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`)).join(', ');
  const cells = columns.map((_, index) => `nullif(cells[${index + 1}], '') AS c${index}`).join(', ');
  return {
    columns,
    rows: `SELECT CASE WHEN NOT coalesce(${isObject}, false) THEN 'the row is no JSON object' END AS problem, ${cells} FROM (
      SELECT row, list_transform(json_extract(row, [${pointers}]), cell -> CASE json_type(cell)
        WHEN 'ARRAY' THEN array_to_string(from_json(cell, '["VARCHAR"]'), ${quoteText(LABEL_SEPARATOR)}) ELSE cell ->> '$' END) AS cells
      FROM (${rows}))`,
    rejectsTable: isList ? null : rejectsTable,
    format: 'JSON',
    delimiter: null,
    rowsExpected: isList ? null : await estimateLines(file),
    // Objects of a list are counted, as they stand on lines of any number.
    findLines: (ordinals, brokenOffsets) =>
      isList
        ? Promise.resolve({ ofOrdinals: ordinals, ofBroken: [] })
        : findLines(file, ordinals, brokenOffsets, NO_HEADER),
  };
}
