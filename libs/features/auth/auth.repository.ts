import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { CurrentImpersonation, Suspension } from '../../platform/access/principal.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';

export interface Membership {
  tenantId: string;
  organizationName: string;
  role: Role;
  suspension: Suspension | null;
}

/** An organization that an operator entered, which may be over. */
export interface Entered extends Membership {
  impersonation: CurrentImpersonation;
  endedAt: Date | null;
}

export interface SessionRow {
  authenticatedAt: Date;
  secondFactorAt: Date | null;
  hasSecondFactor: boolean;
  sessionId: string;
  lastUsedAt: Date;
  userId: string;
  email: string;
  emailVerifiedAt: Date | null;
  language: 'en' | 'zh';
  isOperator: boolean;
  /** Which of the memberships was chosen last; it may have ended since. */
  tenantId: string | null;
  memberships: Membership[];
  entered: Entered | null;
  expiresAt: Date;
}

export interface NewSession {
  id: string;
  tokenHash: Uint8Array<ArrayBuffer>;
  userId: string;
  tenantId: string | null;
  createdAt: Date;
  lastUsedAt: Date;
  expiresAt: Date;
  authenticatedAt: Date;
  secondFactorAt: Date | null;
  userAgent: string | null;
  network: string | null;
}

/** What its person sees of a session. */
export interface OwnSession {
  id: string;
  tokenHash: Uint8Array;
  userAgent: string | null;
  network: string | null;
  createdAt: Date;
  lastUsedAt: Date;
}

/** Whoever wants to log in. */
export interface KnownUser {
  id: string;
  email: string;
  passwordHash: string | null;
  createdAt: Date;
}

export interface NewUser {
  id: string;
  email: string;
  /** Null of who logs in by a provider. */
  passwordHash: string | null;
  language: 'en' | 'zh';
  emailVerifiedAt?: Date;
}

const KNOWN_USER = { id: true, email: true, passwordHash: true, createdAt: true } as const;

const ORGANIZATION = { select: { name: true, suspendedAt: true, suspensionReason: true } } as const;

type ImpersonationRow = Prisma.ImpersonationGetPayload<object>;

function toMembership({
  tenantId,
  role,
  organization,
}: {
  tenantId: string;
  role: Role;
  organization: { name: string; suspendedAt: Date | null; suspensionReason: string | null };
}): Membership {
  const { name: organizationName, suspendedAt, suspensionReason } = organization;
  const suspension = suspendedAt && { suspendedAt, reason: suspensionReason! };
  return { tenantId, organizationName, role, suspension };
}

/** People and their sessions, which stand above any one tenant: every method requires a system transaction. */
@Injectable()
export class AuthRepository {
  async createUser(transaction: Transaction, user: NewUser): Promise<void> {
    await transaction.user.create({ data: user });
  }

  findUserByEmail(transaction: Transaction, email: string): Promise<KnownUser | null> {
    return transaction.user.findUnique({ where: { email }, select: KNOWN_USER });
  }

  findUser(transaction: Transaction, id: string): Promise<KnownUser> {
    return transaction.user.findUniqueOrThrow({
      where: { id },
      select: KNOWN_USER,
    });
  }

  /**
   * Changes the person only as they were known.
   *
   * @returns whether they still were so
   */
  async updateUser(
    transaction: Transaction,
    known: { id: string; email?: string; passwordHash?: string | null },
    data: { email?: string; emailVerifiedAt?: Date; passwordHash?: string; language?: 'en' | 'zh' },
  ): Promise<boolean> {
    return (await transaction.user.updateMany({ where: known, data })).count === 1;
  }

  /** Of two changes of one account that come at once, one waits for the other. */
  async lockUser(transaction: Transaction, id: string): Promise<void> {
    await transaction.$queryRaw`SELECT id FROM users WHERE id = ${id}::uuid FOR UPDATE`;
  }

  /**
   * @param except the hash of the session that goes on
   * @returns how many there were
   */
  async deleteSessions(transaction: Transaction, userId: string, except?: Uint8Array<ArrayBuffer>): Promise<number> {
    // What is half open is ended too.
    await transaction.pendingLogin.deleteMany({ where: { userId } });
    const where = { userId, ...(except && { tokenHash: { not: except } }) };
    return (await transaction.session.deleteMany({ where })).count;
  }

  /** Those that act in the organization. */
  async deleteSessionsIn(transaction: Transaction, userId: string, tenantId: string): Promise<void> {
    await transaction.session.deleteMany({ where: { userId, tenantId } });
  }

  /** Those that have not ended, the last used first. */
  listSessions(transaction: Transaction, userId: string, now: Date): Promise<OwnSession[]> {
    const select = { id: true, tokenHash: true, userAgent: true, network: true, createdAt: true, lastUsedAt: true };
    return transaction.session.findMany({
      where: { userId, expiresAt: { gt: now } },
      select,
      orderBy: [{ lastUsedAt: 'desc' }, { id: 'asc' }],
    });
  }

  /** @returns whether the person had such a session */
  async deleteOwnSession(transaction: Transaction, userId: string, id: string): Promise<boolean> {
    return (await transaction.session.deleteMany({ where: { userId, id } })).count === 1;
  }

  /** That the session was used just now, which puts its end off. */
  async touchSession(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
    lastUsedAt: Date,
    idleDays: number,
    days: number,
  ): Promise<void> {
    await transaction.$executeRaw`
      UPDATE sessions SET last_used_at = ${lastUsedAt}, expires_at = least(
        created_at + make_interval(days => ${days}::int), ${lastUsedAt}::timestamptz + make_interval(days => ${idleDays}::int))
      WHERE token_hash = ${tokenHash} AND last_used_at < ${lastUsedAt} AND expires_at > ${lastUsedAt}`;
  }

  async createPendingLogin(
    transaction: Transaction,
    login: { tokenHash: Uint8Array<ArrayBuffer>; userId: string; expiresAt: Date },
  ): Promise<void> {
    await transaction.pendingLogin.create({ data: login });
  }

  /** Whose login it is; null where it has expired or was completed. */
  async findPendingLogin(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
    now: Date,
  ): Promise<KnownUser | null> {
    const login = await transaction.pendingLogin.findUnique({
      where: { tokenHash, expiresAt: { gt: now } },
      select: { user: { select: KNOWN_USER } },
    });
    return login?.user ?? null;
  }

  /** @returns whether it was there: of two that come at once one has it */
  async deletePendingLogin(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return (await transaction.pendingLogin.deleteMany({ where: { tokenHash } })).count === 1;
  }

  async hasSession(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<boolean> {
    return (await transaction.session.count({ where: { tokenHash } })) === 1;
  }

  /** That the session's person has shown again who they are. @returns whether it still goes on */
  async setAuthenticated(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
    at: { authenticatedAt: Date; secondFactorAt?: Date },
  ): Promise<boolean> {
    return (await transaction.session.updateMany({ where: { tokenHash }, data: at })).count === 1;
  }

  /** Whether the account is new, or known from any session that goes on. */
  async countSessions(transaction: Transaction, userId: string): Promise<number> {
    return transaction.session.count({ where: { userId } });
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

  async createSession(transaction: Transaction, session: NewSession): Promise<void> {
    await transaction.session.create({ data: session });
  }

  /** The session's person with what they are now in each organization. */
  async findSession(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<SessionRow | null> {
    const session = await transaction.session.findUnique({
      where: { tokenHash },
      include: {
        user: {
          include: {
            memberships: { include: { organization: ORGANIZATION } },
            totp: { select: { confirmedAt: true } },
            _count: { select: { passkeys: true } },
          },
        },
        impersonation: { include: { organization: ORGANIZATION } },
      },
    });
    if (!session) return null;
    const { id: sessionId, userId, user, tenantId, impersonation, lastUsedAt, expiresAt } = session;
    const { authenticatedAt, secondFactorAt } = session;
    const { email, emailVerifiedAt, language, isOperator } = user;
    const memberships = user.memberships.map(toMembership);
    const entered = impersonation && {
      ...toMembership(impersonation),
      ...(await this.readImpersonation(transaction, impersonation)),
    };
    return {
      sessionId,
      userId,
      email,
      emailVerifiedAt,
      language,
      isOperator,
      tenantId,
      memberships,
      entered,
      lastUsedAt,
      expiresAt,
      authenticatedAt,
      secondFactorAt,
      hasSecondFactor: Boolean(user.totp?.confirmedAt) || user._count.passkeys > 0,
    };
  }

  /** Begins what an operator does in an organization in this session. Requires that there is such an impersonation of theirs. */
  async setImpersonation(
    transaction: Transaction,
    tokenHash: Uint8Array<ArrayBuffer>,
    impersonationId: string,
  ): Promise<void> {
    await transaction.session.updateMany({ where: { tokenHash }, data: { impersonationId } });
  }

  private async readImpersonation(
    transaction: Transaction,
    { id, memberId, reason, endsAt, endedAt }: ImpersonationRow,
  ): Promise<Pick<Entered, 'impersonation' | 'endedAt'>> {
    const member =
      memberId && (await transaction.user.findUnique({ where: { id: memberId }, select: { email: true } }));
    return { impersonation: { id, memberEmail: (member && member.email) || null, reason, endsAt }, endedAt };
  }

  /** In which organization the session acts from now on. */
  async setTenant(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>, tenantId: string): Promise<void> {
    await transaction.session.updateMany({ where: { tokenHash }, data: { tenantId } });
  }

  /** Makes every other change of who is a member of the person's organizations wait. */
  async lockOrganizations(transaction: Transaction, userId: string): Promise<void> {
    await transaction.$queryRaw`
      SELECT FROM organizations WHERE id IN (SELECT tenant_id FROM memberships WHERE user_id = ${userId}::uuid) ORDER BY id FOR UPDATE`;
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
