import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { BOUNDS } from '../../platform/bounds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { newId } from '../../platform/http/ids.js';
import { BillingService, CheckoutService } from '../billing/index.js';
import { MembersService } from '../members/index.js';
import { NotificationsService } from '../notifications/index.js';
import { notDeleting, tooManyOrganizations, wrongName } from './organizations.errors.js';
import { OrganizationsRepository } from './organizations.repository.js';
import type {
  CreateOrganization,
  DeleteOrganization,
  MyOrganization,
  Organization,
  RenameOrganization,
} from './organizations.schema.js';

const GRACE_MS = 7 * 86_400_000;

/** What an organization's owners do with it as a whole. */
@Injectable()
export class OrganizationService {
  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly members: MembersService,
    private readonly billing: BillingService,
    private readonly checkout: CheckoutService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
  ) {}

  /** On the Free plan, in a system transaction: that which makes the person who owns it, or a later one. */
  async create(transaction: Transaction, organization: { id: string; name: string }, ownerId: string): Promise<void> {
    const { id, name } = organization;
    await this.repository.create(transaction, organization);
    await this.members.add(transaction, { tenantId: id, userId: ownerId, role: 'owner' });
    await this.billing.subscribeToFree(transaction, id);
    await audit(transaction, id, 'organization.created', id, { after: { name } }, { kind: 'user', id: ownerId });
  }

  /** Those that the person is a member of, in the order in which they became one. */
  listOf(userId: string): Promise<MyOrganization[]> {
    return this.database.system((transaction) => this.repository.listOf(transaction, userId));
  }

  /** @throws Problem 409 where the person owns as many as one may */
  createOwn(userId: string, { name }: CreateOrganization): Promise<MyOrganization> {
    const id = newId();
    return this.database.system(async (transaction) => {
      const { most } = BOUNDS.ownedOrganizations;
      if ((await this.members.countOwned(transaction, userId)) >= most) throw tooManyOrganizations(most);
      await this.create(transaction, { id, name }, userId);
      return (await this.repository.listOf(transaction, userId)).find((made) => made.id === id)!;
    });
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
    what: 'renamed' | 'deletion_scheduled' | 'deletion_taken_back',
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
      template: 'organization_deletion',
      values: { organizationName: name, deletesAt: deletesAt! },
    });
  }
}
