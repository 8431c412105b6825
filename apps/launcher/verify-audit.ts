import { findChains, type Verification, verifyChain } from '../../libs/platform/audit/audit-chain.js';
import type { Database } from '../../libs/platform/database/database.js';

/**
 * Computes the audit log of every organization anew, and prints a line for each.
 *
 * @returns whether all of them hold
 */
export async function verifyAudit(database: Database, print: (line: string) => void): Promise<boolean> {
  let isIntact = true;
  for (const { id, name } of await database.systemSql(findChains)) {
    const found = await verifyChain((work) => database.systemSql(work), id);
    isIntact &&= found.break === null;
    print(`${id} ${name ?? '(above organizations, or deleted)'}: ${describe(found)}`);
  }
  return isIntact;
}

function describe({ head, events, verifiedTo, break: broken }: Verification): string {
  const cut =
    head.cutOrdinal > 0 ? `, after ${head.cutOrdinal} that were old, the last of ${head.cutAt?.toISOString()}` : '';
  const count = `${events} ${events === 1 ? 'event' : 'events'}`;
  if (!broken) return `${count}${cut}: intact to ${verifiedTo}, ${head.hash}`;
  const WORDS = { changed: 'was changed', missing: 'is missing', unknown: 'is not known to the log' };
  return `BROKEN: event ${broken.ordinal} ${WORDS[broken.reason]}; intact to ${verifiedTo}${cut}`;
}
