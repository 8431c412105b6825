import { Injectable } from '@nestjs/common';
import type { Role } from '../../platform/access/permissions.js';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { type PageQuery, pageArguments } from '../../platform/http/page.js';

export type ImpersonationRow = Prisma.ImpersonationGetPayload<object>;

@Injectable()
export class ImpersonationsRepository {
  /** Requires a system transaction. */
  create(transaction: Transaction, data: Prisma.ImpersonationUncheckedCreateInput): Promise<ImpersonationRow> {
    return transaction.impersonation.create({ data });
  }

  find(transaction: Transaction, tenantId: string, id: string): Promise<ImpersonationRow | null> {
    return transaction.impersonation.findFirst({ where: { tenantId, id } });
  }

  /** Newest first, one more than the page holds. */
  list(transaction: Transaction, tenantId: string, page: PageQuery): Promise<ImpersonationRow[]> {
    const { where, ...order } = pageArguments(page);
    return transaction.impersonation.findMany({ ...order, where: { ...where, tenantId } });
  }

  /** False where it had ended. */
  async end(transaction: Transaction, tenantId: string, id: string, now: Date): Promise<boolean> {
    const where = { tenantId, id, endedAt: null, endsAt: { gt: now } };
    return (await transaction.impersonation.updateMany({ where, data: { endedAt: now } })).count === 1;
  }

  /** Those whose time is over, each once. Requires a system transaction. */
  endRunOut(transaction: Transaction, now: Date): Promise<{ tenantId: string; id: string; endedAt: Date }[]> {
    return transaction.$queryRaw`
      UPDATE impersonations SET ended_at = ends_at WHERE ended_at IS NULL AND ends_at <= ${now}
      RETURNING tenant_id AS "tenantId", id, ended_at AS "endedAt"`;
  }

  /** Requires a system transaction. */
  async findMember(transaction: Transaction, tenantId: string, userId: string): Promise<Role | null> {
    const row = await transaction.membership.findUnique({ where: { tenantId_userId: { tenantId, userId } } });
    return row?.role ?? null;
  }

  /** Null where there is none, or it was deleted. Requires a system transaction. */
  async findName(transaction: Transaction, tenantId: string): Promise<string | null> {
    const where = { id: tenantId, deletedAt: null };
    return (await transaction.organization.findUnique({ where, select: { name: true } }))?.name ?? null;
  }

  /** Requires a system transaction. */
  async hasMessage(transaction: Transaction, tenantId: string, id: string): Promise<boolean> {
    return (await transaction.supportMessage.count({ where: { tenantId, id } })) > 0;
  }

  /** Requires a system transaction. */
  async findPeople(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const people = await transaction.user.findMany({ where: { id: { in: ids } }, select: { id: true, email: true } });
    return new Map(people.map(({ id, email }) => [id, email]));
  }
}
