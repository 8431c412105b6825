import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments } from '../../platform/http/page.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { ListCreditNotesQuery } from './credit-notes.schema.js';

const withInvoice = {
  invoice: {
    select: {
      number: true,
      currency: true,
      status: true,
      totalMinor: true,
      creditsMinor: true,
      taxMinor: true,
      refundedElsewhereMinor: true,
      disputedMinor: true,
      billedTo: true,
      stripeInvoiceId: true,
    },
  },
};

export type CreditNoteRow = Prisma.CreditNoteGetPayload<{ include: typeof withInvoice }>;
export type Invoice = CreditNoteRow['invoice'] & { id: string };

/** Issued, of an invoice that Stripe collects, and not there yet. */
export const CREDIT_NOTES: LeasedTable = {
  name: 'credit_notes',
  lock: 0x6372656e,
  isOpen: `(status = 'issued' AND stripe_credit_note_id IS NULL AND amount_minor > as_credits_minor
    AND EXISTS (SELECT FROM invoices WHERE invoices.id = invoice_id AND invoices.stripe_invoice_id IS NOT NULL))`,
  onClaim: 'tries = tries + 1',
  due: 'next_attempt_at',
};

/** At most $1, one of each organization that has none under way: how much of an invoice is left depends on those before. */
export const NEXT_CREDIT_NOTES = `
  SELECT tenant_id, id FROM (
    SELECT DISTINCT ON (tenant_id) tenant_id, id, next_attempt_at FROM credit_notes
    WHERE ${CREDIT_NOTES.isOpen} AND lease_expires_at IS NULL AND next_attempt_at <= now()
      AND NOT EXISTS (SELECT FROM credit_notes busy WHERE busy.tenant_id = credit_notes.tenant_id AND busy.lease_expires_at IS NOT NULL)
    ORDER BY tenant_id, next_attempt_at) due
  ORDER BY next_attempt_at LIMIT $1`;

export interface ClaimedCreditNote extends Claim {
  /** Since it was issued, this one included. */
  tries: number;
}

@Injectable()
export class CreditNotesRepository {
  /** Who credits one invoice waits for who does so before them. Null where the organization has none such. */
  async lockInvoice(transaction: Transaction, id: string): Promise<Invoice | null> {
    await transaction.$queryRaw`SELECT FROM invoices WHERE id = ${id}::uuid FOR UPDATE`;
    return this.findInvoice(transaction, id);
  }

  findInvoice(transaction: Transaction, id: string): Promise<Invoice | null> {
    return transaction.invoice.findFirst({ where: { id }, select: { id: true, ...withInvoice.invoice.select } });
  }

  create(transaction: Transaction, data: Prisma.CreditNoteUncheckedCreateInput): Promise<CreditNoteRow> {
    return transaction.creditNote.create({ data, include: withInvoice });
  }

  find(transaction: Transaction, id: string): Promise<CreditNoteRow | null> {
    return transaction.creditNote.findFirst({ where: { id }, include: withInvoice });
  }

  /** Of one invoice, oldest first. */
  listOf(transaction: Transaction, invoiceId: string): Promise<CreditNoteRow[]> {
    return transaction.creditNote.findMany({ where: { invoiceId }, orderBy: { id: 'asc' }, include: withInvoice });
  }

  /** Over all organizations, newest first, one more than the page holds; requires a system transaction. */
  list(transaction: Transaction, { state, ...page }: ListCreditNotesQuery, now: Date): Promise<CreditNoteRow[]> {
    const { where, ...order } = pageArguments(page);
    const of = {
      proposed: { status: 'proposed' as const, expiresAt: { gt: now } },
      blocked: { blockedReason: { not: null } },
      all: {},
    };
    return transaction.creditNote.findMany({
      ...order,
      where: { ...where, ...of[state] },
      include: withInvoice,
    });
  }

  decide(
    transaction: Transaction,
    { tenantId, id }: CreditNoteRow,
    data: {
      status: 'issued' | 'declined';
      number?: string;
      asCreditsMinor?: bigint;
      decidedBy: string;
      decidedAt: Date;
    },
  ): Promise<CreditNoteRow> {
    return transaction.creditNote.update({ where: { tenantId_id: { tenantId, id } }, data, include: withInvoice });
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claims: Claim[]): Promise<ClaimedCreditNote[]> {
    const rows = await transaction.creditNote.findMany({
      where: { OR: claims.map(({ tenantId, id }) => ({ tenantId, id })) },
      select: { id: true, tries: true },
    });
    return claims.map((claim) => ({ ...claim, tries: rows.find(({ id }) => id === claim.id)!.tries }));
  }

  /** Stripe has it, and nobody works on it any more. */
  async setSent(transaction: Transaction, id: string, stripeCreditNoteId: string): Promise<void> {
    const data = { stripeCreditNoteId, blockedReason: null, blockedSince: null, leaseExpiresAt: null };
    await transaction.creditNote.updateMany({ where: { id }, data });
  }

  /** @param blockedReason in Stripe's words */
  async setBlocked(transaction: Transaction, id: string, blockedReason: string, blockedSince: Date): Promise<void> {
    await transaction.creditNote.updateMany({ where: { id }, data: { blockedReason, blockedSince } });
  }

  /** What Stripe refused is asked again under another idempotency key. */
  async raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    await transaction.creditNote.updateMany({ where: { id }, data: { keyRound: { increment: 1 } } });
  }

  /** The next of the year's numbers; whoever takes one waits for whoever took the one before, so that none is left out. */
  async nextNumber(transaction: Transaction, year: number): Promise<number> {
    const [row] = await transaction.$queryRaw<{ last: number }[]>`
      INSERT INTO credit_note_numbers AS known (year, last) VALUES (${year}, 1)
      ON CONFLICT (year) DO UPDATE SET last = known.last + 1 RETURNING last`;
    return row!.last;
  }

  /** Requires a system transaction. */
  async findPeople(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const people = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }

  /** Requires a system transaction. */
  async findNames(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const rows = await transaction.organization.findMany({
      where: { id: { in: ids } },
      select: { id: true, name: true },
    });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
