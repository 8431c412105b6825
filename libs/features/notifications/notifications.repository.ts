import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type Claim, LEASE_END, type LeasedTable } from '../../platform/queue/leased-rows.js';
import type { Mail, MailLanguage } from './mails.js';

/** To a person, to an address of theirs that is not yet the account's, or to one that may have no account. */
export interface Recipient {
  recipientId?: string;
  address?: string;
  language?: MailLanguage;
}

export type NewEmail = Recipient & Mail & { tenantId: string; id: string };

/** A mail before it is put into words. */
export interface EmailRow {
  /** Address of the recipient now. */
  to: string;
  language: MailLanguage;
  /** A template; or, of a mail that was queued before there were any, its words. */
  content: Mail | { subject: string; text: string };
}

export type ClaimedEmail = Claim & EmailRow;

export interface ListedEmail extends EmailRow {
  id: string;
  status: 'queued' | 'sent' | 'failed';
  createdAt: Date;
}

const SELECT = {
  id: true,
  status: true,
  createdAt: true,
  address: true,
  language: true,
  template: true,
  values: true,
  subject: true,
  text: true,
  recipient: { select: { email: true, language: true } },
} satisfies Prisma.EmailSelect;

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
    const where = { tenantId_id: { tenantId, id } };
    return { ...claim, ...toEmail(await transaction.email.findUniqueOrThrow({ where, select: SELECT })) };
  }

  /** Of all organizations, the newest first. Requires a system transaction. */
  async list(
    transaction: Transaction,
    where: { id?: string; address?: string },
    limit: number,
  ): Promise<ListedEmail[]> {
    const { id, address } = where;
    const isTo = address && { OR: [{ address }, { address: null, recipient: { email: address } }] };
    const rows = await transaction.email.findMany({
      where: { ...(id && { id }), ...isTo },
      select: SELECT,
      orderBy: { id: 'desc' },
      take: limit,
    });
    return rows.map((row) => ({ id: row.id, status: row.status, createdAt: row.createdAt, ...toEmail(row) }));
  }

  /** Writes only while the claim is the latest. Requires a system transaction. */
  async end(transaction: Transaction, { tenantId, id, attempt }: Claim, status: 'sent' | 'failed'): Promise<void> {
    const where = { tenantId, id, attempt, status: 'queued' as const };
    await transaction.email.updateMany({ where, data: { status, sentAt: status === 'sent' ? new Date() : null } });
  }
}

function toEmail(row: Prisma.EmailGetPayload<{ select: typeof SELECT }>): EmailRow {
  const { address, language, recipient, template, values, subject, text } = row;
  return {
    to: (address ?? recipient?.email)!,
    language: language ?? recipient?.language ?? 'en',
    content: template === null ? { subject: subject!, text: text! } : ({ template, values } as Mail),
  };
}
