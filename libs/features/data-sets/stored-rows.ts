import { Injectable } from '@nestjs/common';
import { kinds, kindsWhere } from '../../models/kinds/kinds.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database } from '../../platform/database/database.js';
import { derivedId } from '../../platform/http/ids.js';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { UsageService } from '../usage/index.js';
import { DataSetsRepository } from './data-sets.repository.js';

const EVERY_MS = 3_600_000;
const DAY_MS = 86_400_000;

/** Meters, once a UTC day, the rows that each project holds. Any worker may do it, and several at once: a day counts once. */
@Injectable()
export class StoredRows extends RepeatedWork {
  protected readonly everyMs = EVERY_MS;

  constructor(
    private readonly database: Database,
    private readonly repository: DataSetsRepository,
    private readonly usage: UsageService,
    private readonly clock: Clock,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const now = this.clock.now();
    const dayMs = Math.floor(now.getTime() / DAY_MS) * DAY_MS;
    for (const meter of new Set(Object.values(kinds).flatMap(({ meters }) => meters.stored ?? []))) {
      const ofMeter = kindsWhere(({ meters }) => meters.stored === meter);
      const held = await this.database.system((transaction) => this.repository.sumRows(transaction, ofMeter));
      for (const { tenantId, projectId, rows } of held) {
        const id = derivedId(dayMs, `${tenantId}/${projectId}/${dayMs}`);
        await this.database.tenant(tenantId, async (transaction) => {
          if (await this.usage.has(transaction, id, meter)) return;
          const work = { id, tenantId, projectId, occurredAt: now.toISOString() };
          await this.usage.recordIn(transaction, { ...work, meter, quantity: rows });
        });
      }
    }
  }
}
