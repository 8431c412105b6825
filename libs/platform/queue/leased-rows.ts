import type { Transaction } from '../database/database.js';
import { LEASE_SECONDS } from './lease.js';

/** The tables whose rows are worked on under a lease: each has status, attempt and lease_expires_at. */
export type LeasedTable = 'imports' | 'training_jobs';

/** One worker's hold on a row. `attempt` is the fencing token: every later write must carry it. */
export interface Claim {
  id: string;
  attempt: number;
}

// The database's clock alone decides: a worker whose clock is off must neither lose its lease nor outlive it.
/** SQL for the moment at which a lease taken or extended now ends. */
export const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

/** False when the row is no longer the claim's: another worker has it, or it has ended. */
export async function extendLease(
  transaction: Transaction,
  table: LeasedTable,
  { id, attempt }: Claim,
): Promise<boolean> {
  const count = await transaction.$executeRawUnsafe(
    `UPDATE ${table} SET lease_expires_at = ${LEASE_END} WHERE id = $1::uuid AND attempt = $2 AND status = 'running'`,
    id,
    attempt,
  );
  return count === 1;
}
