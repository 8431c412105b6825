import { createHash } from 'node:crypto';
import type { Sql, Transaction } from '../database/database.js';

/** The hash before the first event. */
export const NO_HASH = '0'.repeat(64);

const PAGE_ROWS = 5_000;

/** An event as the chain sees it, and the SHA-256 of an event in lower-case hexadecimal. */
interface Link {
  ordinal: number;
  hash: string;
  /** The text that the hash covers, after the hash of the event before. */
  hashed: string;
  /** What is personal is as its digest, which `hashed` holds, says; true too once it was erased. */
  isPersonalRight: boolean;
}

/** What an organization's head says of its chain. */
export interface Head {
  ordinal: number;
  hash: string;
  cutOrdinal: number;
  cutHash: string;
  /** When the last event that was cut off occurred. */
  cutAt: Date | null;
}

/** Where a chain does not hold: the first event that is wrong, missing or out of its place. */
export interface Break {
  ordinal: number;
  reason: 'changed' | 'missing' | 'unknown';
}

export interface Verification {
  head: Head;
  /** Events that are there. */
  events: number;
  /** The last event up to which everything holds; the cut where none does. */
  verifiedTo: number;
  break: Break | null;
}

/** The hash of an event: SHA-256 over the hash of the one before, a line feed and what it covers. */
export function hashOf(previous: string, hashed: string): string {
  return createHash('sha256').update(`${previous}\n${hashed}`).digest('hex');
}

const HEAD = `
  SELECT ordinal::float8 AS ordinal, encode(hash, 'hex') AS hash, cut_ordinal::float8 AS "cutOrdinal", encode(cut_hash, 'hex') AS "cutHash",
    cut_at AS "cutAt"
  FROM audit_heads WHERE tenant_id = $1::uuid`;

const LINKS = `
  SELECT ordinal::float8 AS ordinal, encode(hash, 'hex') AS hash, audit_hashed(event) AS hashed,
    personal IS NULL OR coalesce(encode(sha256(convert_to(personal_salt::text || E'\\n' || personal::text, 'UTF8')), 'hex') = personal_digest, false)
      AS "isPersonalRight"
  FROM audit_events event WHERE tenant_id = $1::uuid AND ordinal > $2::bigint ORDER BY ordinal LIMIT ${PAGE_ROWS}`;

/**
 * Computes an organization's chain anew, as far as its head tells. Events that are written meanwhile are left to the next time.
 *
 * @param run a transaction each for the head and for every few thousand events, so that none lasts
 */
export async function verifyChain(
  run: <T>(work: (sql: Sql) => Promise<T>) => Promise<T>,
  tenantId: string,
): Promise<Verification> {
  const [found] = await run((sql) => sql.rows<Head>(HEAD, [tenantId]));
  const head = found ?? { ordinal: 0, hash: NO_HASH, cutOrdinal: 0, cutHash: NO_HASH, cutAt: null };
  let [ordinal, hash, events] = [head.cutOrdinal, head.cutHash, 0];
  const ended = (reason: Break['reason'] | null): Verification => ({
    head,
    events,
    verifiedTo: ordinal,
    break: reason && { ordinal: ordinal + 1, reason },
  });
  for (let isFirst = true; ; isFirst = false) {
    // From the very start, so that what was put before the cut shows.
    const after = isFirst ? -1 : ordinal;
    const page = await run((sql) => sql.rows<Link>(LINKS, [tenantId, after]));
    for (const link of page) {
      if (link.ordinal > head.ordinal && found && ordinal === head.ordinal)
        return ended(hash === head.hash ? null : 'changed');
      events++;
      if (link.ordinal <= ordinal || !found) return ended('unknown');
      if (link.ordinal > ordinal + 1) return ended('missing');
      if (hashOf(hash, link.hashed) !== link.hash || !link.isPersonalRight) return ended('changed');
      [ordinal, hash] = [link.ordinal, link.hash];
    }
    if (page.length < PAGE_ROWS) break;
  }
  if (ordinal < head.ordinal) return ended('missing');
  return ended(hash === head.hash ? null : 'changed');
}

const OLD = `
  SELECT ordinal::float8 AS ordinal, encode(hash, 'hex') AS hash FROM audit_events
  WHERE tenant_id = $1::uuid AND ordinal > $2::bigint AND ordinal <= $2::bigint + $4::int
    AND ordinal < coalesce((SELECT min(ordinal) FROM audit_events WHERE tenant_id = $1::uuid AND occurred_at >= $3::timestamptz), 9e18)
  ORDER BY ordinal DESC LIMIT 1`;

/** Whose events are that old, for {@link cutChain}; requires a system transaction. */
export async function findOldChains(sql: Sql, before: Date): Promise<string[]> {
  const text = 'SELECT DISTINCT tenant_id::text AS id FROM audit_events WHERE occurred_at < $1::timestamptz';
  return (await sql.rows<{ id: string }>(text, [before])).map(({ id }) => id);
}

/** Organizations, the nil id of what stands above them among them, with whatever a log has; requires a system transaction. */
export async function findChains(sql: Sql): Promise<{ id: string; name: string | null }[]> {
  return sql.rows(`
    SELECT logs.tenant_id::text AS id, name FROM (SELECT tenant_id FROM audit_heads UNION SELECT tenant_id FROM audit_events) logs
    LEFT JOIN organizations ON organizations.id = logs.tenant_id ORDER BY logs.tenant_id`);
}

/**
 * Deletes the oldest events of an organization, some thousand at most; the head keeps the place and hash of the last of them, from which the
 * rest still can be verified. A chain that does not hold is left as it is, as evidence. Requires a system transaction.
 *
 * @returns how many were deleted; null where the chain does not hold
 */
export async function cutChain(sql: Sql, tenantId: string, before: Date): Promise<number | null> {
  const [head] = await sql.rows<Head>(`${HEAD} FOR UPDATE`, [tenantId]);
  if (!head) return null;
  const [last] = await sql.rows<Head>(OLD, [tenantId, head.cutOrdinal, before, PAGE_ROWS]);
  if (!last) return 0;
  const links = (await sql.rows<Link>(LINKS, [tenantId, head.cutOrdinal])).filter(
    ({ ordinal }) => ordinal <= last.ordinal,
  );
  let [ordinal, hash] = [head.cutOrdinal, head.cutHash];
  for (const link of links) {
    if (link.ordinal !== ordinal + 1 || hashOf(hash, link.hashed) !== link.hash || !link.isPersonalRight) return null;
    [ordinal, hash] = [link.ordinal, link.hash];
  }
  const cut = `UPDATE audit_heads SET cut_ordinal = $2::bigint, cut_hash = decode($3, 'hex') WHERE tenant_id = $1::uuid`;
  await sql.run(cut, [tenantId, ordinal, hash]);
  return sql.run('DELETE FROM audit_events WHERE tenant_id = $1::uuid AND ordinal <= $2::bigint', [tenantId, ordinal]);
}

/**
 * Forgets a person in all organizations' events: their network, address and whatever else was said of them as personal. What is left is an id that leads
 * nowhere, and digests, whose salts are gone. Requires a system transaction.
 */
export async function forgetPerson(transaction: Transaction, userId: string, email: string): Promise<void> {
  await transaction.$executeRaw`
    UPDATE audit_events SET personal = NULL, personal_salt = NULL
    WHERE personal IS NOT NULL AND (actor_id = ${userId}::uuid OR target_id = ${userId}::uuid
      OR (personal ? 'email' AND personal ->> 'email' = ${email}))`;
}
