import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';

export interface SessionRow {
  userId: string;
  email: string;
  isOperator: boolean;
  tenantId: string;
  organizationName: string;
  role: Role;
  expiresAt: Date;
}

/** People and their sessions, which stand above any one tenant: every method requires a system transaction. */
@Injectable()
export class AuthRepository {
  async createUser(transaction: Transaction, user: { id: string; email: string; passwordHash: string }): Promise<void> {
    await transaction.user.create({ data: user });
  }

  findUserByEmail(transaction: Transaction, email: string): Promise<{ id: string; passwordHash: string } | null> {
    return transaction.user.findUnique({ where: { email }, select: { id: true, passwordHash: true } });
  }

  /** The organization that a person enters at login: the one they joined first. */
  async findFirstTenant(transaction: Transaction, userId: string): Promise<string | null> {
    const membership = await transaction.membership.findFirst({ where: { userId }, orderBy: { createdAt: 'asc' } });
    return membership?.tenantId ?? null;
  }

  /** The names of organizations, not to be deleted, of which this person is the only owner. */
  async findOwnedAlone(transaction: Transaction, userId: string): Promise<string[]> {
    const rows = await transaction.$queryRaw<{ name: string }[]>`
      SELECT organizations.name FROM memberships JOIN organizations ON organizations.id = memberships.tenant_id
      WHERE user_id = ${userId}::uuid AND role = 'owner' AND deletes_at IS NULL AND NOT EXISTS (SELECT FROM memberships other
        WHERE other.tenant_id = memberships.tenant_id AND other.role = 'owner' AND other.user_id <> memberships.user_id)`;
    return rows.map(({ name }) => name);
  }

  async listMemberships(transaction: Transaction, userId: string): Promise<string[]> {
    const rows = await transaction.membership.findMany({ where: { userId } });
    return rows.map(({ tenantId }) => tenantId);
  }

  /** With memberships, sessions and mails. */
  async deleteUser(transaction: Transaction, userId: string): Promise<void> {
    await transaction.user.delete({ where: { id: userId } });
  }

  async createSession(
    transaction: Transaction,
    session: { tokenHash: Uint8Array<ArrayBuffer>; userId: string; tenantId: string | null; expiresAt: Date },
  ): Promise<void> {
    await transaction.session.create({ data: session });
  }

  /** The session's person with their role now, so that a lost membership ends every session in that organization. */
  async findSession(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<SessionRow | null> {
    const session = await transaction.session.findUnique({
      where: { tokenHash },
      include: { user: true },
    });
    if (!session?.tenantId) return null;
    const membership = await transaction.membership.findUnique({
      where: { tenantId_userId: { tenantId: session.tenantId, userId: session.userId } },
      include: { organization: { select: { name: true } } },
    });
    if (!membership) return null;
    return {
      userId: session.userId,
      email: session.user.email,
      isOperator: session.user.isOperator,
      tenantId: membership.tenantId,
      organizationName: membership.organization.name,
      role: membership.role,
      expiresAt: session.expiresAt,
    };
  }

  /** Whose it was; null where there was none. */
  async deleteSession(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
  ): Promise<{ userId: string; tenantId: string | null } | null> {
    const select = { userId: true, tenantId: true };
    const session = await transaction.session.findUnique({ where: { tokenHash }, select });
    const { count } = await transaction.session.deleteMany({ where: { tokenHash } });
    return count === 1 ? session : null;
  }
}
