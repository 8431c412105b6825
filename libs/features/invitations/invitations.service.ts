import { Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { OneTimeLinks } from '../../platform/one-time-links/one-time-links.js';
import { AuthService, Throttle } from '../auth/index.js';
import { alreadyMember, MembersService, requireToGive } from '../members/index.js';
import { NotificationsService } from '../notifications/index.js';
import {
  accountExists,
  alreadyInvited,
  invitationEnded,
  invitationRevoked,
  otherAddress,
  tooManyInvitations,
} from './invitations.errors.js';
import { InvitationsRepository, type LinkedInvitation } from './invitations.repository.js';
import type {
  Invitation,
  InvitationPreview,
  Invite,
  InvitedSignup,
  Joined,
  ListInvitationsQuery,
  Resend,
  Token,
} from './invitations.schema.js';

const LIFETIME_MS = 7 * 86_400_000;

/** What a mail is about. */
interface Mailed {
  id: string;
  email: string;
  role: Invitation['role'];
  linkId: string;
  expiresAt: Date;
}

/** Brings people into an organization: whoever reads the mail of the invited address, and nobody else. */
@Injectable()
export class InvitationsService {
  constructor(
    private readonly database: Database,
    private readonly repository: InvitationsRepository,
    private readonly members: MembersService,
    private readonly auth: AuthService,
    private readonly throttle: Throttle,
    private readonly links: OneTimeLinks,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  async list(tenantId: string, query: ListInvitationsQuery) {
    const now = this.clock.now();
    return toPage(
      await this.database.tenant(tenantId, (transaction) => this.repository.list(transaction, query, now)),
      query,
    );
  }

  /** @throws Problem 403 for a role that the caller may not give, 409 for a member or an address with an open invitation */
  async invite(caller: UserPrincipal, { email, role, language }: Invite): Promise<Invitation> {
    requireToGive(caller, role);
    const { tenantId, userId } = caller;
    await this.throttle.admitInvitation(tenantId);
    const now = this.clock.now();
    return this.database.tenant(tenantId, async (transaction) => {
      if (await this.members.has(transaction, email)) throw alreadyMember();
      await this.repository.revokeExpired(transaction, email, now);
      const { most } = BOUNDS.pendingInvitations;
      if ((await this.repository.countPending(transaction, now)) >= most) throw tooManyInvitations(most);
      const invitation = { id: newId(), email, role, ...(await this.createLink(transaction, tenantId, email)) };
      try {
        await this.repository.create(transaction, { tenantId, ...invitation, invitedById: userId, createdAt: now });
      } catch (error) {
        throw isUniqueViolation(error) ? alreadyInvited() : error;
      }
      await this.mail(transaction, caller, invitation, language);
      await audit(transaction, tenantId, 'invitation.created', invitation.id, { after: { role } });
      return this.repository.get(transaction, invitation.id, now);
    });
  }

  /** Another link, for another seven days; the one before opens nothing any more. */
  async resend(caller: UserPrincipal, invitationId: string, { language }: Resend): Promise<Invitation> {
    const { tenantId } = caller;
    await this.throttle.admitInvitation(tenantId);
    return this.database.tenant(tenantId, async (transaction) => {
      const before = await this.require(transaction, invitationId);
      requireToGive(caller, before.role);
      await this.links.revoke(transaction, { id: before.linkId });
      const link = await this.createLink(transaction, tenantId, before.email);
      if (!(await this.repository.setLink(transaction, before.id, link))) throw invitationEnded();
      await this.mail(transaction, caller, { ...before, ...link }, language);
      await audit(transaction, tenantId, 'invitation.resent', before.id);
      return this.repository.get(transaction, before.id, this.clock.now());
    });
  }

  /** What was revoked before stays so. @throws Problem 409 for one that was accepted */
  async revoke(caller: UserPrincipal, invitationId: string): Promise<void> {
    await this.database.tenant(caller.tenantId, async (transaction) => {
      const { id, role, revokedAt } = await this.require(transaction, invitationId);
      if (revokedAt) return;
      requireToGive(caller, role);
      if (!(await this.repository.revoke(transaction, id, this.clock.now()))) throw invitationEnded();
      await audit(transaction, caller.tenantId, 'invitation.revoked', id, { before: { role } });
    });
  }

  /** What the link is about, to whoever has it. @throws Problem 400 or 410, saying why it opens nothing */
  async preview({ token }: Token, address: string): Promise<InvitationPreview> {
    await this.throttle.admitVisitor(address);
    return this.database.system(async (transaction) => {
      const { tenantId, organizationName, email, role, invitedBy, expiresAt } = await this.open(transaction, token);
      return {
        organization: { id: tenantId, name: organizationName },
        email,
        role,
        invitedBy,
        hasAccount: await this.auth.hasAccount(transaction, email),
        expiresAt: expiresAt.toISOString(),
      };
    });
  }

  /** @throws Problem 403 for another address than the invited one, 409 for a member; 400 or 410 as of {@link preview} */
  accept({ userId, email }: UserPrincipal, { token }: Token): Promise<Joined> {
    return this.database.system((transaction) => this.join(transaction, token, { userId, email }));
  }

  /**
   * Makes the account of the invited address, which the link has verified, and a member of it.
   *
   * @throws Problem 409 where the address has an account; 400 or 410 as of {@link preview}
   */
  async signUp({ token, password, language }: InvitedSignup, address: string): Promise<Joined> {
    const { email } = await this.database.system((transaction) => this.open(transaction, token));
    let joined: Joined | undefined;
    try {
      await this.auth.signUpVerified({ email, password, language }, address, async (transaction, userId) => {
        joined = await this.join(transaction, token, { userId, email });
      });
    } catch (error) {
      throw isUniqueViolation(error) ? accountExists() : error;
    }
    return joined!;
  }

  /** In a system transaction; uses the link up. */
  private async join(transaction: Transaction, token: string, person: { userId: string; email: string }) {
    const link = await this.links.use(transaction, token, 'invitation');
    const { tenantId, id, email, role, organizationName } = await this.requireOpen(transaction, link.id);
    const { userId } = person;
    if (email !== person.email) throw otherAddress(person.email);
    await this.members.add(transaction, { tenantId, userId, role });
    if (!(await this.repository.accept(transaction, tenantId, id, this.clock.now()))) throw invitationRevoked();
    await audit(transaction, tenantId, 'member.joined', userId, { after: { role } }, { kind: 'user', id: userId });
    return { organization: { id: tenantId, name: organizationName }, role };
  }

  private async open(transaction: Transaction, token: string): Promise<LinkedInvitation> {
    return this.requireOpen(transaction, (await this.links.find(transaction, token, 'invitation')).id);
  }

  private async requireOpen(transaction: Transaction, linkId: string): Promise<LinkedInvitation> {
    const invitation = await this.repository.findByLink(transaction, linkId);
    // With its organization it went too.
    if (!invitation || invitation.revokedAt) throw invitationRevoked();
    return invitation;
  }

  private async require(transaction: Transaction, invitationId: string) {
    const invitation = await this.repository.find(transaction, parseId('invitation', invitationId));
    if (!invitation) throw notFound('invitation', invitationId);
    return invitation;
  }

  private async createLink(transaction: Transaction, tenantId: string, address: string) {
    const expiresAt = new Date(this.clock.now().getTime() + LIFETIME_MS);
    const link = { purpose: 'invitation', tenantId, userId: null, address, lifetimeMs: LIFETIME_MS } as const;
    return { linkId: await this.links.create(transaction, link), expiresAt };
  }

  private async mail(
    transaction: Transaction,
    { tenantId, organizationName, email: invitedBy }: UserPrincipal,
    { email: address, role, linkId, expiresAt }: Mailed,
    language: Invite['language'],
  ): Promise<void> {
    const values = { linkId, organizationName, invitedBy, role, expiresAt: expiresAt.toISOString() };
    await this.notifications.emailAddress(
      transaction,
      tenantId,
      { address, language },
      { template: 'invitation', values },
    );
  }
}
