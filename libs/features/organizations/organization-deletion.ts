import {
  type BeforeApplicationShutdown,
  Inject,
  Injectable,
  Logger,
  type OnApplicationBootstrap,
} from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { OBJECT_STORE, type ObjectStore } from '../../platform/object-store/object-store.js';
import { Loop } from '../../platform/queue/loop.js';
import { OrganizationsRepository } from './organizations.repository.js';

const EVERY_MS = 60_000;

/** Deletes organizations whose grace is over. Any worker may do it, and several at once. */
@Injectable()
export class OrganizationDeletion implements OnApplicationBootstrap, BeforeApplicationShutdown {
  private readonly logger = new Logger(OrganizationDeletion.name);
  private loop?: Loop;

  constructor(
    private readonly database: Database,
    private readonly repository: OrganizationsRepository,
    private readonly clock: Clock,
    @Inject(OBJECT_STORE) private readonly objects: ObjectStore,
  ) {}

  onApplicationBootstrap(): void {
    this.loop = new Loop(
      () => this.sweep(),
      EVERY_MS,
      (error) => this.logger.warn(error.message),
    );
  }

  async beforeApplicationShutdown(): Promise<void> {
    await this.loop?.stop();
  }

  async sweep(): Promise<void> {
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
    if (!(await this.database.system((transaction) => this.repository.purge(transaction, tenantId, now)))) return;
    // Were this cut short, the files would be found to have no row.
    for await (const { key } of this.objects.list(`${tenantId}/`)) await this.objects.delete(key);
    this.logger.log(`organization ${tenantId} was deleted`);
  }
}
