import { Injectable } from '@nestjs/common';
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
  create(transaction: Transaction, organization: { id: string; name: string }, ownerId: string): Promise<void> {
    return this.repository.create(transaction, organization, ownerId);
  }

  get(tenantId: string): Promise<Organization> {
    return this.database.tenant(tenantId, (transaction) => this.repository.get(transaction, tenantId));
  }

  rename(tenantId: string, { name }: RenameOrganization): Promise<Organization> {
    return this.database.tenant(tenantId, (transaction) => this.repository.update(transaction, tenantId, { name }));
  }

  /** @throws Problem 409 where the name is not the organization's */
  async scheduleDeletion(tenantId: string, { name }: DeleteOrganization): Promise<Organization> {
    const before = await this.get(tenantId);
    if (before.name !== name) throw wrongName();
    // First, and outside of any transaction: what is to be deleted must cost nothing more.
    await this.checkout.cancelAtOnce(tenantId);
    return this.database.tenant(tenantId, async (transaction) => {
      const deletesAt = new Date(this.clock.now().getTime() + GRACE_MS);
      const organization = await this.repository.update(transaction, tenantId, { deletesAt });
      await this.tell(transaction, tenantId, organization);
      return organization;
    });
  }

  /** @throws Problem 409 where it is not to be deleted */
  takeBackDeletion(tenantId: string): Promise<Organization> {
    return this.database.tenant(tenantId, async (transaction) => {
      if ((await this.repository.get(transaction, tenantId)).deletesAt === null) throw notDeleting();
      return this.repository.update(transaction, tenantId, { deletesAt: null });
    });
  }

  private async tell(transaction: Transaction, tenantId: string, { name, deletesAt }: Organization): Promise<void> {
    await this.notifications.email(transaction, tenantId, {
      subject: `${name} will be deleted`,
      text: `Your organization ${name} will be deleted at ${deletesAt}, with its projects, data sets, models, keys and members.\n\nUntil then it goes on, an owner can take this back, and all that it has can be exported under Organization. A paid subscription has ended.\n`,
    });
  }
}
