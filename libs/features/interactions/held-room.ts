import { Injectable } from '@nestjs/common';
import { LRUCache } from 'lru-cache';
import { kinds } from '../../models/kinds/kinds.js';
import { Database } from '../../platform/database/database.js';
import { LimitsService } from '../limits/index.js';

const QUOTA = kinds.interactions.quota!;
/** What Postgres said is taken for true so long; what other processes took meanwhile is not seen. */
const FRESH_MS = 10_000;
const TENANTS_MAX = 10_000;

interface Room {
  rows: number;
  atMs: number;
  isAsking: boolean;
}

/** How many interactions the plan lets an organization hold besides those that it does, as Postgres said lately. */
@Injectable()
export class HeldRoom {
  /** By tenant. */
  private readonly rooms = new LRUCache<string, Room>({ max: TENANTS_MAX });

  constructor(
    private readonly database: Database,
    private readonly limits: LimitsService,
  ) {}

  /** @throws Problem 402 where the plan leaves no room for so many */
  async take(tenantId: string, rows: number): Promise<void> {
    let room = this.rooms.get(tenantId);
    if (!room || room.rows < rows) room = await this.ask(tenantId, rows);
    room.rows -= rows;
    if (room.isAsking || performance.now() - room.atMs < FRESH_MS) return;
    room.isAsking = true;
    // While Postgres is away what it last said holds.
    this.ask(tenantId, 0).catch(() => Object.assign(room, { atMs: performance.now(), isAsking: false }));
  }

  private async ask(tenantId: string, rows: number): Promise<Room> {
    const left = await this.database.tenant(tenantId, async (transaction) => {
      if (rows > 0) await this.limits.requireThing(transaction, tenantId, QUOTA, rows);
      return this.limits.thingsLeft(transaction, tenantId, QUOTA);
    });
    const room = { rows: left, atMs: performance.now(), isAsking: false };
    this.rooms.set(tenantId, room);
    return room;
  }
}
