import { Inject, Injectable } from '@nestjs/common';
import { permissionsOf } from '../../platform/access/permissions.js';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { type Change, Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { currentRequest } from '../../platform/http/current-request.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import { randomToken, sha256 } from '../../platform/secrets/secrets.js';
import { notAuthenticated, notInOrganization } from './auth.errors.js';
import { AuthRepository, type SessionRow } from './auth.repository.js';

/** How long a session lasts at most, and how long unused. */
const SESSION_DAYS = 30;
const IDLE_DAYS = 14;
const DAY_MS = 86_400_000;

/** When it was last used is written down this often, however often it is. */
const TOUCH_MS = 5 * 60_000;

/** What a browser says of itself is kept up to here. */
const USER_AGENT_MAX = 400;

/** What is kept of a session in memory; null for one that no row has. */
interface KnownSession {
  session: SessionRow | null;
}

/** Of whoever acts in no organization: what they see of organizations is what the nil id has, which is nothing. */
const NO_MEMBERSHIP = { tenantId: NIL_ID, organizationName: '', role: null, suspension: null };

/** The sessions that go on: whose each is, and what they may do by it. */
@Injectable()
export class LiveSessions {
  /** By hash: a page's many calls ask the database once, and what ends a session is heard of within milliseconds. */
  private readonly sessions: WatchedCache<KnownSession>;

  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly clock: Clock,
    changes: Changes,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.sessions = new WatchedCache(changes);
    changes.onChange((change) => this.forget(change));
  }

  /** Requires a system transaction. @returns its token, which is nowhere else */
  async open(transaction: Transaction, userId: string, tenantId: string | null, secondFactorAt: Date | null) {
    const token = randomToken();
    const now = this.clock.now();
    const request = currentRequest();
    await this.repository.createSession(transaction, {
      tokenHash: sha256(token),
      id: newId(),
      userId,
      tenantId,
      createdAt: now,
      lastUsedAt: now,
      expiresAt: new Date(now.getTime() + IDLE_DAYS * DAY_MS),
      authenticatedAt: now,
      secondFactorAt,
      userAgent: request?.userAgent?.slice(0, USER_AGENT_MAX) ?? null,
      network: request?.network ?? null,
    });
    return token;
  }

  async end(token: string): Promise<void> {
    const hash = sha256(token);
    await this.database.system(async (transaction) => {
      const ended = await this.repository.deleteSession(transaction, hash);
      if (!ended) return;
      await audit(transaction, ended.tenantId, 'user.signed_out', ended.userId, {}, { kind: 'user', id: ended.userId });
    });
    this.sessions.forget(hexOf(hash));
  }

  /**
   * Whose session it is, with what they may do now; null for one that has ended.
   *
   * @param organizationId in which organization they want to act; where absent, or where they are no member of it, in that which they chose last
   */
  async findPrincipal(token: string, organizationId?: string): Promise<UserPrincipal | null> {
    const hash = sha256(token);
    const session = await this.findSession(hash);
    if (!session) return null;
    const { userId, email, emailVerifiedAt, language, isOperator, memberships, entered, expiresAt } = session;
    const { authenticatedAt, secondFactorAt, hasSecondFactor } = session;
    // Where everything is for trying out, whoever reads the screen may operate.
    const hasShown = hasSecondFactor && secondFactorAt !== null;
    const needsSecondFactor = isOperator && !hasShown && !this.config.KINDRED_MAILBOX;
    const shown = { authenticatedAt, secondFactorAt, hasSecondFactor, needsSecondFactor };
    const person = { kind: 'user' as const, userId, email, emailVerifiedAt, language, ...shown };
    if (isOperator && entered && !entered.endedAt && entered.impersonation.endsAt > this.clock.now()) {
      const { tenantId, organizationName, role, suspension, impersonation } = entered;
      // What is followed in it ends with it.
      const expiresMs = Math.min(expiresAt.getTime(), impersonation.endsAt.getTime());
      const permissions = permissionsOf(role, false);
      return {
        ...person,
        credential: { hash: hexOf(hash), expiresMs },
        tenantId,
        organizationName,
        role,
        suspension,
        impersonation,
        permissions,
      };
    }
    const membershipOf = (id: string | null | undefined) => memberships.find(({ tenantId }) => tenantId === id);
    const membership = membershipOf(organizationId) ?? membershipOf(session.tenantId) ?? NO_MEMBERSHIP;
    const credential = { hash: hexOf(hash), expiresMs: expiresAt.getTime() };
    const permissions = permissionsOf(membership.role, isOperator);
    return { ...person, credential, ...membership, permissions, impersonation: null };
  }

  /** The operator's session acts from now on as the impersonation says, in the system transaction that makes it. */
  async enter(transaction: Transaction, { credential }: UserPrincipal, impersonationId: string): Promise<void> {
    await this.repository.setImpersonation(transaction, bytesOf(credential.hash), impersonationId);
  }

  /**
   * The session acts in that organization from now on, unless a call names another.
   *
   * @throws Problem 404 where the person is no member of it
   */
  async chooseOrganization(token: string, organizationId: string): Promise<UserPrincipal> {
    const hash = sha256(token);
    // Of a membership that was made a moment ago this process may not have heard yet.
    this.sessions.forget(hexOf(hash));
    const principal = await this.findPrincipal(token, organizationId);
    if (!principal) throw notAuthenticated();
    const { userId, tenantId } = principal;
    if (tenantId !== organizationId) throw notInOrganization(organizationId);
    await this.database.system(async (transaction) => {
      await this.repository.setTenant(transaction, hash, tenantId);
      await audit(transaction, tenantId, 'user.chose_organization', userId, {}, { kind: 'user', id: userId });
    });
    this.sessions.forget(hexOf(hash));
    return principal;
  }

  /** The session as its row is now, which another process may have changed: null where it has ended. */
  async findAnew(credentialHash: string): Promise<SessionRow | null> {
    this.sessions.forget(credentialHash);
    return this.findSession(bytesOf(credentialHash));
  }

  /** What the transaction before has ended is so here at once. */
  forgetSessionsOf(userId: string): void {
    this.sessions.forgetWhere(({ session }) => session?.userId === userId);
  }

  /** Ends those sessions of the person that act in the organization. Requires a system transaction. */
  async endSessionsIn(transaction: Transaction, userId: string, tenantId: string): Promise<void> {
    await this.repository.deleteSessionsIn(transaction, userId, tenantId);
  }

  /** The session that goes on; that it was used is written down, while nobody waits for it. */
  private async findSession(hash: Uint8Array<ArrayBuffer>): Promise<SessionRow | null> {
    const now = this.clock.now();
    let { session } = await this.sessions.get(hexOf(hash), () => this.find(hash));
    if (session && session.expiresAt <= now) {
      // Used by another process it may go on.
      this.sessions.forget(hexOf(hash));
      ({ session } = await this.sessions.get(hexOf(hash), () => this.find(hash)));
    }
    if (!session || session.expiresAt <= now) return null;
    if (now.getTime() - session.lastUsedAt.getTime() >= TOUCH_MS) {
      session.lastUsedAt = now;
      // Where Postgres is away it stays as it was.
      void this.database
        .system((transaction) => this.repository.touchSession(transaction, hash, now, IDLE_DAYS, SESSION_DAYS))
        .then(
          () => this.sessions.forget(hexOf(hash)),
          () => {},
        );
    }
    return session;
  }

  private async find(hash: Uint8Array<ArrayBuffer>): Promise<KnownSession> {
    return { session: await this.database.system((transaction) => this.repository.findSession(transaction, hash)) };
  }

  /** Forgets the sessions that a change of a row concerns. */
  private forget({ table, id }: Change): void {
    const where = (concerns: (session: SessionRow) => boolean) =>
      this.sessions.forgetWhere(({ session }) => session !== null && concerns(session));
    // As to_jsonb writes bytea.
    if (table === 'sessions') this.sessions.forget(id.replace(/^\\x/, ''));
    if (table === 'users' || table === 'memberships') where(({ userId }) => userId === id);
    if (table === 'impersonations') where(({ entered }) => entered?.impersonation.id === id);
    if (table === 'organizations')
      where(({ memberships, entered }) => [...memberships, entered].some((each) => each?.tenantId === id));
  }
}

export function bytesOf(hash: string): Uint8Array<ArrayBuffer> {
  return new Uint8Array(Buffer.from(hash, 'hex'));
}

function hexOf(hash: Uint8Array): string {
  return Buffer.from(hash).toString('hex');
}
