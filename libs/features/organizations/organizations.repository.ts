import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Organization } from './organizations.schema.js';

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
}

@Injectable()
export class OrganizationsRepository {
  /** Every organization; requires a system transaction. */
  async list(transaction: Transaction, query: PageQuery): Promise<OrganizationRow[]> {
    const rows = await transaction.organization.findMany({
      ...pageArguments(query),
      where: { ...pageArguments(query).where, deletedAt: null },
      include: { _count: { select: { memberships: true } } },
    });
    return rows.map(({ id, name, createdAt, _count }) => ({ id, name, createdAt, members: _count.memberships }));
  }

  /** Requires a system transaction. */
  async create(transaction: Transaction, organization: { id: string; name: string }, ownerId: string): Promise<void> {
    await transaction.organization.create({ data: organization });
    await transaction.membership.create({ data: { tenantId: organization.id, userId: ownerId, role: 'owner' } });
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

  /** Those whose grace is over; requires a system transaction. */
  async findDue(transaction: Transaction, now: Date): Promise<string[]> {
    const where = { deletesAt: { lte: now }, deletedAt: null };
    return (await transaction.organization.findMany({ where, select: { id: true } })).map(({ id }) => id);
  }

  /**
   * Leaves of the organization its id, its ledger and what it paid; and of the people who belong to no other, nothing. False where
   * its deletion was taken back. Requires a system transaction, and {@link purgeChunk} before it.
   */
  async purge(transaction: Transaction, tenantId: string, now: Date): Promise<boolean> {
    if (!(await this.isDue(transaction, tenantId, now))) return false;
    const people = await transaction.membership.findMany({ where: { tenantId }, select: { userId: true } });
    for (const table of PURGED) {
      await transaction.$executeRawUnsafe(`DELETE FROM ${table} WHERE tenant_id = $1::uuid`, tenantId);
    }
    for (const { userId } of people) {
      const others = await transaction.membership.count({ where: { userId } });
      if (others === 0) await transaction.user.deleteMany({ where: { id: userId } });
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

const CHUNK_ROWS = 5_000;

/** What one transaction might not get through. */
const MANY_ROWS = [
  'kept_requests',
  'remembered_answers',
  'request_log',
  'training_job_events',
  'webhook_messages',
  'emails',
  'audit_events',
] as const;

/** In this order; what hangs on these rows goes with them. Subscription, roll-ups and ledger stay. */
const PURGED = [
  'deployments',
  'projects',
  'limits',
  'limit_alerts',
  'audit_events',
  'rate_buckets',
  'webhook_endpoints',
  'webhook_messages',
  'emails',
  'request_log',
  'remembered_answers',
  'kept_requests',
  'erasures',
  'sessions',
  'memberships',
] as const;

function toOrganization({ id, name, createdAt, deletesAt }: OrganizationDates): Organization {
  return { id, name, createdAt: createdAt.toISOString(), deletesAt: deletesAt?.toISOString() ?? null };
}
