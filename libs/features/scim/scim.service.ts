import { Inject, Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { ScimPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { notFound, Problem } from '../../platform/errors/problem.js';
import { emailSchema } from '../../platform/http/email.js';
import { parseId } from '../../platform/http/ids.js';
import { LiveSessions, VouchedAccounts } from '../auth/index.js';
import { MembersService } from '../members/index.js';
import { SingleSignOnService } from '../single-sign-on/index.js';
import { parseFilter } from './scim-filter.js';
import { NOBODY, patched, replaced, type ScimUser } from './scim-user.js';
import { type KnownUser, ScimUsersRepository } from './scim-users.repository.js';
import { accountNotTheirs, addressStays, alreadyKnown, noAddress, otherDomain, userNameTaken } from './scim.errors.js';
import {
  LIST_SCHEMA,
  type ListUsersQuery,
  PAGE_MAX,
  type ScimBody,
  type ScimPatch,
  type Shown,
  USER_SCHEMA,
} from './scim.schema.js';

type GivenRole = Exclude<Role, 'owner'>;

/** Where nothing else says as what somebody becomes a member. */
const DEFAULT_ROLE = 'developer';

/** What is compared to say what of a person the directory changed; only the names of these are written down. */
const PROFILE = ['userName', 'externalId', 'displayName', 'formattedName', 'givenName', 'familyName'] as const;

/**
 * An organization's people as its directory keeps them: whom it assigns becomes a member, whom it takes out is none any more from
 * that moment on.
 */
@Injectable()
export class ScimService {
  constructor(
    private readonly database: Database,
    private readonly repository: ScimUsersRepository,
    private readonly accounts: VouchedAccounts,
    private readonly sessions: LiveSessions,
    private readonly members: MembersService,
    private readonly singleSignOn: SingleSignOnService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws Problem 400 for a filter that is none of the few */
  async list({ tenantId }: ScimPrincipal, { filter, startIndex, count, ...shown }: ListUsersQuery) {
    const wanted = filter === undefined ? null : parseFilter(filter);
    const from = Math.max(1, startIndex);
    const page = { offset: from - 1, limit: Math.min(PAGE_MAX, Math.max(0, count)) };
    const { total, users } = await this.database.tenant(tenantId, (transaction) =>
      this.repository.list(transaction, tenantId, wanted, page),
    );
    return {
      schemas: [LIST_SCHEMA],
      totalResults: total,
      startIndex: from,
      itemsPerPage: users.length,
      Resources: users.map((user) => this.toResource(user, shown)),
    };
  }

  /** @throws Problem 404 */
  async get({ tenantId }: ScimPrincipal, id: string, shown: Shown) {
    const user = await this.database.tenant(tenantId, (transaction) => this.require(transaction, tenantId, id));
    return this.toResource(user, shown);
  }

  /**
   * A member whom the directory did not know is taken over as they are; who has no account gets one, without a password.
   *
   * @throws Problem 409 for whom the directory knows, or whose account nobody has shown to be theirs; 400 for a domain of others
   */
  async create({ tenantId }: ScimPrincipal, body: ScimBody) {
    const said = replaced(NOBODY, body);
    const email = said.email ?? emailSchema.safeParse(said.userName).data;
    if (!email) throw noAddress();
    const created = this.change(tenantId, async (transaction) => {
      await this.requireOwn(transaction, tenantId, email);
      const account = await this.findAccount(transaction, email);
      const known = account && (await this.repository.find(transaction, tenantId, account.id));
      if (known?.isKnown) throw alreadyKnown(email);
      await this.requireFreeName(transaction, tenantId, said.userName, account?.id);
      const id = account?.id ?? (await this.accounts.create(transaction, email, 'en'));
      const before = known ?? { ...said, active: false, id, email, accountEmail: email, role: null };
      await this.settle(transaction, tenantId, before, { ...said, role: said.role ?? before.role });
      await audit(transaction, tenantId, 'scim_user.created', id, {
        after: { active: said.active },
        personal: { email },
      });
      return id;
    });
    return created.catch((error: unknown) => {
      // Somebody signed up with the address just now.
      throw isUniqueViolation(error) ? accountNotTheirs(email) : error;
    });
  }

  /** Says anew all that is known of the person. @throws Problem 404 */
  replace(caller: ScimPrincipal, id: string, body: ScimBody) {
    return this.update(caller, id, (before) => replaced(before, body));
  }

  /** @throws Problem 404 */
  patch(caller: ScimPrincipal, id: string, { Operations }: ScimPatch) {
    return this.update(caller, id, (before) => patched(before, Operations));
  }

  /** @throws Problem 404; 409 for the last owner */
  async delete({ tenantId }: ScimPrincipal, userId: string): Promise<void> {
    await this.database.system(async (transaction) => {
      await this.members.lock(transaction, tenantId);
      const { id, userName, email, accountEmail, active, role } = await this.require(transaction, tenantId, userId);
      if (active) await this.takeOut(transaction, tenantId, { id, role });
      const now = this.clock.now();
      const nothing = { ...NOBODY, userName: accountEmail, role: givenRole(role) };
      await this.repository.save(transaction, tenantId, id, nothing, now, now);
      await audit(transaction, tenantId, 'scim_user.deleted', id, {
        before: { active },
        personal: { email: email ?? userName },
      });
    });
    this.sessions.forgetSessionsOf(userId);
  }

  private update({ tenantId }: ScimPrincipal, userId: string, say: (before: ScimUser) => ScimUser) {
    return this.change(tenantId, async (transaction) => {
      const before = await this.require(transaction, tenantId, userId);
      const { id, userName, email } = before;
      const after = say(before);
      // Whoever is taken out is so whatever address the directory knows them by: their account may have another by now.
      if (after.active && after.email !== email) throw addressStays();
      await this.requireFreeName(transaction, tenantId, after.userName, id);
      await this.settle(transaction, tenantId, before, after);
      const changed = PROFILE.filter((name) => before[name] !== after[name]);
      if (changed.length > 0)
        await audit(transaction, tenantId, 'scim_user.updated', id, {
          after: { changed },
          personal: { email: email ?? userName },
        });
      return id;
    });
  }

  /** In one transaction, one of the organization's after another, and answers the person as they are then. */
  private async change(tenantId: string, work: (transaction: Transaction) => Promise<string>) {
    const user = await this.database.system(async (transaction) => {
      await this.members.lock(transaction, tenantId);
      return this.require(transaction, tenantId, await work(transaction));
    });
    this.sessions.forgetSessionsOf(user.id);
    return this.toResource(user, {});
  }

  /** Makes the membership and what is remembered of the person what the directory says. */
  private async settle(
    transaction: Transaction,
    tenantId: string,
    before: Omit<KnownUser, 'role' | 'isKnown' | 'createdAt' | 'updatedAt'> & { role: Role | null },
    after: ScimUser,
  ): Promise<void> {
    const { id, email, accountEmail, userName } = before;
    const wanted = after.role ?? (await this.singleSignOn.defaultRole(transaction, tenantId)) ?? DEFAULT_ROLE;
    const role = givenRole(wanted);
    await this.repository.save(transaction, tenantId, id, { ...after, role }, this.clock.now());
    if (before.active && !after.active) await this.takeOut(transaction, tenantId, { id, role: before.role! });
    else if (!before.active && after.active) {
      await this.requireOwn(transaction, tenantId, accountEmail, email ?? userName);
      await this.accounts.join(transaction, { tenantId, userId: id, role });
    } else if (after.active && before.role !== 'owner' && before.role !== role)
      await this.members.changeRoleByDirectory(transaction, tenantId, { id, role: before.role! }, role);
  }

  /** They are no member any more, and what they had open there is closed. */
  private async takeOut(transaction: Transaction, tenantId: string, member: { id: string; role: Role }): Promise<void> {
    await this.members.removeByDirectory(transaction, tenantId, member);
    await this.sessions.endSessionsIn(transaction, member.id, tenantId);
  }

  private async requireOwn(transaction: Transaction, tenantId: string, email: string, knownAs = email): Promise<void> {
    if (!(await this.singleSignOn.isOwnAddress(transaction, tenantId, email))) throw otherDomain(knownAs);
  }

  /** As single sign-on takes accounts along. */
  private async findAccount(transaction: Transaction, email: string) {
    try {
      return await this.accounts.find(transaction, email);
    } catch (error) {
      throw error instanceof Problem ? accountNotTheirs(email) : error;
    }
  }

  private async requireFreeName(
    transaction: Transaction,
    tenantId: string,
    userName: string,
    id: string | undefined,
  ): Promise<void> {
    if (await this.repository.isTaken(transaction, tenantId, userName, id ?? null)) throw userNameTaken(userName);
  }

  private async require(transaction: Transaction, tenantId: string, id: string): Promise<KnownUser> {
    const user = await this.repository.find(transaction, tenantId, parseId('member', id));
    if (!user) throw notFound('member', id);
    return user;
  }

  private toResource(user: KnownUser, { attributes, excludedAttributes }: Shown): Record<string, unknown> {
    const { id, userName, externalId, displayName, formattedName, givenName, familyName, email, active, role } = user;
    const name = withoutNull({ formatted: formattedName, givenName, familyName });
    const resource: Record<string, unknown> = withoutNull({
      userName,
      externalId,
      name: Object.keys(name).length > 0 ? name : null,
      displayName,
      emails: email && [{ value: email, type: 'work', primary: true }],
      active,
      roles: [{ value: role, primary: true }],
      meta: {
        resourceType: 'User',
        created: user.createdAt.toISOString(),
        lastModified: user.updatedAt.toISOString(),
        location: `${this.config.PUBLIC_URL}/scim/v2/Users/${id}`,
      },
    });
    const [only, without] = [namesOf(attributes), namesOf(excludedAttributes)];
    const shown = Object.entries(resource).filter(
      ([each]) => (!only || only.has(each.toLowerCase())) && !without?.has(each.toLowerCase()),
    );
    return { schemas: [USER_SCHEMA], id, ...Object.fromEntries(shown) };
  }
}

/** Owners are made by owners alone, also those who were one before. */
function givenRole(role: Role): GivenRole {
  return role === 'owner' ? 'admin' : role;
}

function withoutNull(object: object): Record<string, unknown> {
  return Object.fromEntries(Object.entries(object).filter(([, value]) => value !== null));
}

/** What stands between commas, each by the attribute that it is, or is a part of. */
function namesOf(list: string | undefined): Set<string> | null {
  if (!list) return null;
  const names = list
    .split(',')
    .map((each) => each.trim().replace(`${USER_SCHEMA}:`, '').split('.', 1)[0]!.toLowerCase());
  return new Set(names);
}
