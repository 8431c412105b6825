import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { BOUNDS } from '../../platform/bounds.js';
import { BriefLookups } from '../../platform/database/brief-lookups.js';
import { Database } from '../../platform/database/database.js';
import { LiveInteractionsRepository, type RecentInteraction } from '../data-sets/index.js';
import { ErasedUsers, UserMergesRepository } from '../end-users/index.js';

/** With the second at most that events take from a journal to Postgres, every process knows of one within two. */
const FRESH_MS = 1_000;
/** Over all users, so that memory is bounded; each is some 200 bytes. */
const EVENTS_MAX = 200_000;
/** What one organization may take of them. */
const TENANT_EVENTS_MAX = EVENTS_MAX / 8;

interface Known {
  tenantId: string;
  events: readonly RecentInteraction[];
  atMs: number;
}

/** What people did last, for answers that take account of it: of each the latest events, a second old at most. */
@Injectable()
export class RecentInteractions {
  /** By tenant, project and user. */
  private readonly known = new LRUCache<string, Known>({
    maxSize: EVENTS_MAX,
    sizeCalculation: sizeOf,
    dispose: (known) => this.count(known, -1),
  });
  private readonly reading = new Map<string, Promise<readonly RecentInteraction[]>>();
  private readonly sizes = new Map<string, number>();
  private readonly lookups = new BriefLookups('recent events');

  constructor(
    private readonly database: Database,
    private readonly repository: LiveInteractionsRepository,
    private readonly merges: UserMergesRepository,
    private readonly erased: ErasedUsers,
  ) {}

  /** Of the user by all of their names, the newest first; while Postgres is away what was known before, or none. */
  async of(tenantId: string, projectId: string, userId: string): Promise<readonly RecentInteraction[]> {
    if (await this.erased.has(tenantId, projectId, userId)) return [];
    const key = `${tenantId}/${projectId}/${userId}`;
    const known = this.known.get(key);
    if (known && performance.now() - known.atMs < FRESH_MS) return known.events;
    const reading = this.reading.get(key) ?? this.read(key, tenantId, projectId, userId);
    this.reading.set(key, reading);
    return reading.finally(() => this.reading.delete(key));
  }

  private async read(key: string, tenantId: string, projectId: string, userId: string) {
    const most = BOUNDS.recentEvents.most;
    const events = await this.lookups.ask(() =>
      this.database.tenantSql(tenantId, async (sql) => {
        const names = await this.merges.findNames(sql, tenantId, projectId, userId);
        return this.repository.findRecent(sql, tenantId, projectId, names, most);
      }),
    );
    if (!events) return this.known.get(key)?.events ?? [];
    const now = { tenantId, events, atMs: performance.now() };
    this.known.delete(key);
    if ((this.sizes.get(tenantId) ?? 0) + sizeOf(now) > TENANT_EVENTS_MAX) return events;
    this.known.set(key, now);
    this.count(now, 1);
    return events;
  }

  private count(known: Known, sign: number): void {
    const size = (this.sizes.get(known.tenantId) ?? 0) + sign * sizeOf(known);
    if (size > 0) this.sizes.set(known.tenantId, size);
    else this.sizes.delete(known.tenantId);
  }
}

/** One who did nothing takes room too. */
function sizeOf({ events }: Known): number {
  return 1 + events.length;
}
