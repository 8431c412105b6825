import { Inject, Injectable } from '@nestjs/common';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { CONFIG, type Config, secretsOf } from '../../platform/config/config.js';
import { Database } from '../../platform/database/database.js';
import { ErasuresRepository } from './erasures.repository.js';
import { hashUser } from './user-hash.js';

/** Who is being erased: until it is done, models that are loaded still know them, and answers must not. */
@Injectable()
export class ErasedUsers {
  /** By tenant and project. */
  private readonly hashes: WatchedCache<Set<string>>;

  constructor(
    private readonly database: Database,
    private readonly repository: ErasuresRepository,
    changes: Changes,
    @Inject(CONFIG) private readonly config: Config,
  ) {
    this.hashes = new WatchedCache(changes);
    changes.onChange(({ table, tenantId, id }) => {
      if (table === 'erasures') this.hashes.forget(`${tenantId}/${id}`);
    });
  }

  async has(tenantId: string, projectId: string, userId: string): Promise<boolean> {
    const hashes = await this.hashes.get(`${tenantId}/${projectId}`, () => this.load(tenantId, projectId));
    if (hashes.size === 0) return false;
    return secretsOf(this.config).some((secret) =>
      hashes.has(Buffer.from(hashUser(secret, projectId, userId)).toString('hex')),
    );
  }

  private async load(tenantId: string, projectId: string): Promise<Set<string>> {
    const hashes = await this.database.tenant(tenantId, (transaction) =>
      this.repository.listPendingHashes(transaction, projectId),
    );
    return new Set(hashes);
  }
}
