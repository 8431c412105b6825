import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import type { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import type { PlanOverride, PutPlanOverride } from './plan-overrides.schema.js';

type Row = Prisma.PlanOverrideGetPayload<object>;

/** Every method requires a system transaction. */
@Injectable()
export class PlanOverridesRepository {
  /** Null where there is no such organization. Makes other changes of its overrides wait. */
  async lockOrganization(transaction: Transaction, tenantId: string): Promise<boolean> {
    const rows = await transaction.$queryRaw<unknown[]>`
      SELECT FROM organizations WHERE id = ${tenantId}::uuid AND deleted_at IS NULL FOR UPDATE`;
    return rows.length > 0;
  }

  async list(transaction: Transaction, tenantId: string): Promise<PlanOverride[]> {
    const orderBy = [{ resource: 'asc' as const }, { kind: 'asc' as const }];
    return (await transaction.planOverride.findMany({ where: { tenantId }, orderBy })).map(toOverride);
  }

  async find(
    transaction: Transaction,
    tenantId: string,
    where: { id: string } | Pick<PutPlanOverride, 'kind' | 'resource'>,
  ): Promise<PlanOverride | null> {
    const row = await transaction.planOverride.findFirst({ where: { tenantId, ...where } });
    return row && toOverride(row);
  }

  /** In place of the one of that kind and resource. */
  async put(
    transaction: Transaction,
    tenantId: string,
    id: string,
    { kind, resource, quantity, reason, endsAt }: PutPlanOverride,
  ): Promise<PlanOverride> {
    const where = { tenantId_kind_resource: { tenantId, kind, resource } };
    const change = { quantity, reason, endsAt };
    const create = { tenantId, id, kind, resource, ...change };
    return toOverride(await transaction.planOverride.upsert({ where, create, update: change }));
  }

  async delete(transaction: Transaction, tenantId: string, id: string): Promise<void> {
    await transaction.planOverride.deleteMany({ where: { tenantId, id } });
  }

  /** Deletes and returns those that have ended. */
  async deleteEnded(transaction: Transaction, now: Date): Promise<(PlanOverride & { tenantId: string })[]> {
    const rows = await transaction.$queryRaw<{ tenantId: string; id: string }[]>`
      SELECT tenant_id AS "tenantId", id FROM plan_overrides WHERE ends_at <= ${now} FOR UPDATE SKIP LOCKED`;
    const ended = [];
    for (const { tenantId, id } of rows) {
      ended.push({ tenantId, ...(await this.find(transaction, tenantId, { id }))! });
      await this.delete(transaction, tenantId, id);
    }
    return ended;
  }
}

function toOverride({ id, kind, resource, quantity, reason, endsAt, createdAt }: Row): PlanOverride {
  const times = { endsAt: endsAt?.toISOString() ?? null, createdAt: createdAt.toISOString() };
  return { id, kind, resource, quantity: new Decimal(quantity.toString()).toFixed(), reason, ...times };
}
