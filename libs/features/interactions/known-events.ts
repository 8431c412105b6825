import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BriefLookups } from '../../platform/database/brief-lookups.js';
import { Database } from '../../platform/database/database.js';
import { LiveInteractionsRepository } from '../data-sets/index.js';

const REMEMBERED_MAX = 200_000;

/**
 * Which events a data set has, so that they are neither counted nor kept again: what this process took lately, and what Postgres has as far
 * as it can be asked. What another process took a moment ago is not known here; the table then takes it once all the same.
 */
@Injectable()
export class KnownEvents {
  /** By data set and event. Grows as it is filled. */
  private readonly own = new LRUCache<string, true>({ maxSize: REMEMBERED_MAX, sizeCalculation: () => 1 });
  private readonly lookups = new BriefLookups('events that other processes took');

  constructor(
    private readonly database: Database,
    private readonly repository: LiveInteractionsRepository,
  ) {}

  async find(tenantId: string, dataSetId: string, ids: readonly string[]): Promise<Set<string>> {
    const known = new Set(ids.filter((id) => this.own.has(`${dataSetId}/${id}`)));
    const unknown = ids.filter((id) => !known.has(id));
    if (unknown.length === 0) return known;
    const found = await this.lookups.ask(() =>
      this.database.tenantSql(tenantId, (sql) => this.repository.findKnown(sql, tenantId, dataSetId, unknown)),
    );
    for (const id of found ?? []) known.add(id);
    return known;
  }

  remember(dataSetId: string, ids: readonly string[]): void {
    for (const id of ids) this.own.set(`${dataSetId}/${id}`, true);
  }
}
