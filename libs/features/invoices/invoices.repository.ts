import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { Claim, LeasedTable } from '../../platform/queue/leased-rows.js';
import type { RatedLine } from '../billing/index.js';
import type { Billed, InvoiceLine, LineKey } from './lines-to-bill.js';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

/** Why Stripe is not let collect an invoice. */
export const BLOCKED_REASONS = [
  'no_customer',
  'customer_deleted',
  'no_tax_location',
  'other_total',
  'more_than_paid',
  'refused',
] as const;

export type BlockedReason = (typeof BLOCKED_REASONS)[number];

export interface Invoice {
  id: string;
  /** Null in drafts. */
  number: string | null;
  status: InvoiceStatus;
  currency: string;
  periodStart: Date;
  periodEnd: Date;
  planName: string;
  billedTo: string;
  /** Without tax. */
  totalMinor: bigint;
  /** Of the total, what prepaid credits pay. */
  creditsMinor: bigint;
  taxMinor: bigint;
  createdAt: Date;
  issuedAt: Date | null;
  paidAt: Date | null;
}

/** What is left of the total to be paid; below 0 where it is in the customer's favour. */
export function dueMinorOf(invoice: Invoice): bigint {
  return untaxedDueMinorOf(invoice) + invoice.taxMinor;
}

/** What Stripe is to collect, and to put tax on. */
export function untaxedDueMinorOf({ totalMinor, creditsMinor }: Invoice): bigint {
  return totalMinor - creditsMinor;
}

/** How far it got at Stripe. */
export interface Collected {
  stripeInvoiceId: string | null;
  hostedInvoiceUrl: string | null;
  /** What Stripe has of it while it is open. */
  settledMinor: bigint;
  /** Given back at Stripe by hand. */
  refundedElsewhereMinor: bigint;
  /** Of what was paid, what a bank has taken back, or holds while it is disputed. */
  disputedMinor: bigint;
  /** Part of the idempotency keys; raised where Stripe refused what it was asked under the one before. */
  keyRound: number;
  blockedReason: BlockedReason | null;
  blockedSince: Date | null;
}

export type KeptInvoice = Invoice & Collected;

export interface FoundInvoice extends KeptInvoice {
  lines: InvoiceLine[];
  /** By credit notes: taken off what is due, and given back. */
  creditedMinor: bigint;
  /** Of what was taken off, what was to be paid in money. */
  creditedMoneyMinor: bigint;
  refundedMinor: bigint;
}

/** What is taken to Stripe, and looked at there until it is paid. */
export const INVOICES: LeasedTable = {
  name: 'invoices',
  lock: 0x696e766f,
  isOpen: `(status = 'draft' OR (status = 'open' AND stripe_invoice_id IS NOT NULL))`,
  onClaim: 'tries = tries + 1',
  due: 'next_attempt_at',
};

/** At most $1, one of each organization that has none under way: an organization at which Stripe hangs keeps no other waiting. */
export const NEXT_INVOICES = `
  SELECT tenant_id, id FROM (
    SELECT DISTINCT ON (tenant_id) tenant_id, id, next_attempt_at FROM invoices
    WHERE ${INVOICES.isOpen} AND lease_expires_at IS NULL AND next_attempt_at <= now()
      AND NOT EXISTS (SELECT FROM invoices busy WHERE busy.tenant_id = invoices.tenant_id AND busy.lease_expires_at IS NOT NULL)
    ORDER BY tenant_id, next_attempt_at) due
  ORDER BY next_attempt_at LIMIT $1`;

export interface ClaimedInvoice extends Claim {
  /** Since the last one that came through, this one included. */
  tries: number;
}

export interface InvoiceOfAny extends KeptInvoice {
  tenantId: string;
  organizationName: string;
}

@Injectable()
export class InvoicesRepository {
  async list(transaction: Transaction, query: PageQuery): Promise<KeptInvoice[]> {
    return (await transaction.invoice.findMany(pageArguments(query))).map(toInvoice);
  }

  async find(transaction: Transaction, id: string): Promise<FoundInvoice | null> {
    const row = await transaction.invoice.findFirst({
      where: { id },
      include: {
        lines: { orderBy: { position: 'asc' } },
        creditNotes: { where: { status: 'issued' }, select: { kind: true, amountMinor: true, asCreditsMinor: true } },
      },
    });
    if (!row) return null;
    const { creditNotes, lines, ...invoice } = row;
    const sumOf = (wanted: string) =>
      creditNotes.reduce((sum, { kind, amountMinor }) => (kind === wanted ? sum + amountMinor : sum), 0n);
    const asCreditsMinor = creditNotes
      .filter(({ kind }) => kind === 'credit')
      .reduce((sum, each) => sum + each.asCreditsMinor, 0n);
    return {
      ...toInvoice(invoice),
      lines: lines.map(toLine),
      creditedMinor: sumOf('credit'),
      creditedMoneyMinor: sumOf('credit') - asCreditsMinor,
      refundedMinor: sumOf('refund'),
    };
  }

  /** Nobody else changes it until the transaction ends. */
  async lock(transaction: Transaction, id: string): Promise<KeptInvoice> {
    await transaction.$queryRaw`SELECT FROM invoices WHERE id = ${id}::uuid FOR UPDATE`;
    return toInvoice(await transaction.invoice.findFirstOrThrow({ where: { id } }));
  }

  async findByStripe(transaction: Transaction, stripeInvoiceId: string): Promise<string | null> {
    return (await transaction.invoice.findFirst({ where: { stripeInvoiceId }, select: { id: true } }))?.id ?? null;
  }

  /** Requires a system transaction. */
  async readClaimed(transaction: Transaction, claims: Claim[]): Promise<ClaimedInvoice[]> {
    const rows = await transaction.invoice.findMany({
      where: { OR: claims.map(({ tenantId, id }) => ({ tenantId, id })) },
      select: { id: true, tries: true },
    });
    return claims.map((claim) => ({ ...claim, tries: rows.find(({ id }) => id === claim.id)!.tries }));
  }

  /** Those that Stripe is not let collect, over all organizations; requires a system transaction. */
  listBlocked(transaction: Transaction, query: PageQuery): Promise<InvoiceOfAny[]> {
    return this.listOfAny(transaction, query, { blockedReason: { not: null } });
  }

  /** Over all organizations; requires a system transaction. */
  async listOfAny(
    transaction: Transaction,
    query: PageQuery,
    only: Prisma.InvoiceWhereInput = {},
  ): Promise<InvoiceOfAny[]> {
    const { where, ...page } = pageArguments(query);
    const rows = await transaction.invoice.findMany({ ...page, where: { ...where, ...only } });
    const organizations = await transaction.organization.findMany({
      where: { id: { in: rows.map(({ tenantId }) => tenantId) } },
      select: { id: true, name: true },
    });
    return rows.map((row) => ({
      ...toInvoice(row),
      tenantId: row.tenantId,
      organizationName: organizations.find(({ id }) => id === row.tenantId)!.name,
    }));
  }

  /** Once: what is there stays. */
  async setStripeInvoice(transaction: Transaction, id: string, stripeInvoiceId: string): Promise<void> {
    await transaction.invoice.updateMany({ where: { id, stripeInvoiceId: null }, data: { stripeInvoiceId } });
  }

  /** @param collected also whether a worker that has it is to let it go */
  async update(
    transaction: Transaction,
    id: string,
    collected: Partial<
      Pick<KeptInvoice, 'number' | 'status' | 'taxMinor' | 'issuedAt' | 'paidAt'> & Collected & { leaseExpiresAt: null }
    >,
  ): Promise<void> {
    await transaction.invoice.updateMany({ where: { id }, data: collected });
  }

  /** One that is open came through; a draft stays as it is. */
  async unblock(transaction: Transaction, id: string): Promise<void> {
    const data = { tries: 0, blockedReason: null, blockedSince: null };
    await transaction.invoice.updateMany({ where: { id, status: 'open' }, data });
  }

  /** What Stripe refused is asked again under other idempotency keys. */
  async raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    await transaction.invoice.updateMany({ where: { id }, data: { keyRound: { increment: 1 } } });
  }

  async create(transaction: Transaction, tenantId: string, invoice: Invoice, lines: InvoiceLine[]): Promise<void> {
    await transaction.invoice.create({ data: { tenantId, ...invoice } });
    await transaction.invoiceLine.createMany({
      data: lines.map(({ meter, rated, quantity, ...line }, position) => ({
        ...line,
        tenantId,
        invoiceId: invoice.id,
        position,
        meterKey: meter,
        quantity: quantity.toFixed(),
        rated: rated as unknown as Prisma.InputJsonValue,
      })),
    });
  }

  /** What the organization's invoices have of each line of each period, or of the one line. */
  async sumBilled(transaction: Transaction, line?: LineKey): Promise<Billed[]> {
    const rows = await transaction.invoiceLine.groupBy({
      ...(line && { where: keyOf(line) }),
      by: ['periodStart', 'kind', 'priceVersionId', 'meterKey', 'deviceClass'],
      _sum: { quantity: true, amountMinor: true },
    });
    return rows.map(({ meterKey, _sum, ...key }) => ({
      ...key,
      meter: meterKey,
      quantity: new Decimal(_sum.quantity!.toString()),
      amountMinor: _sum.amountMinor!,
    }));
  }

  async hasOrganization(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.organization.count({ where: { id } })) > 0;
  }

  /** The next of the year's numbers; whoever takes one waits for whoever took the one before, so that none is left out. */
  async nextNumber(transaction: Transaction, at: Date): Promise<string> {
    const year = at.getUTCFullYear();
    const [row] = await transaction.$queryRaw<{ last: number }[]>`
      INSERT INTO invoice_numbers AS known (year, last) VALUES (${year}, 1)
      ON CONFLICT (year) DO UPDATE SET last = known.last + 1 RETURNING last`;
    return `${year}-${String(row!.last).padStart(6, '0')}`;
  }
}

function toInvoice(row: Prisma.InvoiceGetPayload<object>): KeptInvoice {
  return { ...row, blockedReason: row.blockedReason as BlockedReason | null };
}

function keyOf({ meter, ...key }: LineKey) {
  return { ...key, meterKey: meter };
}

function toLine(row: Prisma.InvoiceLineGetPayload<object>): InvoiceLine {
  const { kind, periodStart, periodEnd, priceVersionId, meterKey, deviceClass, quantity, amountMinor, rated } = row;
  return {
    kind,
    periodStart,
    periodEnd,
    priceVersionId,
    meter: meterKey,
    deviceClass,
    quantity: new Decimal(quantity.toString()),
    amountMinor,
    rated: rated as unknown as RatedLine,
  };
}
