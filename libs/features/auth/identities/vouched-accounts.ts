import { Injectable } from '@nestjs/common';
import type { Role } from '../../../platform/access/permissions.js';
import { type Actor, audit } from '../../../platform/audit/audit.js';
import { Clock } from '../../../platform/clock/clock.js';
import type { Transaction } from '../../../platform/database/database.js';
import { newId } from '../../../platform/http/ids.js';
import { MembersService } from '../../members/index.js';
import { AuthRepository } from '../auth.repository.js';
import { accountExists, accountUnverified } from './identities.errors.js';
import { type Account, IdentitiesRepository } from './identities.repository.js';

/**
 * Accounts that an organization may take along, because it has shown that their addresses are of its own domains: by its single
 * sign-on, or by its directory. Every method requires a system transaction, and that whoever asks has looked at the domain.
 */
@Injectable()
export class VouchedAccounts {
  constructor(
    private readonly repository: IdentitiesRepository,
    private readonly accounts: AuthRepository,
    private readonly members: MembersService,
    private readonly clock: Clock,
  ) {}

  /**
   * The account that has the address; null where none has.
   *
   * @throws Problem 409 for one that nobody has shown to be theirs, and for an operator's
   */
  async find(transaction: Transaction, email: string): Promise<Account | null> {
    const account = await this.repository.findAccount(transaction, email);
    // An operator's account is never a customer's to open.
    if (account?.isOperator) throw accountExists();
    // Somebody else may have signed up with the address, to be there first.
    if (account && !account.emailVerifiedAt) throw accountUnverified();
    return account;
  }

  /** One without a password. @returns whose it is */
  async create(transaction: Transaction, email: string, language: 'en' | 'zh'): Promise<string> {
    const user = { id: newId(), email, passwordHash: null, language, emailVerifiedAt: this.clock.now() };
    await this.accounts.createUser(transaction, user);
    return user.id;
  }

  /** @throws Problem 409 for who is a member of too many organizations */
  async join(
    transaction: Transaction,
    member: { tenantId: string; userId: string; role: Role },
    actor?: Actor,
  ): Promise<void> {
    const { tenantId, userId, role } = member;
    await this.members.add(transaction, member);
    await audit(transaction, tenantId, 'member.joined', userId, { after: { role } }, actor);
  }
}
