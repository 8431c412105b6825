import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { UNTAXED_SHARE } from '../billing/index.js';
import { allocate, type Allocation, type AvailableGrant, giveBack, sumOf } from './allocate.js';

/** What void invoices used is there again. */
export const withUse = {
  applications: { where: { invoice: { status: { not: 'void' as const } } }, select: { amountMinor: true } },
};

export type CreditGrantRow = Prisma.CreditGrantGetPayload<{ include: typeof withUse }>;
/** What an invoice takes and gives back, and whether all of it has a place to go. */
export interface Allocated {
  allocations: Allocation[];
  /** Of one in the customer's favour, what neither money nor credits that count had paid. */
  unpaidMinor: bigint;
}

export type CreditTopUpRow = Prisma.CreditTopUpGetPayload<object>;

/** In the smallest unit of the currency; nothing where more was used than is left of its money. */
export function leftOf({ amountMinor, takenBackMinor, applications }: CreditGrantRow): bigint {
  const left = applications.reduce((rest, used) => rest - used.amountMinor, amountMinor - takenBackMinor);
  return left > 0n ? left : 0n;
}

const UNTAXED = Prisma.raw(UNTAXED_SHARE);

const LEFT = Prisma.sql`
  SELECT id, kind::text, expires_at AS "expiresAt", created_at AS "createdAt", amount_minor - taken_back_minor - used.amount AS "leftMinor"
  FROM credit_grants CROSS JOIN LATERAL (
    SELECT coalesce(sum(application.amount_minor), 0)::bigint AS amount FROM credit_applications application
    JOIN invoices ON invoices.tenant_id = application.tenant_id AND invoices.id = application.invoice_id
    WHERE application.tenant_id = credit_grants.tenant_id AND grant_id = credit_grants.id AND invoices.status <> 'void') used`;

@Injectable()
export class CreditGrantsRepository {
  /**
   * What an invoice uses of grants that had not expired when its period ended, and takes back of those whose money has gone back. One in the customer's
   * favour gives back what credits paid of what it corrects. The caller holds the lock of the subscription.
   *
   * @param corrected starts of the periods of which it takes something off
   */
  async allocate(
    transaction: Transaction,
    currency: string,
    periodEnd: Date,
    totalMinor: bigint,
    corrected: Date[],
  ): Promise<Allocated> {
    if (totalMinor < 0n) return this.allocateReturns(transaction, currency, corrected, -totalMinor);
    const owed = (await this.listOwed(transaction, currency)).map(({ id, leftMinor }) => ({
      grantId: id,
      amountMinor: leftMinor,
    }));
    const payable = totalMinor - sumOf(owed);
    const available = payable > 0n ? await this.listAvailable(transaction, currency, periodEnd) : [];
    return { allocations: [...owed, ...allocate(available, payable)], unpaidMinor: 0n };
  }

  async apply(
    transaction: Transaction,
    tenantId: string,
    invoiceId: string,
    allocations: Allocation[],
    creditNoteId: string | null = null,
  ): Promise<void> {
    const data = allocations.map((allocation) => ({ tenantId, invoiceId, creditNoteId, ...allocation }));
    if (data.length > 0) await transaction.creditApplication.createMany({ data });
  }

  /** By a credit note of an invoice, what credits paid of it goes back to them. The caller holds the lock of the invoice. @returns how much did */
  async giveBack(
    transaction: Transaction,
    tenantId: string,
    { invoiceId, creditNoteId, amountMinor }: { invoiceId: string; creditNoteId: string; amountMinor: bigint },
  ): Promise<bigint> {
    const allocations = giveBack(await this.listUsed(transaction, [invoiceId]), amountMinor);
    await this.apply(transaction, tenantId, invoiceId, allocations, creditNoteId);
    return -sumOf(allocations);
  }

  /** First what money paid of the invoices of those periods goes back, as though they had come to less from the start; the rest as credits. */
  private async allocateReturns(
    transaction: Transaction,
    currency: string,
    corrected: Date[],
    favourMinor: bigint,
  ): Promise<Allocated> {
    const invoices = await transaction.$queryRaw<{ id: string; moneyMinor: bigint }[]>`
      SELECT id, (total_minor - credits_minor - round((refunded_elsewhere_minor + disputed_minor + coalesce((
        SELECT sum(amount_minor - as_credits_minor) FROM credit_notes note
        WHERE note.tenant_id = invoices.tenant_id AND note.invoice_id = invoices.id AND note.status = 'issued'), 0)) * ${UNTAXED}))::bigint AS "moneyMinor"
      FROM invoices WHERE currency = ${currency} AND status <> 'void' AND EXISTS (SELECT FROM invoice_lines line
        WHERE line.tenant_id = invoices.tenant_id AND invoice_id = invoices.id AND line.period_start = ANY(${corrected}::timestamptz[]))`;
    const moneyMinor = invoices.reduce((sum, each) => sum + each.moneyMinor, 0n);
    const rest = moneyMinor > 0n ? favourMinor - moneyMinor : favourMinor;
    if (rest <= 0n) return { allocations: [], unpaidMinor: 0n };
    const used = await this.listUsed(
      transaction,
      invoices.map(({ id }) => id),
    );
    const allocations = giveBack(used, rest);
    return { allocations, unpaidMinor: rest + sumOf(allocations) };
  }

  /**
   * What the invoices have used of each grant, less what was given back; no more than all invoices have, as a later one may have asked for it again once its
   * money had gone back.
   */
  private listUsed(transaction: Transaction, invoiceIds: string[]): Promise<AvailableGrant[]> {
    return transaction.$queryRaw`
      SELECT granted.id, kind::text, expires_at AS "expiresAt", created_at AS "createdAt", least(used.amount, net.amount) AS "leftMinor"
      FROM (SELECT grant_id, sum(amount_minor)::bigint AS amount FROM credit_applications
        WHERE invoice_id = ANY(${invoiceIds}::uuid[]) GROUP BY 1) used
      JOIN credit_grants granted ON granted.id = used.grant_id
      CROSS JOIN LATERAL (
        SELECT sum(application.amount_minor)::bigint AS amount FROM credit_applications application
        JOIN invoices ON invoices.tenant_id = application.tenant_id AND invoices.id = application.invoice_id
        WHERE application.tenant_id = granted.tenant_id AND application.grant_id = granted.id AND invoices.status <> 'void') net
      WHERE used.amount > 0 AND net.amount > 0`;
  }

  /** What is left now, of what has not expired. */
  async balance(transaction: Transaction, currency: string, now: Date): Promise<bigint> {
    const grants = await this.listAvailable(transaction, currency, now);
    return grants
      .filter(({ expiresAt }) => !expiresAt || expiresAt > now)
      .reduce((sum, { leftMinor }) => sum + leftMinor, 0n);
  }

  /** What was used of credits whose money has gone back, which the next invoice asks for. */
  async owed(transaction: Transaction, currency: string): Promise<bigint> {
    return (await this.listOwed(transaction, currency)).reduce((sum, { leftMinor }) => sum - leftMinor, 0n);
  }

  private async listAvailable(transaction: Transaction, currency: string, until: Date): Promise<AvailableGrant[]> {
    return transaction.$queryRaw`${LEFT}
      WHERE status = 'granted' AND currency = ${currency} AND (expires_at IS NULL OR expires_at >= ${until}) AND used.amount < amount_minor - taken_back_minor`;
  }

  /** Of each, less than nothing is left. */
  private async listOwed(transaction: Transaction, currency: string): Promise<AvailableGrant[]> {
    return transaction.$queryRaw`${LEFT}
      WHERE status = 'granted' AND currency = ${currency} AND taken_back_minor > 0 AND used.amount > amount_minor - taken_back_minor`;
  }

  /** @param isOperator also what was proposed, declined, or not paid */
  list(transaction: Transaction, query: PageQuery, isOperator: boolean): Promise<CreditGrantRow[]> {
    const { where, ...page } = pageArguments(query);
    return transaction.creditGrant.findMany({
      ...page,
      where: { ...where, ...(!isOperator && { status: 'granted' }) },
      include: withUse,
    });
  }

  find(transaction: Transaction, id: string): Promise<CreditGrantRow | null> {
    return transaction.creditGrant.findFirst({ where: { id }, include: withUse });
  }

  findByStripe(transaction: Transaction, stripeInvoiceId: string): Promise<CreditGrantRow | null> {
    return transaction.creditGrant.findFirst({ where: { stripeInvoiceId }, include: withUse });
  }

  /** An organization has one at most. */
  findUnpaid(transaction: Transaction): Promise<CreditGrantRow | null> {
    return transaction.creditGrant.findFirst({ where: { status: 'unpaid' }, include: withUse });
  }

  /** What operators gave since then without a second one. */
  listGivenAlone(transaction: Transaction, since: Date): Promise<CreditGrantRow[]> {
    const where = { kind: 'promotional', status: 'granted', needsSecond: false, createdAt: { gte: since } } as const;
    return transaction.creditGrant.findMany({ where, include: withUse });
  }

  create(transaction: Transaction, data: Prisma.CreditGrantUncheckedCreateInput): Promise<CreditGrantRow> {
    return transaction.creditGrant.create({ data, include: withUse });
  }

  /** @returns whether it was one of these until now */
  async decide(
    transaction: Transaction,
    id: string,
    from: CreditGrantRow['status'][],
    data: { status: 'granted' | 'declined'; decidedBy?: string; decidedAt: Date },
  ): Promise<boolean> {
    const { count } = await transaction.creditGrant.updateMany({ where: { id, status: { in: from } }, data });
    return count > 0;
  }

  /** Once: what is there stays. */
  async setStripeInvoice(transaction: Transaction, id: string, stripeInvoiceId: string): Promise<string> {
    await transaction.creditGrant.updateMany({ where: { id, stripeInvoiceId: null }, data: { stripeInvoiceId } });
    return (await this.find(transaction, id))!.stripeInvoiceId!;
  }

  /** Unless somebody has written another meanwhile. @param follows of when it was read @returns whether it was written */
  async setTakenBack(transaction: Transaction, id: string, follows: number, takenBackMinor: bigint): Promise<boolean> {
    const data = { takenBackMinor, follows: { increment: 1 } };
    return (await transaction.creditGrant.updateMany({ where: { id, follows }, data })).count > 0;
  }

  async setPayUrl(transaction: Transaction, id: string, payUrl: string | null): Promise<void> {
    await transaction.creditGrant.updateMany({ where: { id }, data: { payUrl } });
  }

  /** What the automatic top-up has bought since then, and is buying. */
  async sumAutomatic(transaction: Transaction, since: Date): Promise<bigint> {
    const { _sum } = await transaction.creditGrant.aggregate({
      where: { isAutomatic: true, status: { in: ['granted', 'unpaid'] }, createdAt: { gte: since } },
      _sum: { amountMinor: true },
    });
    return _sum.amountMinor ?? 0n;
  }

  /** Of all organizations, what a worker buys or, where it is older than that, gives up; requires a system transaction. */
  async listUnpaid(transaction: Transaction, before: Date, limit: number): Promise<CreditGrantRow[]> {
    return transaction.creditGrant.findMany({
      where: { status: 'unpaid', OR: [{ isAutomatic: true }, { createdAt: { lte: before } }] },
      orderBy: { id: 'asc' },
      take: limit,
      include: withUse,
    });
  }

  findTopUp(transaction: Transaction, tenantId: string): Promise<CreditTopUpRow | null> {
    return transaction.creditTopUp.findUnique({ where: { tenantId } });
  }

  async putTopUp(transaction: Transaction, topUp: CreditTopUpRow): Promise<void> {
    const { tenantId, ...data } = topUp;
    await transaction.creditTopUp.upsert({ where: { tenantId }, create: topUp, update: data });
  }

  async deleteTopUp(transaction: Transaction, tenantId: string): Promise<boolean> {
    return (await transaction.creditTopUp.deleteMany({ where: { tenantId } })).count > 0;
  }

  /** @returns whether it went on until now */
  async stopTopUp(transaction: Transaction, tenantId: string, stoppedAt: Date): Promise<boolean> {
    const where = { tenantId, stoppedAt: null };
    return (await transaction.creditTopUp.updateMany({ where, data: { stoppedAt } })).count > 0;
  }

  /** Whose goes on, after that one; requires a system transaction. */
  async listTopUps(transaction: Transaction, after: string, limit: number): Promise<string[]> {
    const rows = await transaction.creditTopUp.findMany({
      where: { tenantId: { gt: after }, stoppedAt: null, organization: { deletesAt: null, deletedAt: null } },
      orderBy: { tenantId: 'asc' },
      take: limit,
      select: { tenantId: true },
    });
    return rows.map(({ tenantId }) => tenantId);
  }

  async hasOrganization(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.organization.count({ where: { id, deletedAt: null } })) > 0;
  }

  /** Requires a system transaction. */
  async findPeople(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const people = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }
}
