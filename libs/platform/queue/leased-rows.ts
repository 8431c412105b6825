import type { Transaction } from '../database/database.js';
import type { QueueMessage } from './queues.js';
import { LEASE_SECONDS, MESSAGE_LOST_SECONDS } from './lease.js';

/** The tables whose rows are worked on under a lease: each has status, attempt, lease_expires_at and created_at. */
export type LeasedTable = 'imports' | 'training_jobs';

/** One worker's hold on a row. `attempt` is the fencing token: every later write must carry it. */
export interface Claim {
  id: string;
  attempt: number;
}

// The database's clock alone decides: a worker whose clock is off must neither lose its lease nor outlive it.
/** SQL for the moment at which a lease taken or extended now ends. */
export const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

/** Takes a waiting row, or one whose worker fell silent; null when it is not to be had. */
export async function claimRow(transaction: Transaction, table: LeasedTable, id: string): Promise<Claim | null> {
  const [claim] = await transaction.$queryRawUnsafe<Claim[]>(
    `UPDATE ${table} SET status = 'running', attempt = attempt + 1, lease_expires_at = ${LEASE_END}
     WHERE id = $1::uuid AND (status = 'queued' OR (status = 'running' AND lease_expires_at < now()))
     RETURNING id, attempt`,
    id,
  );
  return claim ?? null;
}

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

/** Rows of any tenant that nobody works on though they should be; wants a system transaction. */
export function findStranded(transaction: Transaction, table: LeasedTable): Promise<(QueueMessage & Claim)[]> {
  return transaction.$queryRawUnsafe(
    `SELECT tenant_id AS "tenantId", id, attempt FROM ${table}
     WHERE (status = 'queued' AND created_at < now() - make_interval(secs => ${MESSAGE_LOST_SECONDS}))
        OR (status = 'running' AND lease_expires_at < now())
     LIMIT 1000`,
  );
}
