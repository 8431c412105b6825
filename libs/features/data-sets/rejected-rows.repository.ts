import type { Transaction } from '../../platform/database/database.js';
import type { Claim } from '../../platform/queue/leased-rows.js';
import type { RejectedRow } from './wrong-rows.js';

/** Keeps what an import left out, in the transaction that ends it. */
export async function keepRejected(
  transaction: Transaction,
  { tenantId, id: importId }: Pick<Claim, 'tenantId' | 'id'>,
  rows: RejectedRow[],
): Promise<void> {
  const data = rows.map(({ column: columnName, ...row }, place) => ({ tenantId, importId, place, columnName, ...row }));
  if (data.length > 0) await transaction.rejectedRow.createMany({ data });
}

/** The next of an import's rejected rows, by their place, those of some people left out. */
export function listRejected(
  transaction: Transaction,
  importId: string,
  { from, most, without }: { from: number; most: number; without: string[] },
) {
  return transaction.rejectedRow.findMany({
    where: { importId, place: { gte: from }, OR: [{ person: null }, { person: { notIn: without } }] },
    orderBy: { place: 'asc' },
    take: most,
    select: { place: true, row: true, columnName: true, value: true, message: true },
  });
}

/** Takes a person's rows out of what imports of the project left out; returns how many. */
export async function eraseRejected(transaction: Transaction, projectId: string, userId: string): Promise<number> {
  const where = { person: userId, import: { dataSet: { projectId } } };
  return (await transaction.rejectedRow.deleteMany({ where })).count;
}
