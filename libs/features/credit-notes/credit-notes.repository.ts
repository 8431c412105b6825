import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { pageArguments } from '../../platform/http/page.js';
import type { ListCreditNotesQuery } from './credit-notes.schema.js';

const withInvoice = {
  invoice: { select: { number: true, currency: true, status: true, totalMinor: true, creditsMinor: true } },
};

export type CreditNoteRow = Prisma.CreditNoteGetPayload<{ include: typeof withInvoice }>;
export type Invoice = CreditNoteRow['invoice'] & { id: string };

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
    const waiting = { status: 'proposed' as const, expiresAt: { gt: now } };
    return transaction.creditNote.findMany({
      ...order,
      where: { ...where, ...(state === 'proposed' && waiting) },
      include: withInvoice,
    });
  }

  decide(
    transaction: Transaction,
    { tenantId, id }: CreditNoteRow,
    data: { status: 'issued' | 'declined'; number?: string; decidedBy: string; decidedAt: Date },
  ): Promise<CreditNoteRow> {
    return transaction.creditNote.update({ where: { tenantId_id: { tenantId, id } }, data, include: withInvoice });
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
