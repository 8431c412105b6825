import { Inject, Injectable } from '@nestjs/common';
import type { UserPrincipal } from '../../platform/access/principal.js';
import { forgetPerson } from '../../platform/audit/audit-chain.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { isUniqueViolation } from '../../platform/database/errors.js';
import { linkExpired } from '../../platform/one-time-links/one-time-links.errors.js';
import { type LinkPurpose, type OneTimeLink, OneTimeLinks } from '../../platform/one-time-links/one-time-links.js';
import { NotificationsService } from '../notifications/index.js';
import { AccountAudit } from './account-audit.js';
import { AccountMails } from './account-mails.js';
import { emailTaken, lastOwner, notAuthenticated } from './auth.errors.js';
import { AuthRepository } from './auth.repository.js';
import type {
  ChangeEmail,
  ChangePassword,
  RequestPasswordReset,
  ResetPassword,
  UpdateMe,
  UseLink,
} from './auth.schema.js';
import { bytesOf, LiveSessions } from './live-sessions.service.js';
import { Passwords } from './passwords.js';
import { Throttle } from './throttle.js';
import { uniformly } from './uniformly.js';

/** What a person does with their account, signed in or by the link of a mail. */
@Injectable()
export class AccountService {
  constructor(
    private readonly database: Database,
    private readonly repository: AuthRepository,
    private readonly sessions: LiveSessions,
    private readonly accountAudit: AccountAudit,
    private readonly mails: AccountMails,
    private readonly links: OneTimeLinks,
    private readonly notifications: NotificationsService,
    private readonly passwords: Passwords,
    private readonly throttle: Throttle,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  async update({ userId, language: before }: UserPrincipal, { language }: UpdateMe): Promise<void> {
    await this.database.system(async (transaction) => {
      await this.repository.updateUser(transaction, { id: userId }, { language });
      await this.accountAudit.write(transaction, userId, 'updated', {
        before: { language: before },
        after: { language },
      });
    });
    this.sessions.forgetSessionsOf(userId);
  }

  /** Sends the link once more; to an address that is verified none. @throws Problem 429 */
  async requestVerification(
    { userId, email, emailVerifiedAt, tenantId }: UserPrincipal,
    address: string,
  ): Promise<void> {
    if (emailVerifiedAt) return;
    await this.throttle.admitMail('verification', email, address);
    await this.database.system(async (transaction) => {
      await this.mails.sendVerification(transaction, tenantId, userId, email);
      await this.accountAudit.write(transaction, userId, 'verification_requested');
    });
  }

  async verify({ token }: UseLink): Promise<void> {
    const userId = await this.database.system(async (transaction) => {
      const link = await this.use(transaction, token, 'verify_email');
      const known = { id: link.userId, email: link.address };
      const isKnown = await this.repository.updateUser(transaction, known, { emailVerifiedAt: this.clock.now() });
      if (!isKnown) throw linkExpired();
      await this.accountAudit.write(transaction, link.userId, 'email_verified');
      return link.userId;
    });
    this.sessions.forgetSessionsOf(userId);
  }

  /** The caller learns neither from the answer nor from its time whether there is such an account. @throws Problem 429 */
  requestPasswordReset({ email }: RequestPasswordReset, address: string): Promise<void> {
    return uniformly(this.config, async () => {
      await this.throttle.admitMail('password-reset', email, address);
      await this.database.system(async (transaction) => {
        const user = await this.repository.findUserByEmail(transaction, email);
        if (!user) return;
        const tenantId = await this.repository.findFirstTenant(transaction, user.id);
        await this.mails.sendPasswordReset(transaction, tenantId, user.id, email);
        await this.accountAudit.write(transaction, user.id, 'password_reset_requested', {}, 'system');
      });
    });
  }

  /** Ends every session, and with it what they had open. Whoever has the link reads the address' mail, which is so verified. */
  async resetPassword({ token, password }: ResetPassword): Promise<void> {
    // Before the work of hashing is done for whoever has no link.
    await this.database.system((transaction) => this.links.find(transaction, token, 'reset_password'));
    const passwordHash = await this.passwords.hash(password);
    const userId = await this.database.system(async (transaction) => {
      const link = await this.use(transaction, token, 'reset_password');
      const change = { passwordHash, emailVerifiedAt: this.clock.now() };
      const known = { id: link.userId, email: link.address };
      if (!(await this.repository.updateUser(transaction, known, change))) throw linkExpired();
      await this.repository.deleteSessions(transaction, link.userId);
      await this.links.revoke(transaction, { userId: link.userId });
      await this.accountAudit.write(transaction, link.userId, 'password_reset');
      await this.tellOfPassword(transaction, link.userId);
      return link.userId;
    });
    this.sessions.forgetSessionsOf(userId);
  }

  /** Ends every session but the one that it is done from. */
  async changePassword({ userId, credential }: UserPrincipal, { newPassword }: ChangePassword): Promise<void> {
    const passwordHash = await this.passwords.hash(newPassword);
    await this.database.system(async (transaction) => {
      // A reset that came meanwhile has ended the session that this was asked by.
      await this.repository.lockUser(transaction, userId);
      if (!(await this.repository.hasSession(transaction, bytesOf(credential.hash)))) throw notAuthenticated();
      await this.repository.updateUser(transaction, { id: userId }, { passwordHash });
      await this.repository.deleteSessions(transaction, userId, bytesOf(credential.hash));
      await this.links.revoke(transaction, { userId });
      await this.accountAudit.write(transaction, userId, 'password_changed');
      await this.tellOfPassword(transaction, userId);
    });
    this.sessions.forgetSessionsOf(userId);
  }

  /** Takes effect by the link that the new address is sent. @throws Problem 429 */
  async requestEmailChange(person: UserPrincipal, { email }: ChangeEmail, address: string): Promise<void> {
    const { userId, tenantId, language } = person;
    await this.throttle.admitMail('email-change', person.email, address);
    await this.database.system(async (transaction) => {
      await this.mails.sendEmailChange(transaction, tenantId, { id: userId, language }, email);
      // Addresses stand in their rows alone, and go with those.
      await this.accountAudit.write(transaction, userId, 'email_change_requested');
    });
  }

  /** @throws Problem 409 where another account has the address by now */
  async changeEmail({ token }: UseLink): Promise<void> {
    const userId = await this.database
      .system(async (transaction) => {
        const link = await this.use(transaction, token, 'change_email');
        const change = { email: link.address, emailVerifiedAt: this.clock.now() };
        await this.repository.updateUser(transaction, { id: link.userId }, change);
        // What was sent to the address of before opens nothing any more.
        await this.links.revoke(transaction, { userId: link.userId });
        await this.accountAudit.write(transaction, link.userId, 'email_changed');
        return link.userId;
      })
      .catch((error) => {
        throw isUniqueViolation(error) ? emailTaken() : error;
      });
    this.sessions.forgetSessionsOf(userId);
  }

  /** @throws Problem 409 while an organization that is not to be deleted has no other owner */
  async delete({ userId, email }: UserPrincipal): Promise<void> {
    await this.database.system(async (transaction) => {
      await this.repository.lockOrganizations(transaction, userId);
      const organizations = await this.repository.findOwnedAlone(transaction, userId);
      if (organizations.length > 0) throw lastOwner(organizations);
      // Memberships, which say whose it is to know, go with the person.
      await this.accountAudit.write(transaction, userId, 'deleted', { personal: null });
      await this.repository.deleteUser(transaction, userId);
      await forgetPerson(transaction, userId, email);
    });
    this.sessions.forgetSessionsOf(userId);
  }

  /**
   * Uses a link that is a person's; whatever else would change the account waits meanwhile.
   *
   * @throws Problem as {@link OneTimeLinks.use} does
   */
  private async use(transaction: Transaction, token: string, purpose: Exclude<LinkPurpose, 'invitation'>) {
    const { userId } = await this.links.find(transaction, token, purpose);
    await this.repository.lockUser(transaction, userId!);
    return (await this.links.use(transaction, token, purpose)) as OneTimeLink & { userId: string };
  }

  private async tellOfPassword(transaction: Transaction, userId: string): Promise<void> {
    const tenantId = await this.repository.findFirstTenant(transaction, userId);
    const values = { changedAt: this.clock.now().toISOString() };
    await this.notifications.emailOne(transaction, tenantId, userId, { template: 'password_changed', values });
  }
}
