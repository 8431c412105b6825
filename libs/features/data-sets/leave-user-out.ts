import path from 'node:path';
import { type KindKey, kinds } from '../../models/kinds/kinds.js';
import { quoteName, quoteText, withTables } from '../../platform/tables/tables.js';
import { digestOf } from './content-digest.js';
import { readStatistics } from './statistics.js';

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
  dataSetKind: KindKey;
}) {
  const kind = kinds[dataSetKind];
  return withTables([file, target], { scratchParent: path.dirname(target) }, async (connection) => {
    const one = async (sql: string) => (await connection.runAndReadAll(sql)).getRowObjects()[0]!;
    const source = `read_parquet(${quoteText(file)})`;
    const isTheirs = `${quoteName(kind.person!)} = ${quoteText(userId)}`;
    const counts = await one(`SELECT count(*) AS rows, count(*) FILTER (WHERE ${isTheirs}) AS theirs FROM ${source}`);
    const rowsTaken = Number(counts['theirs']);
    if (rowsTaken === 0) return null;
    await connection.run(`CREATE TEMP VIEW accepted AS SELECT * FROM ${source} WHERE NOT coalesce(${isTheirs}, false)`);
    await connection.run(
      `COPY (SELECT * FROM accepted) TO ${quoteText(target)} (FORMAT parquet, PRESERVE_ORDER true, USE_TMP_FILE false)`,
    );
    const statistics = await readStatistics(connection, kind);
    return { ...(await digestOf(target)), rowsTaken, rows: Number(counts['rows']) - rowsTaken, statistics };
  });
}
