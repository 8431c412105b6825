import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';
import { allocate, type Allocation, type AvailableGrant } from './allocate.js';

/** What void invoices used is there again. */
const withUse = {
  applications: { where: { invoice: { status: { not: 'void' as const } } }, select: { amountMinor: true } },
};

export type CreditGrantRow = Prisma.CreditGrantGetPayload<{ include: typeof withUse }>;
export type CreditTopUpRow = Prisma.CreditTopUpGetPayload<object>;

/** In the smallest unit of the currency. */
export function leftOf({ amountMinor, applications }: CreditGrantRow): bigint {
  return applications.reduce((left, used) => left - used.amountMinor, amountMinor);
}

@Injectable()
export class CreditGrantsRepository {
  /** What of an invoice's total is paid by grants that had not expired when its period ended. The caller holds the lock of the subscription. */
  async allocate(
    transaction: Transaction,
    currency: string,
    periodEnd: Date,
    totalMinor: bigint,
  ): Promise<Allocation[]> {
    return totalMinor > 0n ? allocate(await this.listAvailable(transaction, currency, periodEnd), totalMinor) : [];
  }

  async apply(transaction: Transaction, tenantId: string, invoiceId: string, allocations: Allocation[]): Promise<void> {
    const data = allocations.map((allocation) => ({ tenantId, invoiceId, ...allocation }));
    if (data.length > 0) await transaction.creditApplication.createMany({ data });
  }

  /** What is left now, of what has not expired. */
  async balance(transaction: Transaction, currency: string, now: Date): Promise<bigint> {
    const grants = await this.listAvailable(transaction, currency, now);
    return grants
      .filter(({ expiresAt }) => !expiresAt || expiresAt > now)
      .reduce((sum, { leftMinor }) => sum + leftMinor, 0n);
  }

  private listAvailable(transaction: Transaction, currency: string, until: Date): Promise<AvailableGrant[]> {
    return transaction.$queryRaw`
      SELECT id, kind::text, expires_at AS "expiresAt", created_at AS "createdAt", amount_minor - used.amount AS "leftMinor"
      FROM credit_grants CROSS JOIN LATERAL (
        SELECT coalesce(sum(application.amount_minor), 0)::bigint AS amount FROM credit_applications application
        JOIN invoices ON invoices.tenant_id = application.tenant_id AND invoices.id = application.invoice_id
        WHERE application.tenant_id = credit_grants.tenant_id AND grant_id = credit_grants.id AND invoices.status <> 'void') used
      WHERE status = 'granted' AND currency = ${currency} AND (expires_at IS NULL OR expires_at >= ${until}) AND used.amount < amount_minor`;
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
