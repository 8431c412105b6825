import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import type { ListMembersQuery, Member } from './members.schema.js';

/** A transaction of a tenant sees its own, and of people those who are in it. */
const MEMBERS = Prisma.sql`(
  SELECT users.id, users.email, membership.role, membership.tenant_id, membership.created_at
  FROM memberships membership JOIN users ON users.id = membership.user_id) listed`;

const RANKS = {
  createdAt: Prisma.sql`listed.created_at`,
  email: Prisma.sql`listed.email`,
  // As they stand in the type: owners are the lowest.
  role: Prisma.sql`listed.role`,
} satisfies Record<ListMembersQuery['sort'], Prisma.Sql>;

interface MemberRow {
  id: string;
  email: string;
  role: Role;
  createdAt: Date;
  lastActiveAt: Date | null;
}

@Injectable()
export class MembersRepository {
  /** Makes every other change of who is a member, and as what, wait: whether an owner is left is then true until the end. */
  async lock(transaction: Transaction, tenantId: string): Promise<void> {
    await transaction.$queryRaw`SELECT FROM organizations WHERE id = ${tenantId}::uuid FOR UPDATE`;
  }

  async list(transaction: Transaction, query: ListMembersQuery): Promise<Member[]> {
    const where = searched(query.search, Prisma.sql`listed.email`);
    const ids = await listIds(transaction, { from: MEMBERS, where, rank: RANKS[query.sort] }, query);
    return inOrder(ids, await this.read(transaction, ids));
  }

  async find(transaction: Transaction, userId: string): Promise<Member | null> {
    const [member] = await this.read(transaction, [userId]);
    return member ?? null;
  }

  async hasEmail(transaction: Transaction, email: string): Promise<boolean> {
    return (await transaction.$queryRaw<unknown[]>`SELECT FROM ${MEMBERS} WHERE listed.email = ${email}`).length > 0;
  }

  private async read(transaction: Transaction, ids: string[]): Promise<Member[]> {
    const rows = await transaction.$queryRaw<MemberRow[]>`
      SELECT listed.id, listed.email, listed.role::text AS role, listed.created_at AS "createdAt", (
        SELECT occurred_at FROM audit_events event
        WHERE event.tenant_id = listed.tenant_id AND event.actor_id = listed.id AND event.actor_kind = 'user'
        ORDER BY event.id DESC LIMIT 1) AS "lastActiveAt"
      FROM ${MEMBERS} WHERE listed.id = ANY(${ids}::uuid[])`;
    return rows.map(({ createdAt, lastActiveAt, ...row }) => ({
      ...row,
      createdAt: createdAt.toISOString(),
      lastActiveAt: lastActiveAt?.toISOString() ?? null,
    }));
  }

  countOwners(transaction: Transaction, tenantId: string): Promise<number> {
    return transaction.membership.count({ where: { tenantId, role: 'owner' } });
  }

  /** Of one person, in all organizations. Requires a system transaction. */
  countOf(transaction: Transaction, userId: string, role?: Role): Promise<number> {
    return transaction.membership.count({ where: { userId, ...(role && { role }) } });
  }

  async add(transaction: Transaction, member: { tenantId: string; userId: string; role: Role }): Promise<void> {
    await transaction.membership.create({ data: member });
  }

  async setRole(transaction: Transaction, tenantId: string, userId: string, role: Role): Promise<void> {
    await transaction.membership.update({ where: { tenantId_userId: { tenantId, userId } }, data: { role } });
  }

  async remove(transaction: Transaction, tenantId: string, userId: string): Promise<void> {
    await transaction.membership.delete({ where: { tenantId_userId: { tenantId, userId } } });
  }
}

/** Makes other transactions wait that make the person a member somewhere, or count where they are one; ends with this one. */
export async function lockPerson(transaction: Transaction, userId: string): Promise<void> {
  await transaction.$executeRaw`SELECT pg_advisory_xact_lock(hashtextextended(${userId}, 2))`;
}
