import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { CheckoutService } from '../billing/index.js';
import { NotificationsService } from '../notifications/index.js';
import { notDeleting, wrongName } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';
import type { DeleteOrganization, Organization, RenameOrganization } from './organizations.schema.js';

const GRACE_MS = 7 * 86_400_000;

/** What an organization's owners do with it as a whole. */
@Injectable()
export class OrganizationService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly checkout: CheckoutService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  /** In the system transaction that makes the person who owns it. */
  async create(transaction: Transaction, organization: { id: string; name: string }, ownerId: string): Promise<void> {
    const { id, name } = organization;
    await this.repository.create(transaction, organization, ownerId);
    await audit(transaction, id, 'organization.created', id, { after: { name } }, { kind: 'user', id: ownerId });
  }

  get(tenantId: string): Promise<Organization> {
    return this.database.tenant(tenantId, (transaction) => this.repository.get(transaction, tenantId));
  }

  rename(tenantId: string, { name }: RenameOrganization): Promise<Organization> {
    return this.update(tenantId, 'renamed', () => ({ name }));
  }

  /** @throws Problem 409 where the name is not the organization's */
  async scheduleDeletion(tenantId: string, { name }: DeleteOrganization): Promise<Organization> {
    const before = await this.get(tenantId);
    if (before.name !== name) throw wrongName();
    if (before.deletesAt !== null) return before;
    // First, and outside of any transaction: what is to be deleted must cost nothing more.
    await this.checkout.cancelAtOnce(tenantId);
    const deletesAt = new Date(this.clock.now().getTime() + GRACE_MS);
    return this.update(
      tenantId,
      'deletion_scheduled',
      () => ({ deletesAt }),
      (transaction, organization) => this.notifyOfDeletion(transaction, tenantId, organization),
    );
  }

  /** @throws Problem 409 where it is not to be deleted */
  takeBackDeletion(tenantId: string): Promise<Organization> {
    return this.update(tenantId, 'deletion_taken_back', ({ deletesAt }) => {
      if (deletesAt === null) throw notDeleting();
      return { deletesAt: null };
    });
  }

  private update(
    tenantId: string,
    what: string,
    change: (before: Organization) => { name?: string; deletesAt?: Date | null },
    notify?: (transaction: Transaction, after: Organization) => Promise<void>,
  ): Promise<Organization> {
    return this.database.tenant(tenantId, async (transaction) => {
      const before = await this.repository.get(transaction, tenantId);
      const after = await this.repository.update(transaction, tenantId, change(before));
      await audit(transaction, tenantId, `organization.${what}`, tenantId, { before, after });
      await notify?.(transaction, after);
      return after;
    });
  }

  private async notifyOfDeletion(
    transaction: Transaction,
    tenantId: string,
    { name, deletesAt }: Organization,
  ): Promise<void> {
    await this.notifications.email(transaction, tenantId, {
      subject: `${name} will be deleted`,
      text: `Your organization ${name} will be deleted at ${deletesAt}, with its projects, data sets, models, keys and members.\n\nUntil then everything keeps working, an owner can cancel the deletion, and you can export all data on the Organization page of the dashboard. A paid subscription has already ended.\n`,
    });
  }
}
