import { Inject, Injectable } from '@nestjs/common';
import type { Principal } from '../../platform/access/principal.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { type PageQuery, toPage } from '../../platform/http/page.js';
import { BillingRepository, toMain } from '../billing/index.js';
import { UsageService } from '../usage/index.js';
import { renderInvoicePdf } from './invoice-pdf.js';
import {
  dueMinorOf,
  type FoundInvoice,
  type InvoiceOfAny,
  InvoicesRepository,
  type KeptInvoice,
} from './invoices.repository.js';
import type { BlockedInvoiceList, InvoicePdfQuery, InvoiceSummary, InvoiceView, LineUsage } from './invoices.schema.js';
import type { InvoiceLine } from './lines-to-bill.js';
import type { PdfFile } from './send-pdf.js';

@Injectable()
export class InvoicesService {
  constructor(
    private readonly database: Database,
    private readonly repository: InvoicesRepository,
    private readonly billing: BillingRepository,
    private readonly usage: UsageService,
    @Inject(CONFIG) private readonly config: Config,
  ) {}

  /** @throws Problem 404 where there is no such organization, as all here */
  list(organizationId: string, query: PageQuery) {
    return this.inOrganization(organizationId, async (transaction) =>
      toPage((await this.repository.list(transaction, query)).map(toSummary), query),
    );
  }

  listBlocked(query: PageQuery): Promise<BlockedInvoiceList> {
    return this.database.system(async (transaction) => {
      const rows = await this.repository.listBlocked(transaction, query);
      return toPage(rows.map(toBlocked), query);
    });
  }

  /** Of every organization. */
  listAll(query: PageQuery) {
    return this.database.system(async (transaction) => {
      const rows = await this.repository.listOfAny(transaction, query);
      const toRow = ({ tenantId: id, organizationName: name, ...row }: InvoiceOfAny) => ({
        ...toSummary(row),
        organization: { id, name },
      });
      return toPage(rows.map(toRow), query);
    });
  }

  find(organizationId: string, id: string): Promise<InvoiceView> {
    return this.inOrganization(organizationId, async (transaction) => toView(await this.require(transaction, id)));
  }

  /** In the language of who asks, unless they name another. */
  async pdf(reader: Principal, organizationId: string, id: string, query: InvoicePdfQuery): Promise<PdfFile> {
    const invoice = await this.find(organizationId, id);
    const language = query.language ?? (reader.kind === 'user' ? reader.language : 'en');
    const pdf = await renderInvoicePdf(invoice, this.config.KINDRED_SELLER, language);
    return { name: `invoice-${invoice.number ?? `draft-${invoice.periodEnd.slice(0, 10)}`}`, pdf };
  }

  /**
   * What of the ledger a line is about: all that its price counts in its period, whatever of it came after the invoice.
   *
   * @throws Problem 404 also where the invoice has no such line, or the line counts nothing
   */
  listUsage(organizationId: string, id: string, position: string, query: PageQuery): Promise<LineUsage> {
    return this.inOrganization(organizationId, async (transaction) => {
      const { lines } = await this.require(transaction, id);
      const line = /^\d{1,4}$/.test(position) ? lines[Number(position)] : undefined;
      if (line?.kind !== 'meter') throw notFound('metered line of the invoice', position);
      const { meter, deviceClass, priceVersionId, periodStart, periodEnd } = line;
      const [version] = await this.billing.findPriceVersions(transaction, [priceVersionId]);
      const classes = version!.meters.filter((price) => price.meter === meter).map((price) => price.deviceClass);
      const counted = {
        meter,
        priceVersionId,
        from: periodStart,
        to: periodEnd,
        // A price of no class counts all that have none of their own.
        ...(deviceClass ? { deviceClass } : { notDeviceClasses: classes.filter(Boolean) }),
      };
      const { events, quantity } = await this.usage.listCounted(transaction, counted, query);
      const key = { kind: line.kind, meter, deviceClass, priceVersionId, periodStart };
      const [billed] = await this.repository.sumBilled(transaction, key);
      return { ...toPage(events, query), quantity: quantity.toFixed(), billedQuantity: billed!.quantity.toFixed() };
    });
  }

  private async require(transaction: Transaction, id: string): Promise<FoundInvoice> {
    const row = await this.repository.find(transaction, parseId('invoice', id));
    if (!row) throw notFound('invoice', id);
    return row;
  }

  private inOrganization<T>(organizationId: string, work: (transaction: Transaction) => Promise<T>): Promise<T> {
    return this.database.tenant(parseId('organization', organizationId), async (transaction) => {
      if (!(await this.repository.hasOrganization(transaction, organizationId)))
        throw notFound('organization', organizationId);
      return work(transaction);
    });
  }
}

function toView(row: FoundInvoice): InvoiceView {
  const { billedTo, currency, lines, creditedMinor, refundedMinor } = row;
  return {
    ...toSummary(row),
    billedTo,
    lines: lines.map((line) => toLineView(line, currency)),
    credited: toMain(creditedMinor, currency),
    refunded: toMain(refundedMinor + row.refundedElsewhereMinor, currency),
    amountDue: toMain(dueOf(row), currency),
  };
}

function dueOf(invoice: FoundInvoice): bigint {
  const { status, settledMinor, creditedMoneyMinor } = invoice;
  const due = dueMinorOf(invoice) - settledMinor - creditedMoneyMinor;
  return status === 'open' && due > 0n ? due : 0n;
}

function toSummary(row: KeptInvoice): InvoiceSummary {
  const { id, number, status, currency, planName, totalMinor, taxMinor } = row;
  return {
    id,
    number,
    status,
    currency,
    periodStart: row.periodStart.toISOString(),
    periodEnd: row.periodEnd.toISOString(),
    plan: planName,
    subtotal: toMain(totalMinor, currency),
    tax: toMain(taxMinor, currency),
    total: toMain(totalMinor + taxMinor, currency),
    credits: toMain(row.creditsMinor, currency),
    due: toMain(dueMinorOf(row), currency),
    disputed: toMain(row.disputedMinor, currency),
    createdAt: row.createdAt.toISOString(),
    issuedAt: row.issuedAt?.toISOString() ?? null,
    paidAt: row.paidAt?.toISOString() ?? null,
    hostedInvoiceUrl: row.hostedInvoiceUrl,
  };
}

function toBlocked(row: InvoiceOfAny): BlockedInvoiceList['data'][number] {
  const { id, tenantId, organizationName: name, currency, totalMinor, periodStart, periodEnd, stripeInvoiceId } = row;
  return {
    id,
    organization: { id: tenantId, name },
    currency,
    total: toMain(totalMinor, currency),
    periodStart: periodStart.toISOString(),
    periodEnd: periodEnd.toISOString(),
    reason: row.blockedReason!,
    since: row.blockedSince!.toISOString(),
    stripeInvoiceId,
  };
}

function toLineView(line: InvoiceLine, currency: string): InvoiceView['lines'][number] {
  const { rated, periodStart, periodEnd, quantity, amountMinor } = line;
  return {
    ...rated,
    periodStart: periodStart.toISOString(),
    periodEnd: periodEnd.toISOString(),
    quantity: quantity.toFixed(),
    amount: toMain(amountMinor, currency),
  };
}
