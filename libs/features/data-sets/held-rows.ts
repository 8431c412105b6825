import type { DuckDBConnection } from '@duckdb/node-api';
import type { Kind } from '../../models/kinds/kind.js';
import { BOUNDS } from '../../platform/bounds.js';
import { quoteName } from '../../platform/tables/tables.js';
import { ContentError } from './content-error.js';

/**
 * SQL of the rows of a data set after others were added: those held, then the others. Where a row is about something, a further one about the same
 * takes the earlier one's place as a whole, and the rows are ordered by what they are about.
 *
 * @param held SQL of the rows before
 * @param added SQL of those that are added, each about something else
 */
export function rowsHeld({ identity }: Kind, held: string, added: string): string {
  if (!identity) return `SELECT * FROM (${held}) UNION ALL BY NAME SELECT * FROM (${added})`;
  const id = quoteName(identity);
  const left = `SELECT * FROM (${held}) WHERE ${id} NOT IN (SELECT ${id} FROM (${added}))`;
  return `SELECT * FROM (${left} UNION ALL BY NAME SELECT * FROM (${added})) ORDER BY ${id}`;
}

/** @throws ContentError where the rows held and those that are added have more columns together than a file may */
export async function refuseColumnsTogether(connection: DuckDBConnection, held: string, added: string): Promise<void> {
  const together = await connection.runAndReadAll(
    `DESCRIBE SELECT * FROM (${held}) UNION ALL BY NAME SELECT * FROM (${added})`,
  );
  const { most } = BOUNDS.columns;
  if (together.currentRowCount <= most) return;
  throw new ContentError(
    `With those that the data set has there would be ${together.currentRowCount} columns; at most ${most} are taken. Call columns as before, or replace the rows.`,
  );
}
