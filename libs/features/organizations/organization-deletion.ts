import { Inject, Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { CreditRefundsRepository } from '../credit-grants/index.js';
import { OrganizationsRepository } from './organizations.repository.js';

const EVERY_MS = 10_000;

/** Deletes organizations whose grace is over. Any worker may do it, and several at once. */
@Injectable()
export class OrganizationDeletion extends RepeatedWork {
  protected readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly clock: Clock,
    private readonly refunds: CreditRefundsRepository,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const due = await this.database.system((transaction) => this.repository.findDue(transaction, now));
    // One that cannot be deleted keeps no other waiting.
    for (const tenantId of due)
      await this.delete(tenantId, now).catch((error: Error) =>
        this.logger.error({ msg: `organization ${tenantId} could not be deleted`, err: error }),
      );
  }

  private async delete(tenantId: string, now: Date): Promise<void> {
    const chunk = () => this.database.system((transaction) => this.repository.purgeChunk(transaction, tenantId, now));
    while (await chunk());
    const isPurged = await this.database.system(async (transaction) => {
      if (!(await this.repository.purge(transaction, tenantId, now))) return false;
      // With that, or not at all: nobody looks at it again.
      await this.refunds.order(transaction, tenantId, now);
      // Above organizations: what this one had of events has gone with it.
      await audit(transaction, null, 'organization.deleted', tenantId);
      return true;
    });
    if (!isPurged) return;
    // Were this cut short, the files would be found to have no row.
    for await (const { key } of this.objects.list(`${tenantId}/`)) await this.objects.delete(key);
    this.logger.log(`organization ${tenantId} was deleted`);
  }
}
