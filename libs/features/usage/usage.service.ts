import { Injectable } from '@nestjs/common';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, sqlOf, type Transaction } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { notFound } from '../../platform/errors/problem.js';
import type { PageQuery } from '../../platform/http/page.js';
import { LedgerRepository } from './ledger.repository.js';
import { periodAt } from './period.js';
import { type BillingContext, hashPayload, type MeteredWork } from './usage-event.js';
import { idTaken } from './usage.errors.js';
import { type Counted, type OriginQuantity, type PeriodQuantity, UsageRepository } from './usage.repository.js';
import type { Correction, UsageQuery } from './usage.schema.js';

/** Work that is counted in the transaction that completes it. */
export type CompletedWork = MeteredWork & {
  meter: string;
  quantity: number;
  deviceClass?: string;
  /** ISO 8601. Of work that lasts: it belongs to the billing period in which it began, and is priced by its plan. */
  beganAt?: string;
};

@Injectable()
export class UsageService {
  constructor(
    private readonly database: Database,
    private readonly repository: UsageRepository,
    private readonly ledger: LedgerRepository,
    private readonly clock: Clock,
  ) {}

  async query(tenantId: string, query: UsageQuery, projectId?: string) {
    const rows = await this.database.tenant(tenantId, (transaction) =>
      this.repository.sum(transaction, query, projectId),
    );
    return { from: query.from.toISOString(), to: query.to.toISOString(), rows };
  }

  async listMeters(tenantId: string) {
    return { meters: await this.database.tenant(tenantId, (transaction) => this.repository.listMeters(transaction)) };
  }

  /** Counts work in the same transaction that completes it; once, however often it is completed. */
  async recordIn(transaction: Transaction, { beganAt, ...work }: CompletedWork): Promise<void> {
    const { tenantId, meter, quantity, projectId, deviceClass } = work;
    const began = beganAt && (await this.repository.findPeriod(transaction, tenantId, new Date(beganAt)));
    const context = began || (await this.contextOf(transaction, tenantId, new Date(work.occurredAt)));
    const payloadHash = hashPayload([meter, quantity, projectId, deviceClass]);
    const { conflicts } = await this.ledger.appendIn(sqlOf(transaction), [{ ...work, ...context, payloadHash }]);
    if (conflicts.length > 0) throw new Error(`Work ${work.id} is in the ledger of ${meter} with another quantity`);
  }

  /**
   * Adds to or takes from what an event counted, as an entry of its own: nothing in the ledger is ever changed. It is priced as
   * that event was and belongs to its billing period: where that was billed already, the next invoice bills the difference.
   *
   * @throws Problem 409 where the id is another correction's
   */
  async correct(tenantId: string, correction: Correction): Promise<{ id: string; isRepeated: boolean }> {
    return this.database.tenant(tenantId, async (transaction) => {
      const { id, meter, quantity, correctsId, reason } = correction;
      const wrong = await this.repository.findEvent(transaction, correctsId, meter);
      if (!wrong) throw notFound(`usage event of ${meter}`, correctsId);
      const now = this.clock.now();
      const { projectId, apiKeyId, deploymentId, deviceClass, priceVersionId } = wrong;
      const periodStart = wrong.periodStart.toISOString();
      const origin = { projectId: projectId!, apiKeyId, deploymentId, deviceClass, priceVersionId };
      const payloadHash = hashPayload([meter, quantity, correctsId, reason]);
      const event = { id, tenantId, meter, quantity, ...origin, periodStart, occurredAt: now.toISOString() };
      const { conflicts, repeated } = await this.ledger.appendIn(sqlOf(transaction), [
        { ...event, payloadHash, correctsId, reason },
      ]);
      if (conflicts.length > 0) throw idTaken(id);
      if (repeated === 0)
        await audit(transaction, tenantId, 'usage_event.corrected', correctsId, {
          after: { id, meter, quantity, reason },
        });
      return { id, isRepeated: repeated > 0 };
    });
  }

  /** Whether work was counted already. */
  async has(transaction: Transaction, id: string, meter: string): Promise<boolean> {
    return (await this.repository.findEvent(transaction, id, meter)) !== null;
  }

  /** What was used in the billing periods that start in [from, to). */
  sumByPrice(transaction: Transaction, range: { from: Date; to: Date }): Promise<PeriodQuantity[]> {
    return this.repository.sumByPrice(transaction, range);
  }

  /** The same, all together, by project and API key. @throws Problem 422 where there are too many of them */
  sumByOrigin(transaction: Transaction, range: { from: Date; to: Date }): Promise<OriginQuantity[]> {
    return this.repository.sumByOrigin(transaction, range);
  }

  /** The ledger's entries that a price counts in a period, page by page, and the sum of all of them. */
  async listCounted(transaction: Transaction, counted: Counted, query: PageQuery) {
    return {
      events: await this.repository.listCounted(transaction, counted, query),
      quantity: await this.repository.sumCounted(transaction, counted),
    };
  }

  /** What was used in [from, to), by meter and class of device. */
  async sumBetween(transaction: Transaction, from: Date, to: Date) {
    const rows = await this.repository.sum(transaction, { from, to, groupBy: ['meter', 'deviceClass'] });
    return rows.map(({ meter, deviceClass, quantity }) => ({
      meter: meter!,
      deviceClass: deviceClass!,
      quantity: new Decimal(quantity),
    }));
  }

  private async contextOf(transaction: Transaction, tenantId: string, at: Date): Promise<BillingContext> {
    const { priceVersionId, anchorAt } = await this.repository.findSubscription(transaction, tenantId);
    // What was counted a moment before the anchor, such as by a sweep that began then, belongs to what it begins.
    const from = at < anchorAt ? anchorAt : at;
    return { priceVersionId, periodStart: periodAt(anchorAt, from).start.toISOString() };
  }
}
