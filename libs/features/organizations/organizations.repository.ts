import { Injectable } from '@nestjs/common';
import { forgetPerson } from '../../platform/audit/audit-chain.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { directionOf, patternOf } from '../../platform/database/lists.js';
import { lockPerson } from '../members/index.js';
import type {
  ListOrganizationsQuery,
  MyOrganization,
  Organization,
  OrganizationAccount,
} from './organizations.schema.js';

interface OrganizationDates {
  id: string;
  name: string;
  createdAt: Date;
  deletesAt: Date | null;
}

export interface OrganizationRow {
  id: string;
  name: string;
  createdAt: Date;
  members: number;
  ownerEmail: string | null;
  lastActivityAt: Date | null;
  requests: string;
  isSuspended: boolean;
}

/** What the operator is shown of an organization that stands in rows of its own. */
export type OrganizationContents = Pick<
  OrganizationAccount,
  'suspension' | 'members' | 'projects' | 'apiKeys' | 'trainingJobs'
> &
  Organization;

/** Of projects and keys; plans allow fewer. */
const CONTENTS_MAX = 500;

/** Calls by keys, and changes by members and keys; neither what the operator did nor what the platform does by itself. */
const LAST_ACTIVITY = Prisma.sql`greatest(
  (SELECT max(last_used_at) FROM api_keys WHERE tenant_id = organization.id),
  (SELECT occurred_at FROM audit_events WHERE tenant_id = organization.id AND actor_kind IN ('user', 'api_key') ORDER BY id DESC LIMIT 1))`;

/**
 * Each organization's price and the start of its billing period at `now`, as `periodAt` has it: the anchor's day in this month, or in the
 * month before.
 */
const withPeriod = (now: Date) => Prisma.sql`
  JOIN subscriptions subscription ON subscription.tenant_id = organization.id
  JOIN price_versions price ON price.id = subscription.price_version_id
  CROSS JOIN LATERAL (SELECT ${now}::timestamptz AT TIME ZONE 'UTC' AS today, anchor_at AT TIME ZONE 'UTC' AS anchor) days
  CROSS JOIN LATERAL (
    SELECT (12 * (extract(year FROM today) - extract(year FROM anchor)) + extract(month FROM today) - extract(month FROM anchor))::int AS months
  ) difference
  CROSS JOIN LATERAL (
    SELECT max(boundary) AT TIME ZONE 'UTC' AS start
    FROM (VALUES (anchor + make_interval(months => months)), (anchor + make_interval(months => months - 1))) boundaries (boundary)
    WHERE boundary <= today) period`;

/** What an organization ranks by, from the sums of its billing period, which are found by the roll-ups' primary key. */
const RANK = {
  requests: Prisma.sql`(
    SELECT coalesce(sum(rollup.quantity), 0) FROM usage_rollups rollup JOIN meters ON meters.key = rollup.meter_key AND meters.unit = 'request'
    WHERE rollup.tenant_id = organization.id AND granularity = 'period' AND bucket_start = period.start)`,
  // The fee, and what is metered beyond what each price version includes; only to order by: lines are rounded on the invoice
  // alone, and the fee is taken to be in hundredths.
  upcomingTotal: Prisma.sql`(
    SELECT price.monthly_fee_minor / 100.0 + coalesce(sum(metered_amount(price_version_id, meter_key, device_class, quantity)), 0)
    FROM (
      SELECT meter_price.price_version_id, meter_price.meter_key, meter_price.device_class, sum(rollup.quantity) AS quantity
      FROM usage_rollups rollup CROSS JOIN LATERAL (
        SELECT price_version_id, meter_key, device_class FROM meter_prices
        WHERE price_version_id = rollup.price_version_id AND meter_key = rollup.meter_key AND device_class IN (rollup.device_class, '')
        ORDER BY device_class DESC LIMIT 1) meter_price
      WHERE rollup.tenant_id = organization.id AND granularity = 'period' AND bucket_start = period.start
      GROUP BY 1, 2, 3) line)`,
};

@Injectable()
export class OrganizationsRepository {
  /** Requires a system transaction. */
  async list(transaction: Transaction, query: ListOrganizationsQuery, now: Date): Promise<OrganizationRow[]> {
    const { direction } = directionOf(query.order);
    return transaction.$queryRaw<OrganizationRow[]>`
      SELECT organization.id, organization.name, organization.created_at AS "createdAt",
        organization.suspended_at IS NOT NULL AS "isSuspended", ${LAST_ACTIVITY} AS "lastActivityAt",
        ${RANK.requests}::float8::text AS requests, (SELECT count(*)::int FROM memberships WHERE tenant_id = organization.id) AS members,
        (SELECT users.email FROM memberships JOIN users ON users.id = user_id
         WHERE tenant_id = organization.id AND role = 'owner' ORDER BY memberships.created_at, user_id LIMIT 1) AS "ownerEmail"
      FROM (${query.sort === 'createdAt' ? pageByCreation(query) : pageByRank(query, now)}) page
      JOIN organizations organization ON organization.id = page.id
      ${withPeriod(now)}
      ORDER BY page.rank ${direction}, page.id ${direction}`;
  }

  /** Null where there is none, or it was deleted. Requires a system transaction. */
  async findContents(transaction: Transaction, tenantId: string): Promise<OrganizationContents | null> {
    const organization = await transaction.organization.findUnique({
      where: { id: tenantId, deletedAt: null },
      include: {
        memberships: { include: { user: { select: { email: true } } }, orderBy: { createdAt: 'asc' } },
        projects: { orderBy: { id: 'desc' }, take: CONTENTS_MAX },
      },
    });
    if (!organization) return null;
    const where = { tenantId };
    const keys = await transaction.apiKey.findMany({ where, orderBy: { id: 'desc' }, take: CONTENTS_MAX });
    const jobs = await transaction.trainingJob.groupBy({ by: ['status'], where, _count: true });
    return {
      ...toOrganization(organization),
      suspension: toSuspension(organization),
      members: organization.memberships.map(({ userId, user, role, createdAt }) => ({
        userId,
        email: user.email,
        role,
        createdAt: createdAt.toISOString(),
      })),
      projects: organization.projects.map(({ id, name, createdAt }) => ({
        id,
        name,
        createdAt: createdAt.toISOString(),
      })),
      apiKeys: keys.map(
        ({ id, projectId, name, prefix, mode, lineageId, leakedUrl, createdAt, expiresAt, revokedAt, lastUsedAt }) => ({
          id,
          projectId,
          name,
          prefix,
          mode,
          lineageId,
          leakedUrl,
          createdAt: createdAt.toISOString(),
          expiresAt: expiresAt?.toISOString() ?? null,
          revokedAt: revokedAt?.toISOString() ?? null,
          lastUsedAt: lastUsedAt?.toISOString() ?? null,
        }),
      ),
      trainingJobs: jobs.map(({ status, _count }) => ({ status, count: _count })),
    };
  }

  /** Requires a system transaction. */
  async create(transaction: Transaction, organization: { id: string; name: string }): Promise<void> {
    await transaction.organization.create({ data: organization });
  }

  /** Those that the person is a member of, the first first. Requires a system transaction. */
  async listOf(transaction: Transaction, userId: string): Promise<MyOrganization[]> {
    const rows = await transaction.membership.findMany({
      where: { userId },
      orderBy: [{ createdAt: 'asc' }, { tenantId: 'asc' }],
      include: { organization: true },
    });
    return rows.map(({ organization, role }) => ({ ...toOrganization(organization), role }));
  }

  async get(transaction: Transaction, tenantId: string): Promise<Organization> {
    return toOrganization(await transaction.organization.findUniqueOrThrow({ where: { id: tenantId } }));
  }

  async update(
    transaction: Transaction,
    tenantId: string,
    data: { name?: string; deletesAt?: Date | null },
  ): Promise<Organization> {
    return toOrganization(await transaction.organization.update({ where: { id: tenantId }, data }));
  }

  /** Locks it. Null where there is none, or it was deleted. Requires a system transaction. */
  async findSuspension(
    transaction: Transaction,
    tenantId: string,
  ): Promise<{ name: string; suspension: OrganizationAccount['suspension'] } | null> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR UPDATE`;
    const row = await transaction.organization.findUnique({ where: { id: tenantId, deletedAt: null } });
    return row && { name: row.name, suspension: toSuspension(row) };
  }

  /** Requires a system transaction. */
  async setSuspension(
    transaction: Transaction,
    tenantId: string,
    suspension: { suspendedAt: Date; suspensionReason: string } | null,
  ): Promise<void> {
    const data = suspension ?? { suspendedAt: null, suspensionReason: null };
    await transaction.organization.updateMany({ where: { id: tenantId }, data });
  }

  /** Those whose grace is over and who are billed to the end; requires a system transaction. */
  async findDue(transaction: Transaction, now: Date): Promise<string[]> {
    const where = { deletesAt: { lte: now }, deletedAt: null, billingPeriods: { none: { closedAt: null } } };
    return (await transaction.organization.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }

  /**
   * Leaves of the organization its id, its ledger and what it paid; and of the people who belong to no other, nothing. False where
   * its deletion was taken back. Requires a system transaction, and {@link purgeChunk} before it.
   */
  async purge(transaction: Transaction, tenantId: string, now: Date): Promise<boolean> {
    if (!(await this.isDue(transaction, tenantId, now))) return false;
    const here = { some: { tenantId } };
    const people = await transaction.user.findMany({
      // Also those whom its directory has taken out.
      where: { OR: [{ memberships: here }, { scimUsers: here }] },
      select: { id: true, email: true },
    });
    for (const table of PURGED) {
      await transaction.$executeRawUnsafe(`DELETE FROM ${table} WHERE tenant_id = $1::uuid`, tenantId);
    }
    for (const { id, email } of people.toSorted((a, b) => (a.id < b.id ? -1 : 1))) {
      // Nobody makes them a member elsewhere meanwhile.
      await lockPerson(transaction, id);
      const where = { userId: id };
      if ((await transaction.membership.count({ where })) + (await transaction.scimUser.count({ where })) > 0) continue;
      await transaction.user.deleteMany({ where: { id } });
      await forgetPerson(transaction, id, email);
    }
    const tombstone = { name: '', deletesAt: null, deletedAt: now };
    await transaction.organization.updateMany({ where: { id: tenantId }, data: tombstone });
    return true;
  }

  /** Deletes some of the organization's many rows; false where none is left, or its deletion was taken back. */
  async purgeChunk(transaction: Transaction, tenantId: string, now: Date): Promise<boolean> {
    if (!(await this.isDue(transaction, tenantId, now))) return false;
    for (const table of MANY_ROWS) {
      const count = await transaction.$executeRawUnsafe(
        `DELETE FROM ${table} WHERE ctid IN (SELECT ctid FROM ${table} WHERE tenant_id = $1::uuid LIMIT ${CHUNK_ROWS})`,
        tenantId,
      );
      if (count > 0) return true;
    }
    return false;
  }

  /** Locks the organization, so that nobody takes its deletion back meanwhile. */
  private async isDue(transaction: Transaction, tenantId: string, now: Date): Promise<boolean> {
    const rows = await transaction.$queryRaw<{ id: string }[]>`
      SELECT id FROM organizations WHERE id = ${tenantId}::uuid AND deletes_at <= ${now} AND deleted_at IS NULL FOR UPDATE`;
    return rows.length > 0;
  }
}

/** Along the primary key, as ids are made in the order of time. */
function pageByCreation(query: ListOrganizationsQuery): Prisma.Sql {
  const { direction, isAfter } = directionOf(query.order);
  return Prisma.sql`
    SELECT id, 0 AS rank FROM organizations organization
    WHERE ${matches(query.search)} ${query.cursor ? Prisma.sql`AND id ${isAfter} ${query.cursor}::uuid` : Prisma.empty}
    ORDER BY id ${direction} LIMIT ${query.limit + 1}`;
}

/** Goes on after where the cursor's organization ranks now, be it deleted meanwhile. */
function pageByRank(query: ListOrganizationsQuery, now: Date): Prisma.Sql {
  const { direction, isAfter } = directionOf(query.order);
  const rank = RANK[query.sort === 'requests' ? 'requests' : 'upcomingTotal'];
  const follows = Prisma.sql`AND (rank, id) ${isAfter} (SELECT rank, id FROM ranked WHERE id = ${query.cursor}::uuid)`;
  return Prisma.sql`
    WITH ranked AS MATERIALIZED (
      SELECT organization.id, ${rank} AS rank, ${matches(query.search)} AS is_match
      FROM organizations organization ${withPeriod(now)})
    SELECT id, rank FROM ranked WHERE is_match ${query.cursor ? follows : Prisma.empty}
    ORDER BY rank ${direction}, id ${direction} LIMIT ${query.limit + 1}`;
}

function matches(search: string): Prisma.Sql {
  const pattern = patternOf(search);
  const isFound = Prisma.sql`(organization.name ILIKE ${pattern} OR organization.id::text = ${search.toLowerCase()} OR EXISTS (
    SELECT FROM memberships JOIN users ON users.id = user_id WHERE tenant_id = organization.id AND users.email ILIKE ${pattern}))`;
  return Prisma.sql`organization.deleted_at IS NULL ${search ? Prisma.sql`AND ${isFound}` : Prisma.empty}`;
}

const CHUNK_ROWS = 5_000;

/** What one transaction might not get through. */
const MANY_ROWS = [
  'live_interactions',
  'kept_requests',
  'remembered_answers',
  'request_log',
  'training_job_events',
  'webhook_messages',
  'emails',
  'rejected_rows',
  'audit_events',
] as const;

/** In this order; what hangs on these rows goes with them. Subscription, roll-ups and ledger stay. */
const PURGED = [
  'deployments',
  'projects',
  'limits',
  'limit_alerts',
  'audit_events',
  'audit_heads',
  'rate_buckets',
  'webhook_endpoints',
  'webhook_messages',
  'emails',
  'request_log',
  'remembered_answers',
  'kept_requests',
  'erasures',
  'support_messages',
  'invitations',
  'impersonations',
  'plan_overrides',
  'credit_top_ups',
  'one_time_links',
  'sign_ups',
  'single_sign_on',
  'single_sign_on_domains',
  'scim_tokens',
  'scim_users',
  'memberships',
] as const;

function toSuspension({
  suspendedAt,
  suspensionReason,
}: {
  suspendedAt: Date | null;
  suspensionReason: string | null;
}): OrganizationAccount['suspension'] {
  return suspendedAt && { reason: suspensionReason!, suspendedAt: suspendedAt.toISOString() };
}

function toOrganization({ id, name, createdAt, deletesAt }: OrganizationDates): Organization {
  return { id, name, createdAt: createdAt.toISOString(), deletesAt: deletesAt?.toISOString() ?? null };
}
