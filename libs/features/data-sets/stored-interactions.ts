import { createHash } from 'node:crypto';
import { Injectable, Logger, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { UsageService } from '../usage/index.js';
import { DataSetsRepository } from './data-sets.repository.js';

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Meters, once a UTC day, the interactions that each project holds. Any worker may do it, and several at once: a day counts once. */
@Injectable()
export class StoredInteractions implements OnApplicationBootstrap, OnApplicationShutdown {
  private readonly logger = new Logger(StoredInteractions.name);
  private timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly usage: UsageService,
    private readonly clock: Clock,
  ) {}

  onApplicationBootstrap(): void {
    const once = () => void this.read().catch((error: Error) => this.logger.warn(error.message));
    once();
    this.timer = setInterval(once, EVERY_MS).unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.timer);
  }

  async read(): Promise<void> {
    const now = this.clock.now();
    const held = await this.database.system((transaction) => this.repository.sumInteractions(transaction));
    for (const { tenantId, projectId, rows } of held) {
      const id = idOfDay(tenantId, projectId, now);
      await this.database.tenant(tenantId, async (transaction) => {
        if (await this.usage.has(transaction, id, 'stored_interactions')) return;
        const work = { id, tenantId, projectId, occurredAt: now.toISOString() };
        await this.usage.recordIn(transaction, { ...work, meter: 'stored_interactions', quantity: rows });
      });
    }
  }
}

/** The UUIDv7 that a project's reading of a day has, whoever takes it. */
function idOfDay(tenantId: string, projectId: string, at: Date): string {
  const day = Math.floor(at.getTime() / DAY_MS) * DAY_MS;
  const time = day.toString(16).padStart(12, '0');
  const hash = createHash('sha256').update(`${tenantId}/${projectId}/${day}`).digest('hex');
  return `${time.slice(0, 8)}-${time.slice(8)}-7${hash.slice(0, 3)}-8${hash.slice(3, 6)}-${hash.slice(6, 18)}`;
}
