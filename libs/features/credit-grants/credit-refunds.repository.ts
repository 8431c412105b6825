import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { newId } from '../../platform/http/ids.js';
import { pageArguments } from '../../platform/http/page.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { OutboxClaim } from '../../platform/stripe/stripe-outbox.js';
import { REFUND_FAILED } from '../billing/index.js';
import { type CreditGrantRow, leftOf, withUse } from './credit-grants.repository.js';
import type { ListCreditRefundsQuery } from './credit-refunds.schema.js';

const withGrant = { grant: { include: withUse } };

export type CreditRefundRow = Prisma.CreditRefundGetPayload<{ include: typeof withGrant }>;

/** On its way to Stripe. */
export const CREDIT_REFUNDS: LeasedTable = {
  name: 'credit_refunds',
  lock: 0x63726566,
  isOpen: 'done_at IS NULL',
  onClaim: 'tries = tries + 1',
  due: 'next_attempt_at',
};

/** At most $1, the longest due first. */
export const NEXT_CREDIT_REFUNDS = `
  SELECT tenant_id, id FROM credit_refunds WHERE done_at IS NULL AND lease_expires_at IS NULL AND next_attempt_at <= now()
  ORDER BY next_attempt_at LIMIT $1`;

@Injectable()
export class CreditRefundsRepository {
  /**
   * Of an organization that is deleted in this very transaction, what is left of each purchase; what was given lapses. The oldest were used first. Requires a
   * system transaction.
   */
  async order(transaction: Transaction, tenantId: string, orderedAt: Date): Promise<void> {
    const grants = await transaction.creditGrant.findMany({
      where: { tenantId, kind: 'purchased', status: 'granted' },
      orderBy: { createdAt: 'asc' },
      include: withUse,
    });
    const data = grants
      .map((grant) => ({ tenantId, id: newId(), grantId: grant.id, amountMinor: leftOf(grant), orderedAt }))
      .filter(({ amountMinor }) => amountMinor > 0n);
    if (data.length > 0) await transaction.creditRefund.createMany({ data });
  }

  /** Of an organization that was deleted before, what is left of a purchase and is not on its way. The caller is the only one who changes the grant. */
  async orderRest(transaction: Transaction, grant: CreditGrantRow, orderedAt: Date): Promise<void> {
    const { tenantId, id: grantId } = grant;
    const { _sum } = await transaction.creditRefund.aggregate({
      where: { grantId, doneAt: null },
      _sum: { amountMinor: true },
    });
    const amountMinor = leftOf(grant) - (_sum.amountMinor ?? 0n);
    if (amountMinor <= 0n) return;
    await transaction.creditRefund.create({ data: { tenantId, id: newId(), grantId, amountMinor, orderedAt } });
  }

  /** What was done, and has failed since. @returns those that were */
  async reopen(transaction: Transaction, failed: string[], blockedSince: Date): Promise<string[]> {
    const where = { id: { in: failed }, doneAt: { not: null }, stripeCreditNoteId: { not: null } };
    const rows = await transaction.creditRefund.findMany({ where, select: { id: true } });
    const data = { doneAt: null, blockedReason: REFUND_FAILED, blockedSince };
    if (rows.length > 0) await transaction.creditRefund.updateMany({ where, data });
    return rows.map(({ id }) => id);
  }

  find(transaction: Transaction, id: string): Promise<CreditRefundRow | null> {
    return transaction.creditRefund.findFirst({ where: { id }, include: withGrant });
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claims: Claim[]): Promise<OutboxClaim[]> {
    const rows = await transaction.creditRefund.findMany({
      where: { OR: claims.map(({ tenantId, id }) => ({ tenantId, id })) },
      select: { id: true, tries: true },
    });
    return claims.map((claim) => ({ ...claim, tries: rows.find(({ id }) => id === claim.id)!.tries }));
  }

  /** Over all organizations, newest first, one more than the page holds; requires a system transaction. */
  list(transaction: Transaction, { state, ...page }: ListCreditRefundsQuery): Promise<CreditRefundRow[]> {
    const { where, ...order } = pageArguments(page);
    const of = { open: { doneAt: null }, blocked: { doneAt: null, blockedReason: { not: null } }, all: {} };
    return transaction.creditRefund.findMany({ ...order, where: { ...where, ...of[state] }, include: withGrant });
  }

  /** Nobody works on it any more. @param stripeCreditNoteId null where nothing was left to give back */
  async setDone(transaction: Transaction, id: string, stripeCreditNoteId: string | null, doneAt: Date): Promise<void> {
    const data = { doneAt, stripeCreditNoteId, blockedReason: null, blockedSince: null, leaseExpiresAt: null };
    await transaction.creditRefund.updateMany({ where: { id }, data });
  }

  /** @param blockedReason in Stripe's words */
  async setBlocked(transaction: Transaction, id: string, blockedReason: string, blockedSince: Date): Promise<void> {
    const where = { id, OR: [{ blockedReason: null }, { blockedReason: { not: blockedReason } }] };
    await transaction.creditRefund.updateMany({ where, data: { blockedReason, blockedSince } });
  }

  /** What Stripe refused is asked again under another idempotency key. */
  async raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    await transaction.creditRefund.updateMany({ where: { id }, data: { keyRound: { increment: 1 } } });
  }
}
