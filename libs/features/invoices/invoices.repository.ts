import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import type { RatedLine } from '../billing/index.js';
import type { Billed, InvoiceLine, LineKey } from './lines-to-bill.js';

export type InvoiceStatus = 'draft' | 'open' | 'paid' | 'void' | 'uncollectible';

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
  totalMinor: bigint;
  createdAt: Date;
  issuedAt: Date | null;
  paidAt: Date | null;
}

@Injectable()
export class InvoicesRepository {
  async list(transaction: Transaction, query: PageQuery): Promise<Invoice[]> {
    return transaction.invoice.findMany(pageArguments(query));
  }

  async find(transaction: Transaction, id: string): Promise<(Invoice & { lines: InvoiceLine[] }) | null> {
    const row = await transaction.invoice.findFirst({
      where: { id },
      include: { lines: { orderBy: { position: 'asc' } } },
    });
    return row && { ...row, lines: row.lines.map(toLine) };
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
  async nextNumber(transaction: Transaction, year: number): Promise<number> {
    const [row] = await transaction.$queryRaw<{ last: number }[]>`
      INSERT INTO invoice_numbers AS known (year, last) VALUES (${year}, 1)
      ON CONFLICT (year) DO UPDATE SET last = known.last + 1 RETURNING last`;
    return row!.last;
  }
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
