import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BOUNDS } from '../../platform/bounds.js';
import { BriefLookups } from '../../platform/database/brief-lookups.js';
import { Database } from '../../platform/database/database.js';
import { LiveInteractionsRepository } from '../data-sets/index.js';

const DATA_SETS_MAX = 10_000;
/** What Postgres said is taken for true so long; what other processes took meanwhile is not seen. */
const FRESH_MS = 10_000;

/**
 * Which event types the events of a data set have, of which there may be few. Processes that meet new ones at the same moment may between them take
 * more; none takes another then.
 */
@Injectable()
export class EventTypes {
  /** By data set. */
  private readonly known = new LRUCache<string, { types: Set<string>; atMs: number }>({ max: DATA_SETS_MAX });
  private readonly lookups = new BriefLookups('event types that other processes took');

  constructor(
    private readonly database: Database,
    private readonly repository: LiveInteractionsRepository,
  ) {}

  /** Those of the types that a data set has room for, which then has them, the first that come before the others. */
  async take(tenantId: string, dataSetId: string, wanted: Iterable<string>): Promise<ReadonlySet<string>> {
    const types = new Set(wanted);
    let known = this.known.get(dataSetId);
    const isKnown = (type: string) => known?.types.has(type);
    if (![...types].every(isKnown) && !(known && performance.now() - known.atMs < FRESH_MS)) {
      const stored = await this.lookups.ask(() =>
        this.database.tenantSql(tenantId, (sql) => this.repository.findEventTypes(sql, tenantId, dataSetId)),
      );
      known = { types: new Set(stored ?? known?.types), atMs: performance.now() };
      this.known.set(dataSetId, known);
    }
    for (const type of types) if (known && known.types.size < BOUNDS.eventTypes.most) known.types.add(type);
    return new Set([...types].filter(isKnown));
  }
}
