import { Inject, Injectable } from '@nestjs/common';
import type { Principal, UserPrincipal } from '../../platform/access/principal.js';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { toPage } from '../../platform/http/page.js';
import { aloneLeft, PROPOSAL_MS, requireMinor, toMain } from '../billing/index.js';
import { CreditGrantsRepository } from '../credit-grants/index.js';
import type { InvoicePdfQuery, PdfFile } from '../invoices/index.js';
import { NotificationsService } from '../notifications/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { renderCreditNotePdf } from './credit-note-pdf.js';
import {
  decidedAlready,
  moreThanCreditsPaid,
  moreThanIsLeft,
  notToBeCredited,
  notToBeRefunded,
  otherCurrencyThanInvoice,
  ownProposal,
  proposalExpired,
  proposedAlready,
} from './credit-notes.errors.js';
import { type CreditNoteRow, CreditNotesRepository, type Invoice } from './credit-notes.repository.js';
import type {
  CreditNoteProposal,
  CreditNotesOfInvoice,
  IssuedCreditNotes,
  ListCreditNotesQuery,
  ProposeCreditNote,
} from './credit-notes.schema.js';

/** Credits and refunds of invoices: small ones by one operator, all else by two. */
@Injectable()
export class CreditNotesService {
  constructor(
    private readonly database: Database,
    private readonly repository: CreditNotesRepository,
    private readonly credits: CreditGrantsRepository,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'KINDRED_CREDIT_ALONE_MAX' | 'KINDRED_SELLER'>,
  ) {}

  /** Those that were issued of an invoice: what its organization sees. */
  listIssued(tenantId: string, invoiceId: string): Promise<IssuedCreditNotes> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id } = await this.requireInvoice(transaction, invoiceId);
      const rows = await this.repository.listOf(transaction, id);
      const data = rows
        .filter(({ status }) => status === 'issued')
        .map((row) => ({ ...toIssued(row), issuedAt: row.decidedAt!.toISOString() }));
      return { data };
    });
  }

  /**
   * In the language of who asks, unless they name another.
   *
   * @throws Problem 404 also where it is not issued
   */
  async pdf(reader: Principal, organizationId: string, id: string, query: InvoicePdfQuery): Promise<PdfFile> {
    const noteId = parseId('credit note', id);
    const row = await this.database.tenant(parseId('organization', organizationId), (transaction) =>
      this.repository.find(transaction, noteId),
    );
    if (row?.status !== 'issued') throw notFound('credit note', id);
    const { billedTo, number: invoiceNumber } = row.invoice;
    const [number, issuedAt] = [row.number!, row.decidedAt!.toISOString()];
    const note = { ...toIssued(row), number, issuedAt, billedTo, invoiceNumber: invoiceNumber! };
    const language = query.language ?? (reader.kind === 'user' ? reader.language : 'en');
    const pdf = await renderCreditNotePdf(note, this.config.KINDRED_SELLER, language);
    return { name: `credit-note-${number}`, pdf };
  }

  /** All of an invoice, and what is left of it. */
  async listOf(operator: UserPrincipal, organizationId: string, invoiceId: string): Promise<CreditNotesOfInvoice> {
    const tenantId = parseId('organization', organizationId);
    const { rows, invoice } = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.requireInvoice(transaction, invoiceId);
      return { invoice: found, rows: await this.repository.listOf(transaction, found.id) };
    });
    const { currency } = invoice;
    return {
      data: await this.toProposals(operator, rows),
      left: toMain(leftOf(invoice, this.live(rows)), currency),
      aloneMax: toMain(this.aloneLeft(currency, rows), currency),
    };
  }

  /** Of all organizations. */
  async list(operator: UserPrincipal, query: ListCreditNotesQuery) {
    const rows = await this.database.system((transaction) =>
      this.repository.list(transaction, query, this.clock.now()),
    );
    return toPage(await this.toProposals(operator, rows), query);
  }

  /**
   * Takes effect at once where one operator may do so much on the invoice alone; what they did alone of it before counts too.
   *
   * @throws Problem 400 in another currency; 404; 409 where the invoice's status refuses it, where it is more than is left, or there is one like it
   */
  async propose(
    operator: UserPrincipal,
    organizationId: string,
    invoiceId: string,
    { kind, amount, currency, reason }: ProposeCreditNote,
  ): Promise<CreditNoteProposal> {
    const tenantId = parseId('organization', organizationId);
    const row = await this.database.tenant(tenantId, async (transaction) => {
      const invoice = await this.requireInvoice(transaction, invoiceId, true);
      if (currency !== invoice.currency) throw otherCurrencyThanInvoice(currency, invoice.currency);
      const amountMinor = requireMinor(amount, currency);
      const rows = await this.repository.listOf(transaction, invoice.id);
      const live = this.live(rows);
      if (live.some((other) => other.amountMinor === amountMinor && other.reason === reason)) throw proposedAlready();
      this.requireLeft(invoice, { kind, amountMinor }, live);
      const now = this.clock.now();
      const needsSecond = amountMinor > this.aloneLeft(currency, rows);
      const made = await this.repository.create(transaction, {
        tenantId,
        id: newId(),
        invoiceId: invoice.id,
        kind,
        amountMinor,
        reason,
        needsSecond,
        proposedBy: operator.userId,
        proposedAt: now,
        expiresAt: new Date(now.getTime() + PROPOSAL_MS),
      });
      if (!needsSecond) return this.issue(transaction, operator, made, now);
      await audit(transaction, tenantId, 'credit_note.proposed', made.id, { after: toAudited(made) });
      return made;
    });
    return (await this.toProposals(operator, [row]))[0]!;
  }

  /**
   * The second person's word, by which it takes effect.
   *
   * @throws Problem 403 to who proposed it; 404; 409 where it is decided or has waited too long, or the invoice is not what it was
   */
  confirm(operator: UserPrincipal, organizationId: string, id: string): Promise<CreditNoteProposal> {
    return this.decide(operator, organizationId, id, async (transaction, row, invoice, now) => {
      if (row.proposedBy === operator.userId) throw ownProposal();
      if (row.expiresAt <= now) throw proposalExpired();
      const others = this.live(await this.repository.listOf(transaction, invoice.id)).filter(
        (other) => other.id !== row.id,
      );
      this.requireLeft(invoice, row, others);
      return this.issue(transaction, operator, row, now);
    });
  }

  /** By the second person, or by who proposed it and thinks otherwise now. */
  decline(operator: UserPrincipal, organizationId: string, id: string): Promise<CreditNoteProposal> {
    return this.decide(operator, organizationId, id, async (transaction, row, _, now) => {
      const declined = { status: 'declined' as const, decidedBy: operator.userId, decidedAt: now };
      await audit(transaction, row.tenantId, 'credit_note.declined', row.id, { before: toAudited(row) });
      return this.repository.decide(transaction, row, declined);
    });
  }

  private async decide(
    operator: UserPrincipal,
    organizationId: string,
    id: string,
    work: (transaction: Transaction, row: CreditNoteRow, invoice: Invoice, now: Date) => Promise<CreditNoteRow>,
  ): Promise<CreditNoteProposal> {
    const tenantId = parseId('organization', organizationId);
    const decided = await this.database.tenant(tenantId, async (transaction) => {
      const found = await this.repository.find(transaction, parseId('credit note', id));
      if (!found) throw notFound('credit note', id);
      const invoice = await this.repository.lockInvoice(transaction, found.invoiceId);
      // Again, as whoever held the lock may have decided it.
      const row = (await this.repository.find(transaction, found.id))!;
      if (row.status !== 'proposed') throw decidedAlready(row.status);
      return work(transaction, row, invoice!, this.clock.now());
    });
    return (await this.toProposals(operator, [decided]))[0]!;
  }

  /** With its number, and all who are told of it, in one transaction. */
  private async issue(
    transaction: Transaction,
    operator: UserPrincipal,
    row: CreditNoteRow,
    now: Date,
  ): Promise<CreditNoteRow> {
    const { tenantId, id } = row;
    const before = (await this.repository.listOf(transaction, row.invoiceId)).filter(
      ({ status }) => status === 'issued',
    );
    const rest = row.amountMinor - moneyLeftOf(row.invoice, before);
    const asCreditsMinor = rest > 0n ? rest : 0n;
    const year = now.getUTCFullYear();
    const place = await this.repository.nextNumber(transaction, year);
    const number = `CN-${year}-${String(place).padStart(6, '0')}`;
    const issued = await this.repository.decide(transaction, row, {
      status: 'issued',
      number,
      asCreditsMinor,
      decidedBy: operator.userId,
      decidedAt: now,
    });
    const back = { invoiceId: row.invoiceId, creditNoteId: id, amountMinor: asCreditsMinor };
    const { currency: own } = row.invoice;
    const givenMinor = asCreditsMinor > 0n ? await this.credits.giveBack(transaction, tenantId, back) : 0n;
    if (givenMinor < asCreditsMinor) throw moreThanCreditsPaid(toMain(givenMinor, own), own);
    await audit(transaction, tenantId, 'credit_note.issued', id, { after: { ...toAudited(issued), number } });
    const { kind, amount, asCredits, currency, reason, invoiceId } = toIssued(issued);
    const invoiceNumber = issued.invoice.number;
    const event = { creditNoteId: id, number, invoiceId, invoiceNumber, kind, amount, currency, reason };
    await this.webhooks.emit(transaction, tenantId, 'credit_note.issued', event, id);
    await this.notifications.email(transaction, tenantId, {
      template: 'credit_note_issued',
      values: { invoiceId, number, invoiceNumber: invoiceNumber ?? '', kind, amount, asCredits, currency, reason },
    });
    return issued;
  }

  /** @throws Problem 409 */
  private requireLeft(invoice: Invoice, note: Pick<CreditNoteRow, 'kind' | 'amountMinor'>, others: CreditNoteRow[]) {
    const { status, currency } = invoice;
    if (note.kind === 'refund' && status !== 'paid') throw notToBeRefunded(status);
    if (note.kind === 'credit' && status !== 'open' && status !== 'uncollectible') throw notToBeCredited(status);
    const left = leftOf(invoice, others);
    if (note.amountMinor > left) throw moreThanIsLeft(toMain(left, currency), currency);
  }

  /** What counts against the invoice: issued, or still to be decided. */
  private live(rows: CreditNoteRow[]): CreditNoteRow[] {
    const now = this.clock.now();
    return rows.filter(({ status, expiresAt }) => status === 'issued' || (status === 'proposed' && expiresAt > now));
  }

  /** Of one invoice, whenever it was. */
  private aloneLeft(currency: string, rows: CreditNoteRow[]): bigint {
    const issued = rows.filter(({ status }) => status === 'issued');
    return aloneLeft(this.config.KINDRED_CREDIT_ALONE_MAX, currency, issued);
  }

  private async requireInvoice(transaction: Transaction, id: string, isToBeLocked = false): Promise<Invoice> {
    const invoiceId = parseId('invoice', id);
    const invoice = isToBeLocked
      ? await this.repository.lockInvoice(transaction, invoiceId)
      : await this.repository.findInvoice(transaction, invoiceId);
    if (!invoice) throw notFound('invoice', id);
    return invoice;
  }

  private async toProposals(operator: UserPrincipal, rows: CreditNoteRow[]): Promise<CreditNoteProposal[]> {
    const people = rows.flatMap(({ proposedBy, decidedBy }) => [proposedBy, ...(decidedBy ? [decidedBy] : [])]);
    const [emails, names] = await this.database.system(async (transaction) => [
      await this.repository.findPeople(transaction, people),
      await this.repository.findNames(
        transaction,
        rows.map(({ tenantId }) => tenantId),
      ),
    ]);
    const now = this.clock.now();
    return rows.map((row) => ({
      ...toIssued(row),
      organization: { id: row.tenantId, name: names.get(row.tenantId) ?? '' },
      invoiceNumber: row.invoice.number,
      status: row.status === 'proposed' && row.expiresAt <= now ? 'expired' : row.status,
      proposedBy: emails.get(row.proposedBy) ?? '',
      isYours: row.proposedBy === operator.userId,
      proposedAt: row.proposedAt.toISOString(),
      expiresAt: row.expiresAt.toISOString(),
      decidedBy: row.decidedBy && (emails.get(row.decidedBy) ?? ''),
      decidedAt: row.decidedAt?.toISOString() ?? null,
      collection: collectionOf(row),
      blockedReason: row.blockedReason,
      blockedSince: row.blockedSince?.toISOString() ?? null,
      stripeCreditNoteId: row.stripeCreditNoteId,
    }));
  }
}

/**
 * What is due of an open invoice, or was paid of a paid one, in money or by prepaid credits, less what these take of it and what was given back elsewhere or
 * by a bank; of all others nothing.
 */
function leftOf(invoice: Invoice, live: CreditNoteRow[]): bigint {
  const { status, totalMinor, taxMinor, creditsMinor, refundedElsewhereMinor, disputedMinor } = invoice;
  if (status === 'draft' || status === 'void') return 0n;
  const takenBackMinor = creditsMinor < 0n ? -creditsMinor : 0n;
  const whole = totalMinor + taxMinor + takenBackMinor - refundedElsewhereMinor - disputedMinor;
  const left = live.reduce((rest, { amountMinor }) => rest - amountMinor, whole);
  return left > 0n ? left : 0n;
}

/** Of that, what is money: it goes back first, as though the invoice had come to less from the start; what is more goes back as credits. */
function moneyLeftOf(invoice: CreditNoteRow['invoice'], issued: CreditNoteRow[]): bigint {
  const { totalMinor, taxMinor, creditsMinor, refundedElsewhereMinor, disputedMinor } = invoice;
  const left = issued.reduce(
    (rest, { amountMinor, asCreditsMinor }) => rest - (amountMinor - asCreditsMinor),
    totalMinor + taxMinor - creditsMinor - refundedElsewhereMinor - disputedMinor,
  );
  return left > 0n ? left : 0n;
}

function collectionOf({ status, invoice, stripeCreditNoteId, blockedReason, ...note }: CreditNoteRow) {
  if (status !== 'issued' || !invoice.stripeInvoiceId || note.asCreditsMinor === note.amountMinor) return 'none';
  if (stripeCreditNoteId) return 'sent';
  return blockedReason ? 'blocked' : 'waiting';
}

function toIssued({ id, invoiceId, number, kind, amountMinor, asCreditsMinor, reason, invoice }: CreditNoteRow) {
  const { currency } = invoice;
  const asCredits = toMain(asCreditsMinor, currency);
  return { id, invoiceId, number, kind, amount: toMain(amountMinor, currency), asCredits, currency, reason };
}

function toAudited(row: CreditNoteRow) {
  const { invoiceId, kind, amount, asCredits, currency, reason } = toIssued(row);
  return { invoiceId, kind, amount, asCredits, currency, reason };
}
