import type { Transaction } from '../database/database.js';

/** How long a claimed row stays its worker's without word from it. */
export const LEASE_SECONDS = 30;

/** A table whose rows are worked on under a lease: each has attempt, losses and lease_expires_at. What differs is SQL. */
export interface LeasedTable {
  name:
    | 'imports'
    | 'training_jobs'
    | 'webhook_deliveries'
    | 'emails'
    | 'erasures'
    | 'invoices'
    | 'credit_notes'
    | 'credit_refunds'
    | 'stripe_events'
    | 'url_sources';
  /** Held while one worker claims, so that what the order of claims promises holds however many ask. */
  lock: number;
  /** Of the rows that a worker may have: they have not ended. */
  isOpen: string;
  /** Of the rows that wait for a worker, where that is less. */
  isWaiting?: string;
  /** What else a claim sets. */
  onClaim?: string;
  /** What else is set of a row that waits again. */
  onRelease?: string;
  /** From when on a worker may take it. */
  due?: 'available_at' | 'next_attempt_at';
}

/** One worker's hold on a row. `attempt` is the fencing token: every later write must carry it. */
export interface Claim {
  tenantId: string;
  id: string;
  attempt: number;
}

/** A row whose worker fell silent. */
export interface LostClaim extends Claim {
  /** Workers that it has lost, this one included. */
  losses: number;
}

// The database's clock alone decides: a worker whose clock is off must neither lose its lease nor outlive it.
/** SQL for the moment at which a lease taken or extended now ends. */
export const LEASE_END = `now() + make_interval(secs => ${LEASE_SECONDS})`;

const CLAIM = 'leased.tenant_id AS "tenantId", leased.id, leased.attempt';

/**
 * Claims rows over all tenants; requires a system transaction.
 *
 * @param order which rows are next: a query for their tenant_id and id, with `values`
 */
export async function claimRows(
  transaction: Transaction,
  { name, lock, isOpen, isWaiting = isOpen, onClaim }: LeasedTable,
  order: string,
  ...values: unknown[]
): Promise<Claim[]> {
  await transaction.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(${lock})`);
  // Asked again in the update: a row may end while the claim waits for whoever ends it.
  return transaction.$queryRawUnsafe(
    `WITH next AS MATERIALIZED (SELECT tenant_id, id FROM (${order}) next)
     UPDATE ${name} leased SET ${listOf('attempt = attempt + 1', `lease_expires_at = ${LEASE_END}`, onClaim)}
     FROM next WHERE leased.tenant_id = next.tenant_id AND leased.id = next.id AND leased.lease_expires_at IS NULL AND ${isWaiting}
     RETURNING ${CLAIM}`,
    ...values,
  );
}

/** Extends the leases, over all tenants; returns the ids of those that are still the claims'. Requires a system transaction. */
export async function extendLeases(
  transaction: Transaction,
  { name, isOpen }: LeasedTable,
  claims: readonly Claim[],
): Promise<Set<string>> {
  const ours = oursOf(name, isOpen);
  // A row that somebody is writing keeps no other waiting: a lease outlives several beats.
  const rows = await transaction.$queryRawUnsafe<{ id: string }[]>(
    `WITH free AS (${ours} FOR UPDATE OF leased SKIP LOCKED),
     extended AS (
       UPDATE ${name} leased SET lease_expires_at = ${LEASE_END}
       FROM free WHERE leased.tenant_id = free.tenant_id AND leased.id = free.id)
     ${ours}`,
    ...valuesOf(claims),
  );
  return new Set(rows.map(({ id }) => id));
}

/** The ids of those that are still the claims', over all tenants; requires a system transaction. */
export async function findOurs(
  transaction: Transaction,
  { name, isOpen }: LeasedTable,
  claims: readonly Claim[],
): Promise<Set<string>> {
  const rows = await transaction.$queryRawUnsafe<{ id: string }[]>(oursOf(name, isOpen), ...valuesOf(claims));
  return new Set(rows.map(({ id }) => id));
}

// A row that waits again, as one that is worked on at intervals does when a run of it ends, is nobody's, whatever its last attempt was.
function oursOf(name: string, isOpen: string): string {
  return `SELECT leased.tenant_id, leased.id FROM ${name} leased
    JOIN unnest($1::uuid[], $2::uuid[], $3::int[]) AS claim (tenant_id, id, attempt) USING (tenant_id, id, attempt)
    WHERE leased.lease_expires_at IS NOT NULL AND ${isOpen}`;
}

function valuesOf(claims: readonly Claim[]) {
  return [claims.map(({ tenantId }) => tenantId), claims.map(({ id }) => id), claims.map(({ attempt }) => attempt)];
}

/** Lets any worker have the row after a wait; false when it is no longer the claim's. */
export async function releaseRow(
  transaction: Transaction,
  { name, isOpen, onRelease, due }: LeasedTable,
  { id, attempt }: Claim,
  waitSeconds = 0,
): Promise<boolean> {
  const wait = due && `${due} = now() + make_interval(secs => ${waitSeconds})`;
  const count = await transaction.$executeRawUnsafe(
    `UPDATE ${name} SET ${listOf('lease_expires_at = NULL', onRelease, wait)} WHERE id = $1::uuid AND attempt = $2 AND ${isOpen}`,
    id,
    attempt,
  );
  return count === 1;
}

/** Takes an organization's rows from the workers that hold them, who stop within a beat; they wait as before. Requires a system transaction. */
export async function takeBackRows(
  transaction: Transaction,
  { name, lock, isOpen, onRelease }: LeasedTable,
  tenantId: string,
): Promise<number> {
  // A claim that is being made is seen here, and one that waits sees what the transaction has changed.
  await transaction.$executeRawUnsafe(`SELECT pg_advisory_xact_lock(${lock})`);
  return transaction.$executeRawUnsafe(
    `UPDATE ${name} SET ${listOf('lease_expires_at = NULL', 'attempt = attempt + 1', onRelease)} WHERE tenant_id = $1::uuid AND lease_expires_at IS NOT NULL AND ${isOpen}`,
    tenantId,
  );
}

/** Ends the leases of workers that fell silent, over all tenants; requires a system transaction. */
export function findLost(transaction: Transaction, { name, isOpen }: LeasedTable): Promise<LostClaim[]> {
  return transaction.$queryRawUnsafe(
    `WITH lost AS (SELECT tenant_id, id FROM ${name} WHERE ${isOpen} AND lease_expires_at < now() FOR UPDATE SKIP LOCKED)
     UPDATE ${name} leased SET losses = losses + 1, lease_expires_at = NULL
     FROM lost WHERE leased.tenant_id = lost.tenant_id AND leased.id = lost.id RETURNING ${CLAIM}, leased.losses`,
  );
}

function listOf(...parts: (string | undefined)[]): string {
  return parts.filter(Boolean).join(', ');
}
