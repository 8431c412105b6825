import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { inOrder, listIds, searched } from '../../platform/database/lists.js';
import type { Invitation, ListInvitationsQuery } from './invitations.schema.js';

interface NewInvitation {
  tenantId: string;
  id: string;
  email: string;
  role: Role;
  linkId: string;
  invitedById: string;
  createdAt: Date;
  expiresAt: Date;
}

type Row = Pick<NewInvitation, 'id' | 'email' | 'role' | 'createdAt' | 'expiresAt' | 'linkId'> & {
  acceptedAt: Date | null;
  revokedAt: Date | null;
};

/** What the link of an invitation leads to. */
export interface LinkedInvitation extends Row {
  tenantId: string;
  organizationName: string;
  invitedBy: string | null;
}

/** As a row stands at `now`. */
const statusAt = (now: Date) => Prisma.sql`CASE WHEN listed.accepted_at IS NOT NULL THEN 'accepted'
  WHEN listed.revoked_at IS NOT NULL THEN 'revoked' WHEN listed.expires_at <= ${now} THEN 'expired' ELSE 'pending' END`;

const OPEN = { acceptedAt: null, revokedAt: null };

@Injectable()
export class InvitationsRepository {
  async create(transaction: Transaction, row: NewInvitation): Promise<void> {
    await transaction.invitation.create({ data: row });
  }

  async list(transaction: Transaction, query: ListInvitationsQuery, now: Date): Promise<Invitation[]> {
    const list = {
      from: Prisma.sql`invitations listed`,
      where: [
        ...searched(query.search, Prisma.sql`listed.email`),
        ...(query.status ? [Prisma.sql`${statusAt(now)} = ${query.status}`] : []),
      ],
      rank: query.sort === 'email' ? Prisma.sql`listed.email` : undefined,
    };
    const ids = await listIds(transaction, list, query);
    return inOrder(ids, await this.read(transaction, ids, now));
  }

  /** As it is shown. */
  async get(transaction: Transaction, id: string, now: Date): Promise<Invitation> {
    return (await this.read(transaction, [id], now))[0]!;
  }

  private async read(transaction: Transaction, ids: string[], now: Date): Promise<Invitation[]> {
    const rows = await transaction.$queryRaw<(Omit<Invitation, 'createdAt' | 'expiresAt'> & Record<string, Date>)[]>`
      SELECT listed.id, listed.email, listed.role::text AS role, ${statusAt(now)} AS status, users.email AS "invitedBy",
        listed.created_at AS "createdAt", listed.expires_at AS "expiresAt"
      FROM invitations listed LEFT JOIN users ON users.id = listed.invited_by_id WHERE listed.id = ANY(${ids}::uuid[])`;
    return rows.map((row) => ({
      ...row,
      createdAt: row['createdAt']!.toISOString(),
      expiresAt: row['expiresAt']!.toISOString(),
    }));
  }

  find(transaction: Transaction, id: string): Promise<Row | null> {
    return transaction.invitation.findFirst({ where: { id } });
  }

  countPending(transaction: Transaction, now: Date): Promise<number> {
    return transaction.invitation.count({ where: { ...OPEN, expiresAt: { gt: now } } });
  }

  /** Those that the address can no longer accept stand in the way of no new one. */
  async revokeExpired(transaction: Transaction, email: string, now: Date): Promise<void> {
    const where = { email, ...OPEN, expiresAt: { lte: now } };
    await transaction.invitation.updateMany({ where, data: { revokedAt: now } });
  }

  /** False where it has ended meanwhile. */
  async setLink(transaction: Transaction, id: string, link: Pick<NewInvitation, 'linkId' | 'expiresAt'>) {
    return (await transaction.invitation.updateMany({ where: { id, ...OPEN }, data: link })).count === 1;
  }

  /** False where it has ended before. */
  async revoke(transaction: Transaction, id: string, now: Date): Promise<boolean> {
    return (await transaction.invitation.updateMany({ where: { id, ...OPEN }, data: { revokedAt: now } })).count === 1;
  }

  /** False where it has ended before. Requires a system transaction. */
  async accept(transaction: Transaction, tenantId: string, id: string, now: Date): Promise<boolean> {
    const where = { tenantId, id, ...OPEN };
    return (await transaction.invitation.updateMany({ where, data: { acceptedAt: now } })).count === 1;
  }

  /** Null where it is gone, with its organization or by its age. Requires a system transaction. */
  async findByLink(transaction: Transaction, linkId: string): Promise<LinkedInvitation | null> {
    const row = await transaction.invitation.findUnique({
      where: { linkId },
      include: { organization: { select: { name: true } }, invitedBy: { select: { email: true } } },
    });
    if (!row) return null;
    const { organization, invitedBy, ...invitation } = row;
    return { ...invitation, organizationName: organization.name, invitedBy: invitedBy?.email ?? null };
  }
}
