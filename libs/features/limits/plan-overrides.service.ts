import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { newId, parseId } from '../../platform/http/ids.js';
import { overrideEnded, unknownOverride } from './limits.errors.js';
import { isCounted, LimitsRepository } from './limits.repository.js';
import { PlanOverridesRepository } from './plan-overrides.repository.js';
import type { PlanOverride, PutPlanOverride } from './plan-overrides.schema.js';

/** What an operator grants one organization in place of what its plan says. */
@Injectable()
export class PlanOverridesService {
  constructor(
    private readonly database: Database,
    private readonly repository: PlanOverridesRepository,
    private readonly limits: LimitsRepository,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 where there is no such organization */
  list(organizationId: string): Promise<PlanOverride[]> {
    return this.inOrganization(organizationId, (transaction, id) => this.repository.list(transaction, id));
  }

  /** @throws Problem 400 for a resource that there is none of, or an end that is over; 404 where there is no such organization */
  put(organizationId: string, body: PutPlanOverride): Promise<PlanOverride> {
    return this.inOrganization(organizationId, async (transaction, tenantId) => {
      const { kind, resource, endsAt } = body;
      const isKnown = await this.limits.isMeter(transaction, resource);
      if (!isKnown && !(kind === 'limit' && isCounted(resource))) throw unknownOverride(resource);
      if (endsAt && endsAt <= this.clock.now()) throw overrideEnded();
      const before = await this.repository.find(transaction, tenantId, { kind, resource });
      const after = await this.repository.put(transaction, tenantId, newId(), body);
      await audit(transaction, tenantId, 'plan_override.put', after.id, { before, after });
      return after;
    });
  }

  /** @throws Problem 404 where the organization has none such */
  async delete(organizationId: string, overrideId: string): Promise<void> {
    const id = parseId('override', overrideId);
    await this.inOrganization(organizationId, async (transaction, tenantId) => {
      const before = await this.repository.find(transaction, tenantId, { id });
      if (!before) throw notFound('override', overrideId);
      await this.repository.delete(transaction, tenantId, id);
      await audit(transaction, tenantId, 'plan_override.deleted', id, { before });
    });
  }

  private inOrganization<T>(
    organizationId: string,
    work: (transaction: Transaction, tenantId: string) => Promise<T>,
  ): Promise<T> {
    const tenantId = parseId('organization', organizationId);
    return this.database.system(async (transaction) => {
      if (!(await this.repository.lockOrganization(transaction, tenantId)))
        throw notFound('organization', organizationId);
      return work(transaction, tenantId);
    });
  }
}
