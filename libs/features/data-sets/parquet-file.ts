import type { DuckDBConnection } from '@duckdb/node-api';
import { LABEL_SEPARATOR } from '../../models/kinds/kind.js';
import { quoteName, quoteText } from '../../platform/tables/tables.js';
import { unreadable } from './content-error.js';
import { readStart, refuseColumns, type SourceFile } from './source-file.js';
import type { UnpackBudget } from './unpack.js';

export async function isParquet(file: string): Promise<boolean> {
  return (await readStart(file, 4)).toString('latin1') === 'PAR1';
}

/** Lists become cells with | between their values, as labels have it; what is nested deeper becomes JSON. */
export async function openParquet(
  connection: DuckDBConnection,
  file: string,
  budget: UnpackBudget,
): Promise<SourceFile> {
  const table = `read_parquet(${quoteText(file)}, binary_as_string = true)`;
  const read = (sql: string) =>
    connection.runAndReadAll(sql).catch((error: Error) => {
      throw unreadable(error, file, 'Parquet');
    });
  const described = await read(`DESCRIBE SELECT * FROM ${table}`);
  const fields = described.getRowObjects().map((row) => ({
    name: String(row['column_name']),
    type: String(row['column_type']),
  }));
  const columns = fields.map(({ name }) => name);
  refuseColumns(columns);
  // A page may say in a few bytes that a value stands there a million times.
  const sizes = columns.map((name) => `coalesce(strlen(${quoteName(name)}::VARCHAR), 0) + 1`).join(' + ');
  const [bytes, rowsExpected] = (await read(`SELECT sum(${sizes}), count(*) FROM ${table}`)).getRows()[0]!;
  budget.take(Number(bytes));
  const cells = fields.map(({ name, type }, index) => `nullif(${textOf(quoteName(name), type)}, '') AS c${index}`);
  return {
    columns,
    rows: `SELECT NULL::VARCHAR AS problem, ${cells.join(', ')} FROM ${table}`,
    rejectsTable: null,
    format: 'Parquet',
    delimiter: null,
    rowsExpected: Number(rowsExpected),
    // Rows of Parquet stand on no lines: they are counted.
    findLines: (ordinals) => Promise.resolve({ ofOrdinals: ordinals, ofBroken: [] }),
  };
}

function textOf(column: string, type: string): string {
  if (/^[A-Z0-9() ,]+\[\]$/.test(type) && !/^(STRUCT|MAP)/.test(type))
    return `array_to_string(${column}::VARCHAR[], ${quoteText(LABEL_SEPARATOR)})`;
  if (/^(STRUCT|MAP|UNION)|\]$/.test(type)) return `to_json(${column})::VARCHAR`;
  if (type === 'TIMESTAMP_NS') return `${column}::TIMESTAMP::VARCHAR`;
  return `${column}::VARCHAR`;
}
