import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import { Database, type Transaction } from '../../platform/database/database.js';

export interface NewEmail {
  tenantId: string;
  id: string;
  recipientId: string;
  subject: string;
  text: string;
}

export interface ClaimedEmail {
  tenantId: string;
  id: string;
  /** Address of the recipient now. */
  to: string;
  subject: string;
  text: string;
}

const TRIES_MAX = 8;
/** 1, 3, 9, 27 … minutes after each try: eight take some 18 hours. The first is longer than a mail server may take to answer. */
const WAIT = `make_interval(secs => 60 * power(3, attempt))`;

@Injectable()
export class NotificationsRepository {
  constructor(private readonly database: Database) {}

  async findMembers(transaction: Transaction, tenantId: string, roles: Role[]): Promise<string[]> {
    const rows = await transaction.membership.findMany({ where: { tenantId, role: { in: roles } } });
    return rows.map(({ userId }) => userId);
  }

  async queue(transaction: Transaction, emails: NewEmail[]): Promise<void> {
    await transaction.email.createMany({ data: emails });
  }

  /** Takes the mail of any tenant that is due longest; until its next try is due it is this worker's alone. */
  claim(): Promise<ClaimedEmail | undefined> {
    return this.database.system(async (transaction) => {
      await transaction.$executeRawUnsafe(
        `UPDATE emails SET status = 'failed' WHERE status = 'queued' AND attempt >= ${TRIES_MAX} AND next_attempt_at <= now()`,
      );
      const [claimed] = await transaction.$queryRawUnsafe<ClaimedEmail[]>(
        `UPDATE emails SET attempt = attempt + 1, next_attempt_at = now() + ${WAIT}
         FROM (SELECT tenant_id, id FROM emails WHERE status = 'queued' AND next_attempt_at <= now()
           ORDER BY next_attempt_at LIMIT 1 FOR UPDATE SKIP LOCKED) due
         JOIN users ON true
         WHERE emails.tenant_id = due.tenant_id AND emails.id = due.id AND users.id = emails.recipient_id
         RETURNING emails.tenant_id AS "tenantId", emails.id, users.email AS "to", subject, text`,
      );
      return claimed;
    });
  }

  async markSent({ tenantId, id }: ClaimedEmail): Promise<void> {
    await this.database.system((transaction) =>
      transaction.email.updateMany({ where: { tenantId, id }, data: { status: 'sent', sentAt: new Date() } }),
    );
  }
}
