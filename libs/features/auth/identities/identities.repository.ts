import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../../platform/database/database.js';

export type AnyProvider = 'google' | 'github' | 'openid' | 'single_sign_on';

/** By what a person is known at a provider's. */
export interface IdentityKey {
  provider: AnyProvider;
  issuer: string;
  subject: string;
}

export interface Visit {
  provider: AnyProvider;
  purpose: 'log_in' | 'connect' | 'test';
  tenantId: string | null;
  userId: string | null;
  returnTo: string;
  language: 'en' | 'zh';
  expiresAt: Date;
}

/** An account as a log-in by a provider needs to know it. */
export interface Account {
  id: string;
  email: string;
  emailVerifiedAt: Date | null;
  isOperator: boolean;
}

const ACCOUNT = { id: true, email: true, emailVerifiedAt: true, isOperator: true } as const;

/** Every method requires a system transaction. */
@Injectable()
export class IdentitiesRepository {
  async find(transaction: Transaction, key: IdentityKey): Promise<{ id: string; user: Account } | null> {
    const where = { provider_issuer_subject: key };
    return transaction.identity.findUnique({ where, select: { id: true, user: { select: ACCOUNT } } });
  }

  async create(
    transaction: Transaction,
    identity: IdentityKey & { id: string; userId: string; email: string; lastUsedAt: Date | null },
  ): Promise<void> {
    await transaction.identity.create({ data: identity });
  }

  async touch(transaction: Transaction, id: string, email: string, lastUsedAt: Date): Promise<void> {
    await transaction.identity.updateMany({ where: { id }, data: { email, lastUsedAt } });
  }

  list(transaction: Transaction, userId: string) {
    return transaction.identity.findMany({ where: { userId }, orderBy: { createdAt: 'asc' } });
  }

  async delete(transaction: Transaction, id: string): Promise<void> {
    await transaction.identity.deleteMany({ where: { id } });
  }

  findAccount(transaction: Transaction, email: string): Promise<Account | null> {
    return transaction.user.findUnique({ where: { email }, select: ACCOUNT });
  }

  /** Whether the organization's directory knows the person: who is no member all the same has been taken out. */
  async isInDirectory(transaction: Transaction, tenantId: string, userId: string): Promise<boolean> {
    return (await transaction.scimUser.count({ where: { tenantId, userId } })) > 0;
  }

  async hasPassword(transaction: Transaction, userId: string): Promise<boolean> {
    return (await transaction.user.count({ where: { id: userId, passwordHash: { not: null } } })) === 1;
  }

  async createVisit(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>, visit: Visit): Promise<void> {
    await transaction.providerVisit.create({ data: { tokenHash, ...visit } });
  }

  /** Ends it: of two that come at once one has it. */
  async takeVisit(transaction: Transaction, tokenHash: Uint8Array<ArrayBuffer>): Promise<Visit | null> {
    const visit = await transaction.providerVisit.findUnique({ where: { tokenHash }, omit: { tokenHash: true } });
    if (!visit) return null;
    const { count } = await transaction.providerVisit.deleteMany({ where: { tokenHash } });
    return count === 1 ? visit : null;
  }
}
