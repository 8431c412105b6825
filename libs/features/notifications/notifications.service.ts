import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { NotificationsRepository } from './notifications.repository.js';

/** Who runs the organization or pays for it. */
const TOLD_ROLES: Role[] = ['owner', 'admin', 'billing'];

export interface Notification {
  subject: string;
  text: string;
}

@Injectable()
export class NotificationsService {
  constructor(private readonly repository: NotificationsRepository) {}

  /** Queues a mail to every owner, admin and billing member; it is sent if, and only if, the transaction commits. */
  async email(transaction: Transaction, tenantId: string, { subject, text }: Notification): Promise<void> {
    const recipients = await this.repository.findMembers(transaction, tenantId, TOLD_ROLES);
    await this.repository.queue(
      transaction,
      recipients.map((recipientId) => ({ tenantId, id: newId(), recipientId, subject, text })),
    );
  }

  /** Queues a mail to one person, as {@link email} does. */
  async emailOne(
    transaction: Transaction,
    tenantId: string,
    recipientId: string,
    notification: Notification,
  ): Promise<void> {
    await this.repository.queue(transaction, [{ tenantId, id: newId(), recipientId, ...notification }]);
  }
}
