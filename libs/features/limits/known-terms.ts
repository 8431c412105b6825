import { Injectable } from '@nestjs/common';
import { Changes } from '../../platform/changes/changes.js';
import { WatchedCache } from '../../platform/changes/watched-cache.js';
import { Database } from '../../platform/database/database.js';
import { LimitsRepository, type Terms } from './limits.repository.js';

/** What bounds each tenant, kept in memory until Postgres tells that it changed. */
@Injectable()
export class KnownTerms {
  private readonly terms: WatchedCache<Terms>;
  private readonly forgottenListeners: ((tenantId: string) => void)[] = [];

  constructor(
    private readonly database: Database,
    private readonly repository: LimitsRepository,
    changes: Changes,
  ) {
    this.terms = new WatchedCache(changes);
    changes.onChange(({ table, tenantId }) => {
      if (table !== 'limits' && table !== 'subscriptions' && table !== 'plan_overrides') return;
      this.terms.forget(tenantId);
      for (const listener of this.forgottenListeners) listener(tenantId);
    });
  }

  get(tenantId: string): Promise<Terms> {
    return this.terms.get(tenantId, () => this.database.systemSql((sql) => this.repository.findTerms(sql, tenantId)));
  }

  /** `listener` hears of each tenant whose terms changed, when they are forgotten here. */
  onForgotten(listener: (tenantId: string) => void): void {
    this.forgottenListeners.push(listener);
  }
}
