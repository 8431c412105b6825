import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { type LinkPurpose, OneTimeLinks } from '../../platform/one-time-links/one-time-links.js';
import { NotificationsService } from '../notifications/index.js';

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
/** How long each link may be used; the mails say so too. */
const LIFETIME_MS = {
  verify_email: 3 * DAY_MS,
  reset_password: 30 * MINUTE_MS,
  change_email: DAY_MS,
} satisfies Partial<Record<LinkPurpose, number>>;

/** Mails that carry a link to a person's account. Each method requires a system transaction. */
@Injectable()
export class AccountMails {
  constructor(
    private readonly links: OneTimeLinks,
    private readonly notifications: NotificationsService,
  ) {}

  /** @param tenantId whose the mail is; null for a person of no organization */
  async sendVerification(transaction: Transaction, tenantId: string | null, userId: string, email: string) {
    const linkId = await this.link(transaction, 'verify_email', userId, email);
    await this.notifications.emailOne(transaction, tenantId, userId, { template: 'verify_email', values: { linkId } });
  }

  async sendPasswordReset(transaction: Transaction, tenantId: string | null, userId: string, email: string) {
    const linkId = await this.link(transaction, 'reset_password', userId, email);
    await this.notifications.emailOne(transaction, tenantId, userId, {
      template: 'reset_password',
      values: { linkId },
    });
  }

  /** The link goes to the new address, and word of it to the one that the account has. */
  async sendEmailChange(
    transaction: Transaction,
    tenantId: string | null,
    person: { id: string; language: 'en' | 'zh' },
    newAddress: string,
  ) {
    const linkId = await this.link(transaction, 'change_email', person.id, newAddress);
    const to = { address: newAddress, language: person.language, recipientId: person.id };
    await this.notifications.emailAddress(transaction, tenantId, to, { template: 'change_email', values: { linkId } });
    const notice = { template: 'email_changing' as const, values: { newAddress } };
    await this.notifications.emailOne(transaction, tenantId, person.id, notice);
  }

  private link(transaction: Transaction, purpose: keyof typeof LIFETIME_MS, userId: string, address: string) {
    const lifetimeMs = LIFETIME_MS[purpose];
    return this.links.create(transaction, { purpose, tenantId: null, userId, address, lifetimeMs });
  }
}
