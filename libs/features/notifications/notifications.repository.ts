import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import { type Claim, LEASE_END, type LeasedTable } from '../../platform/queue/leased-rows.js';

export interface NewEmail {
  tenantId: string;
  id: string;
  recipientId: string;
  subject: string;
  text: string;
}

export interface ClaimedEmail extends Claim {
  /** Address of the recipient now. */
  to: string;
  subject: string;
  text: string;
}

export const EMAILS: LeasedTable = {
  name: 'emails',
  lock: 0x6d61696c,
  isOpen: "status = 'queued'",
  // A worker of the release before knows no lease here.
  onClaim: `next_attempt_at = ${LEASE_END}`,
  due: 'next_attempt_at',
};

/** The mail that is due longest of the organization that was sent the fewest of the last hour's. */
export const NEXT_EMAIL = `
  WITH due AS (
    SELECT DISTINCT ON (tenant_id) tenant_id, id, next_attempt_at FROM emails
    WHERE status = 'queued' AND lease_expires_at IS NULL AND next_attempt_at <= now() ORDER BY tenant_id, next_attempt_at, id),
  counted AS (
    SELECT due.*, (SELECT count(*) FROM emails sent WHERE sent.tenant_id = due.tenant_id
      AND sent.id >= uuid_of_time(now() - interval '1 hour') AND sent.status = 'sent') AS mails FROM due)
  SELECT tenant_id, id FROM counted ORDER BY mails, next_attempt_at LIMIT 1`;

@Injectable()
export class NotificationsRepository {
  async findMembers(transaction: Transaction, tenantId: string, roles: Role[]): Promise<string[]> {
    const rows = await transaction.membership.findMany({ where: { tenantId, role: { in: roles } } });
    return rows.map(({ userId }) => userId);
  }

  async queue(transaction: Transaction, emails: NewEmail[]): Promise<void> {
    await transaction.email.createMany({ data: emails });
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claim: Claim): Promise<ClaimedEmail> {
    const { tenantId, id } = claim;
    const { subject, text, recipient } = await transaction.email.findUniqueOrThrow({
      where: { tenantId_id: { tenantId, id } },
      select: { subject: true, text: true, recipient: { select: { email: true } } },
    });
    return { ...claim, to: recipient.email, subject, text };
  }

  /** Writes only while the claim is the latest. Requires a system transaction. */
  async end(transaction: Transaction, { tenantId, id, attempt }: Claim, status: 'sent' | 'failed'): Promise<void> {
    const where = { tenantId, id, attempt, status: 'queued' as const };
    await transaction.email.updateMany({ where, data: { status, sentAt: status === 'sent' ? new Date() : null } });
  }
}
