import { setTimeout as sleep } from 'node:timers/promises';
import { Inject, Injectable } from '@nestjs/common';
import { permissionsOf } from '../../platform/access/permissions.js';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { type Change, Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { newId } from '../../platform/http/ids.js';
import { randomToken, sha256 } from '../../platform/secrets/secrets.js';
import { BillingService } from '../billing/index.js';
import { NotificationsService } from '../notifications/index.js';
import { OrganizationService } from '../organizations/index.js';
import { lastOwner, noOrganization, wrongCredentials } from './auth.errors.js';
import { AuthRepository } from './auth.repository.js';
import type { DeleteAccount, Login, Signup } from './auth.schema.js';
import { newDevice, readDevice } from './device-token.js';
import { Passwords } from './passwords.js';
import { Throttle } from './throttle.js';

const SESSION_DAYS = 30;

/** What is kept of a session in memory; `principal` is null for one that no row has. */
interface KnownSession {
  principal: UserPrincipal | null;
}

export interface SignedIn {
  token: string;
  deviceToken: string;
}

const TAKEN = {
  subject: 'Somebody tried to sign up with your email address',
  text: 'Somebody tried to create an account with this email address, which already has one.\n\nIf it was you, log in instead. If it was not you, there is nothing to do: they did not get into your account.\n',
};

@Injectable()
export class AuthService {
  /** By hash: a page's many calls ask the database once, and what ends a session is heard of within milliseconds. */
  private readonly sessions: WatchedCache<KnownSession>;

  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly organizations: OrganizationService,
    private readonly billing: BillingService,
    private readonly notifications: NotificationsService,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
    changes: Changes,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.sessions = new WatchedCache(changes);
    changes.onChange((change) => this.forget(change));
  }

  /**
   * Makes the person and their organization on the Free plan, or tells an address that has an account so by mail. The caller
   * learns which it was neither from the answer nor from its time.
   */
  signup({ email, password, organizationName }: Signup, address: string): Promise<void> {
    return this.uniformly(async () => {
      await this.throttle.admitSignup(email, address);
      const user = { id: newId(), email, passwordHash: await this.passwords.hash(password) };
      const organization = { id: newId(), name: organizationName };
      try {
        await this.database.system(async (transaction) => {
          await this.repository.createUser(transaction, user);
          await this.organizations.create(transaction, organization, user.id);
          await this.billing.subscribeToFree(transaction, organization.id);
        });
      } catch (error) {
        if (!isUniqueViolation(error)) throw error;
        await this.notifyOwner(email);
      }
    });
  }

  /**
   * @param deviceToken what an earlier login left in this browser
   * @returns the session token, new at each login, and the token by which the browser is known again
   */
  login({ email, password }: Login, address: string, deviceToken: string | undefined): Promise<SignedIn> {
    return this.uniformly(async () => {
      const find = () => this.database.system((transaction) => this.repository.findUserByEmail(transaction, email));
      // Whose browser it may be is looked up first; anyone else is counted before anything is done for them.
      const known = deviceToken ? await find() : null;
      const device = known && readDevice(this.config.KINDRED_SECRET, known.id, deviceToken!);
      const giveBack = await this.throttle.admitLogin(email, address, device);
      const user = known ?? (await find());
      const isRight = await this.passwords.verify(user?.passwordHash ?? null, password);
      if (!user || !isRight) throw wrongCredentials();
      await giveBack();
      const token = await this.database.system(async (transaction) => {
        const tenantId = await this.repository.findFirstTenant(transaction, user.id);
        if (!tenantId) throw noOrganization();
        await audit(transaction, tenantId, 'user.signed_in', user.id, {}, { kind: 'user', id: user.id });
        return this.openSession(transaction, user.id, tenantId);
      });
      return { token, deviceToken: newDevice(this.config.KINDRED_SECRET, user.id) };
    });
  }

  /** @throws Problem 401 for a wrong password, 409 while an organization that is not to be deleted has no other owner */
  async deleteAccount({ userId, email }: UserPrincipal, { password }: DeleteAccount, address: string): Promise<void> {
    // A session that was taken must not guess its owner's password past every login's limit.
    const giveBack = await this.throttle.admitLogin(email, address, null);
    const user = await this.database.system((transaction) => this.repository.findUserByEmail(transaction, email));
    if (!user || !(await this.passwords.verify(user.passwordHash, password))) throw wrongCredentials();
    await giveBack();
    await this.database.system(async (transaction) => {
      const organizations = await this.repository.findOwnedAlone(transaction, userId);
      if (organizations.length > 0) throw lastOwner(organizations);
      const memberOf = await this.repository.listMemberships(transaction, userId);
      await this.repository.deleteUser(transaction, userId);
      for (const organizationId of memberOf)
        await audit(transaction, organizationId, 'user.deleted', userId, {}, { kind: 'user', id: userId });
    });
    this.sessions.forgetWhere(({ principal }) => principal?.userId === userId);
  }

  async logout(token: string): Promise<void> {
    const hash = sha256(token);
    await this.database.system(async (transaction) => {
      const ended = await this.repository.deleteSession(transaction, hash);
      if (!ended) return;
      await audit(transaction, ended.tenantId, 'user.signed_out', ended.userId, {}, { kind: 'user', id: ended.userId });
    });
    this.sessions.forget(hexOf(hash));
  }

  /** Whose session it is, with what they may do now; null for one that has ended. */
  async findPrincipal(token: string): Promise<UserPrincipal | null> {
    const hash = sha256(token);
    const { principal } = await this.sessions.get(hexOf(hash), () => this.find(hash));
    return principal && principal.credential.expiresMs > this.clock.now().getTime() ? principal : null;
  }

  private async find(hash: Uint8Array<ArrayBuffer>): Promise<KnownSession> {
    const session = await this.database.system((transaction) => this.repository.findSession(transaction, hash));
    if (!session) return { principal: null };
    const { isOperator, expiresAt, ...person } = session;
    const credential = { hash: hexOf(hash), expiresMs: expiresAt.getTime() };
    const permissions = permissionsOf(person.role, isOperator);
    return { principal: { kind: 'user', credential, ...person, permissions } };
  }

  /** Forgets the sessions that a change of a row concerns. */
  private forget({ table, tenantId, id }: Change): void {
    const where = (concerns: (principal: UserPrincipal) => boolean) =>
      this.sessions.forgetWhere(({ principal }) => principal !== null && concerns(principal));
    // As to_jsonb writes bytea.
    if (table === 'sessions') this.sessions.forget(id.replace(/^\\x/, ''));
    if (table === 'users') where(({ userId }) => userId === id);
    if (table === 'memberships') where((principal) => principal.userId === id && principal.tenantId === tenantId);
    if (table === 'organizations') where((principal) => principal.tenantId === id);
  }

  private async notifyOwner(email: string): Promise<void> {
    await this.database.system(async (transaction) => {
      const user = await this.repository.findUserByEmail(transaction, email);
      const tenantId = user && (await this.repository.findFirstTenant(transaction, user.id));
      if (tenantId) await this.notifications.emailOne(transaction, tenantId, user.id, TAKEN);
    });
  }

  /** Answers no earlier than a while after the call, whether or not there is such an account. */
  private async uniformly<T>(work: () => Promise<T>): Promise<T> {
    const [result] = await Promise.allSettled([work(), sleep(this.config.KINDRED_SIGN_IN_MS)]);
    if (result.status === 'rejected') throw result.reason;
    return result.value;
  }

  private async openSession(transaction: Transaction, userId: string, tenantId: string) {
    const token = randomToken();
    const expiresAt = new Date(this.clock.now().getTime() + SESSION_DAYS * 86_400_000);
    await this.repository.createSession(transaction, { tokenHash: sha256(token), userId, tenantId, expiresAt });
    return token;
  }
}

function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
