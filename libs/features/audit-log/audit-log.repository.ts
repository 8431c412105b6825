import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { allOf, inOrder, listIds, searched } from '../../platform/database/lists.js';
import type { AuditEventsFilter, AuditEventsQuery, ExportedEvent } from './audit-log.schema.js';

/** Read in the tenant's transaction; the names of people are still to come. */
export type EventRow = ExportedEvent;

/** What the log itself said last of how a thing is called, so that the name outlives the thing. */
const nameOf = (id: Prisma.Sql) => Prisma.sql`(
  SELECT coalesce(named.after ->> 'name', named.after ->> 'origin', named.before ->> 'name', named.before ->> 'origin', named.personal ->> 'email')
  FROM audit_events named
  WHERE named.target_id = ${id} AND (named.after ?| '{name,origin}' OR named.before ?| '{name,origin}' OR named.personal ? 'email')
  ORDER BY named.ordinal DESC LIMIT 1)`;

const COLUMNS = Prisma.sql`
  listed.id::text, listed.ordinal::float8 AS ordinal,
  to_char(listed.occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"') AS "occurredAt", listed.action,
  jsonb_build_object('kind', listed.actor_kind, 'id', listed.actor_id,
    'name', CASE WHEN listed.actor_kind::text IN ('api_key', 'scim_token') THEN ${nameOf(Prisma.sql`listed.actor_id`)} END) AS actor,
  jsonb_build_object('type', listed.target_type, 'id', listed.target_id, 'name', ${nameOf(Prisma.sql`listed.target_id`)}) AS target,
  (SELECT jsonb_build_object('id', id, 'reason', reason) FROM impersonations WHERE id = listed.impersonation_id) AS impersonation,
  listed.before, listed.after, listed.personal, listed.request_id AS "requestId", encode(listed.hash, 'hex') AS hash`;

@Injectable()
export class AuditLogRepository {
  /** One more than the page holds. */
  async list(transaction: Transaction, query: AuditEventsQuery): Promise<EventRow[]> {
    const texts = ['action', 'before::text', 'after::text', 'request_id'].map((text) => Prisma.raw(`listed.${text}`));
    const list = {
      from: Prisma.sql`audit_events listed`,
      where: [...searched(query.search, ...texts), ...conditionsOf(query)],
      rank: Prisma.sql`listed.ordinal`,
    };
    const ids = await listIds(transaction, list, query);
    const rows = await transaction.$queryRaw<EventRow[]>`
      SELECT ${COLUMNS} FROM audit_events listed WHERE listed.id = ANY(${ids}::uuid[])`;
    return inOrder(ids, rows);
  }

  /** Those after an ordinal, oldest first, with what it takes to verify them. */
  exportPage(transaction: Transaction, filter: AuditEventsFilter, after: number, limit: number): Promise<EventRow[]> {
    return transaction.$queryRaw`
      SELECT ${COLUMNS}, audit_hashed(listed) AS hashed, coalesce(
        (SELECT encode(previous.hash, 'hex') FROM audit_events previous WHERE previous.ordinal = listed.ordinal - 1),
        (SELECT encode(cut_hash, 'hex') FROM audit_heads WHERE cut_ordinal = listed.ordinal - 1)) AS "previousHash"
      FROM audit_events listed ${allOf([Prisma.sql`listed.ordinal > ${after}::bigint`, ...conditionsOf(filter)])}
      ORDER BY listed.ordinal LIMIT ${limit}`;
  }

  /** Email addresses of those of the people who have an account still, by id; requires a system transaction. */
  async findPeople(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    if (ids.length === 0) return new Map();
    const people = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }
}

function conditionsOf(filter: AuditEventsFilter): Prisma.Sql[] {
  const { from, to, action, actorKind, actorId, targetType, targetId } = filter;
  return [
    ...(from ? [Prisma.sql`listed.occurred_at >= ${from}`] : []),
    ...(to ? [Prisma.sql`listed.occurred_at < ${to}`] : []),
    ...(action ? [Prisma.sql`listed.action = ${action}`] : []),
    ...(actorKind ? [Prisma.sql`listed.actor_kind = ${actorKind}::audit_actor_kind`] : []),
    ...(actorId ? [Prisma.sql`listed.actor_id = ${actorId}::uuid`] : []),
    ...(targetType ? [Prisma.sql`listed.target_type = ${targetType}`] : []),
    ...(targetId ? [Prisma.sql`listed.target_id = ${targetId}::uuid`] : []),
  ];
}
