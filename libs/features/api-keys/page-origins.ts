import { Injectable } from '@nestjs/common';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { idSchema } from '../../platform/http/ids.js';
import { ApiKeysRepository, type Pages } from './api-keys.repository.js';

/** What there is none of; it is asked for again where its organization could only be guessed. */
const NOWHERE: Pages = { tenantId: '', origins: [] };

/**
 * On which pages the publishable keys of a project may be used: a browser asks before it shows a key. What a call may do is decided
 * by its key; this only says which pages get to read the answer.
 */
@Injectable()
export class PageOrigins {
  /** By what is called. */
  private readonly pages: WatchedCache<Pages>;

  constructor(
    private readonly database: Database,
    private readonly repository: ApiKeysRepository,
    private readonly clock: Clock,
    changes: Changes,
  ) {
    this.pages = new WatchedCache(changes);
    changes.onChange(({ table, tenantId }) => {
      if (table === 'api_keys') this.pages.forgetWhere((each) => each.tenantId === tenantId);
    });
    changes.onChange(({ table, id }) => {
      if (table === 'deployments') this.pages.forget(`deployment/${id}`);
    });
  }

  /** Whether a publishable key of the project, or of the deployment's, may be used on pages of the origin. */
  async allows(of: 'project' | 'deployment', id: string, origin: string): Promise<boolean> {
    if (!idSchema.safeParse(id).success) return false;
    const { origins } = await this.pages.get(`${of}/${id}`, async () => {
      const found = await this.database.systemSql((sql) => this.repository.findPages(sql, of, id));
      return found ?? NOWHERE;
    });
    const now = this.clock.now().getTime();
    return origins.some((each) => each.origin === origin && each.expiresMs > now);
  }
}
