import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind, Statistic, Statistics } from '../../models/kinds/kind.js';

/** The kind's figures of the rows in the table `accepted`. */
export async function readStatistics(
  connection: DuckDBConnection,
  { statistics }: Pick<Kind, 'statistics'>,
): Promise<Statistics> {
  const entries = Object.entries(statistics);
  if (entries.length === 0) return {};
  const sql = `SELECT ${entries.map(([, statistic]) => statistic.sql).join(', ')} FROM accepted`;
  const [row] = (await connection.runAndReadAll(sql)).getRows();
  return Object.fromEntries(entries.map(([name, statistic], i) => [name, valueOf(statistic, row![i])]));
}

function valueOf({ type }: Statistic, value: unknown): number | string | null {
  if (value === null) return null;
  return type === 'time' ? new Date(1000 * Number(value)).toISOString() : Number(value);
}
