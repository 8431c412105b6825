import { Injectable } from '@nestjs/common';
import {
  PERMISSION_MEANINGS,
  PERMISSIONS,
  type Role,
  ROLE_PERMISSIONS,
  ROLES,
} from '../../platform/access/permissions.js';
import { requirePermission, type UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isForeignKeyViolation, isUniqueViolation } from '../../platform/database/errors.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { NotificationsService } from '../notifications/index.js';
import { alreadyMember, forOwners, onlyOwner, operatorApart, tooManyMemberships } from './members.errors.js';
import { lockPerson, MembersRepository } from './members.repository.js';
import type { ChangeRole, ListMembersQuery, Member, Roles, Transfer } from './members.schema.js';

/** Who belongs to an organization, and as what. An organization that is not about to go always has an owner. */
@Injectable()
export class MembersService {
  constructor(
    private readonly database: Database,
    private readonly repository: MembersRepository,
    private readonly notifications: NotificationsService,
  ) {}

  async list(tenantId: string, query: ListMembersQuery) {
    return toPage(
      await this.database.tenant(tenantId, (transaction) => this.repository.list(transaction, query)),
      query,
    );
  }

  roles(): Roles {
    return {
      roles: ROLES.map((role) => ({ role, permissions: [...ROLE_PERMISSIONS[role]] })),
      permissions: PERMISSIONS.filter((permission) => permission !== 'operator').map((permission) => ({
        permission,
        meaning: PERMISSION_MEANINGS[permission],
      })),
    };
  }

  /**
   * In the system transaction that makes the organization or accepts an invitation of it, which writes down what happened.
   *
   * @throws Problem 409 for who is a member already, or of too many organizations
   */
  async add(transaction: Transaction, member: { tenantId: string; userId: string; role: Role }): Promise<void> {
    const { userId } = member;
    await lockPerson(transaction, userId);
    const { most } = BOUNDS.membershipsOfPerson;
    if ((await this.repository.countOf(transaction, userId)) >= most) throw tooManyMemberships(most);
    try {
      await this.repository.add(transaction, member);
    } catch (error) {
      if (isForeignKeyViolation(error)) throw operatorApart();
      throw isUniqueViolation(error) ? alreadyMember() : error;
    }
  }

  /**
   * In the system transaction that takes somebody out or gives them another role because the organization's directory says so; what is
   * said here of the member is then true until its end.
   */
  async lock(transaction: Transaction, tenantId: string): Promise<void> {
    await this.repository.lock(transaction, tenantId);
  }

  /** As the directory says. @throws Problem 409 where no owner would be left */
  async removeByDirectory(
    transaction: Transaction,
    tenantId: string,
    member: { id: string; role: Role },
  ): Promise<void> {
    await this.end(transaction, tenantId, member, 'member.removed');
  }

  /** As the directory says, which neither makes nor changes owners. */
  async changeRoleByDirectory(
    transaction: Transaction,
    tenantId: string,
    member: { id: string; role: Exclude<Role, 'owner'> },
    role: Exclude<Role, 'owner'>,
  ): Promise<void> {
    await this.giveRole(transaction, tenantId, member, role);
  }

  /** How many organizations the person owns, until the end of the system transaction. */
  async countOwned(transaction: Transaction, userId: string): Promise<number> {
    await lockPerson(transaction, userId);
    return this.repository.countOf(transaction, userId, 'owner');
  }

  /** Whether the address is one of a member's. */
  has(transaction: Transaction, email: string): Promise<boolean> {
    return this.repository.hasEmail(transaction, email);
  }

  /** @throws Problem 403 where the caller may not, 409 where no owner would be left */
  changeRole(caller: UserPrincipal, memberId: string, { role }: ChangeRole): Promise<Member> {
    return this.change(caller, async (transaction, own) => {
      const before = await this.require(transaction, memberId);
      requireRight(own, before.role, role);
      if (before.role === 'owner' && role !== 'owner') await this.requireAnotherOwner(transaction, caller.tenantId);
      return this.setRole(transaction, caller, before, role);
    });
  }

  /** @throws Problem 403 where the caller may not, 409 where no owner would be left */
  async remove(caller: UserPrincipal, memberId: string): Promise<void> {
    await this.change(caller, async (transaction, own) => {
      const before = await this.require(transaction, memberId);
      requireRight(own, before.role);
      await this.end(transaction, caller.tenantId, before, 'member.removed');
      if (before.id === caller.userId) return;
      const values = { organizationName: caller.organizationName, removedBy: caller.email };
      await this.notifications.emailOne(transaction, caller.tenantId, before.id, {
        template: 'member_removed',
        values,
      });
    });
  }

  /** @throws Problem 409 for the last owner */
  async leave(caller: UserPrincipal): Promise<void> {
    await this.change(caller, (transaction, own) => this.end(transaction, caller.tenantId, own, 'member.left'));
  }

  /** Makes another member an owner, and the caller an admin. */
  async transfer(caller: UserPrincipal, { memberId }: Transfer): Promise<Member> {
    return this.change(caller, async (transaction, own) => {
      if (own.role !== 'owner') throw forOwners();
      const before = await this.require(transaction, memberId);
      if (before.id === own.id) return own;
      const after = await this.setRole(transaction, caller, before, 'owner');
      await this.setRole(transaction, caller, own, 'admin');
      return after;
    });
  }

  /** With what the caller is now, which may be less than when they called: changes come one after another. */
  private change<T>(
    { tenantId, userId }: UserPrincipal,
    work: (transaction: Transaction, own: Member) => Promise<T>,
  ): Promise<T> {
    return this.database.tenant(tenantId, async (transaction) => {
      await this.repository.lock(transaction, tenantId);
      return work(transaction, await this.require(transaction, userId));
    });
  }

  /** Tells the person by mail, unless they did it themselves. */
  private async setRole(
    transaction: Transaction,
    { tenantId, userId, email, organizationName }: UserPrincipal,
    before: Member,
    role: Role,
  ): Promise<Member> {
    if (before.role === role) return before;
    await this.giveRole(transaction, tenantId, before, role);
    const values = { organizationName, changedBy: email, before: before.role, role };
    if (before.id !== userId)
      await this.notifications.emailOne(transaction, tenantId, before.id, { template: 'role_changed', values });
    return { ...before, role };
  }

  private async giveRole(
    transaction: Transaction,
    tenantId: string,
    before: Pick<Member, 'id' | 'role'>,
    role: Role,
  ): Promise<void> {
    await this.repository.setRole(transaction, tenantId, before.id, role);
    const change = { before: { role: before.role }, after: { role } };
    await audit(transaction, tenantId, 'member.role_changed', before.id, change);
  }

  private async end(
    transaction: Transaction,
    tenantId: string,
    { id, role }: Pick<Member, 'id' | 'role'>,
    action: 'member.removed' | 'member.left',
  ): Promise<void> {
    if (role === 'owner') await this.requireAnotherOwner(transaction, tenantId);
    await this.repository.remove(transaction, tenantId, id);
    await audit(transaction, tenantId, action, id, { before: { role } });
  }

  private async requireAnotherOwner(transaction: Transaction, tenantId: string): Promise<void> {
    if ((await this.repository.countOwners(transaction, tenantId)) < 2) throw onlyOwner();
  }

  private async require(transaction: Transaction, userId: string): Promise<Member> {
    const member = await this.repository.find(transaction, parseId('member', userId));
    if (!member) throw notFound('member', userId);
    return member;
  }
}

/** Whoever may change members may do so with all but owners, whom only owners make and change. */
function requireRight({ role: own }: Member, ...concerned: Role[]): void {
  const permissions = ROLE_PERMISSIONS[own];
  requirePermission({ permissions }, 'members:write');
  requireToGive({ permissions }, ...concerned);
}

/** @throws Problem 403 where one of the roles is an owner's and the caller's is not */
export function requireToGive({ permissions }: Pick<UserPrincipal, 'permissions'>, ...roles: Role[]): void {
  if (roles.includes('owner') && !permissions.includes('organization:write')) throw forOwners();
}
