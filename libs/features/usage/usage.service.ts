import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import { type MeteredQuantity, UsageRepository } from './usage.repository.js';
import type { UsageEvent, UsageQuery } from './usage.schema.js';

@Injectable()
export class UsageService {
  constructor(
    private readonly database: Database,
    private readonly repository: UsageRepository,
  ) {}

  async query(tenantId: string, query: UsageQuery, projectId?: string) {
    const rows = await this.database.tenant(tenantId, (transaction) =>
      this.repository.sum(transaction, query, projectId),
    );
    return { from: query.from.toISOString(), to: query.to.toISOString(), rows };
  }

  /** Counts work in the same transaction that completes it. */
  async recordIn(transaction: Transaction, event: UsageEvent): Promise<void> {
    await this.repository.appendIn(transaction, event);
  }

  sumByPrice(transaction: Transaction, from: Date, to: Date): Promise<MeteredQuantity[]> {
    return this.repository.sumByPrice(transaction, from, to);
  }
}
