import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { newId, NIL_ID } from '../../platform/http/ids.js';
import type { Mail, MailLanguage } from './mails.js';
import { NotificationsRepository, type Recipient } from './notifications.repository.js';

/** Who runs the organization or pays for it. */
const TOLD_ROLES: Role[] = ['owner', 'admin', 'billing'];

/** Queues mails, each of which is sent if, and only if, the transaction commits. It is put into words, in the reader's language, when it is sent. */
@Injectable()
export class NotificationsService {
  constructor(private readonly repository: NotificationsRepository) {}

  /** To every owner, admin and billing member. */
  async email(transaction: Transaction, tenantId: string, mail: Mail): Promise<void> {
    const members = await this.repository.findMembers(transaction, tenantId, TOLD_ROLES);
    await this.queue(
      transaction,
      tenantId,
      members.map((recipientId) => ({ recipientId })),
      mail,
    );
  }

  /** To the owners alone. */
  async emailOwners(transaction: Transaction, tenantId: string, mail: Mail): Promise<void> {
    const owners = await this.repository.findMembers(transaction, tenantId, ['owner']);
    await this.queue(
      transaction,
      tenantId,
      owners.map((recipientId) => ({ recipientId })),
      mail,
    );
  }

  /** To one person. @param tenantId whose mail it is; null above organizations, which only a system transaction may write */
  async emailOne(transaction: Transaction, tenantId: string | null, recipientId: string, mail: Mail): Promise<void> {
    await this.queue(transaction, tenantId, [{ recipientId }], mail);
  }

  /**
   * To an address that is no account's, or is not yet.
   *
   * @param tenantId as of {@link emailOne}
   * @param recipientId whose account it is about, with which the mail is deleted
   */
  async emailAddress(
    transaction: Transaction,
    tenantId: string | null,
    to: { address: string; language: MailLanguage; recipientId?: string },
    mail: Mail,
  ): Promise<void> {
    await this.queue(transaction, tenantId, [to], mail);
  }

  private async queue(transaction: Transaction, tenantId: string | null, to: Recipient[], mail: Mail): Promise<void> {
    const rows = to.map((each) => ({ tenantId: tenantId ?? NIL_ID, id: newId(), ...each, ...mail }));
    await this.repository.queue(transaction, rows);
  }
}
