import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { notFound } from '../../platform/errors/problem.js';
import { parseId } from '../../platform/http/ids.js';
import { takeBackRows } from '../../platform/queue/leased-rows.js';
import { IMPORTS } from '../data-sets/index.js';
import { NotificationsService } from '../notifications/index.js';
import { TRAINING_JOBS } from '../training-jobs/index.js';
import { alreadySuspended, notSuspended } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';
import type { SuspendedOrganization, SuspendOrganization } from './organizations.schema.js';

/**
 * Lets nothing of an organization be worked with until it is restored. Its row says so alone: keys and people are refused by it, and what
 * waits for a worker is passed over by it, so that restoring brings all back as it was.
 */
@Injectable()
export class SuspensionService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  /** @throws Problem 404 where there is no such organization; 409 where it is suspended already */
  suspend(organizationId: string, { reason }: SuspendOrganization): Promise<SuspendedOrganization> {
    return this.change(organizationId, async (transaction, id, { name, suspension: before }) => {
      if (before) throw alreadySuspended();
      const suspendedAt = this.clock.now();
      await this.repository.setSuspension(transaction, id, { suspendedAt, suspensionReason: reason });
      // What runs goes back to what waits, and on from its last checkpoint once the organization is restored.
      for (const table of [TRAINING_JOBS, IMPORTS]) await takeBackRows(transaction, table, id);
      const suspension = { reason, suspendedAt: suspendedAt.toISOString() };
      await audit(transaction, id, 'organization.suspended', id, { after: suspension });
      const values = { organizationName: name, reason };
      await this.notifications.emailOwners(transaction, id, { template: 'organization_suspended', values });
      return { id, suspension };
    });
  }

  /** @throws Problem 404 where there is no such organization; 409 where it is not suspended */
  restore(organizationId: string): Promise<SuspendedOrganization> {
    return this.change(organizationId, async (transaction, id, { name, suspension: before }) => {
      if (!before) throw notSuspended();
      await this.repository.setSuspension(transaction, id, null);
      await audit(transaction, id, 'organization.restored', id, { before });
      const values = { organizationName: name };
      await this.notifications.emailOwners(transaction, id, { template: 'organization_restored', values });
      return { id, suspension: null };
    });
  }

  private change(
    organizationId: string,
    work: (
      transaction: Transaction,
      id: string,
      found: NonNullable<Awaited<ReturnType<OrganizationsRepository['findSuspension']>>>,
    ) => Promise<SuspendedOrganization>,
  ): Promise<SuspendedOrganization> {
    const id = parseId('organization', organizationId);
    return this.database.system(async (transaction) => {
      const found = await this.repository.findSuspension(transaction, id);
      if (!found) throw notFound('organization', organizationId);
      return work(transaction, id, found);
    });
  }
}
