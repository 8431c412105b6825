import { Injectable } from '@nestjs/common';
import { Decimal } from 'decimal.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import type { Group, MeterKey, UsageEvent, UsageQuery, UsageRow } from './usage.schema.js';

export interface MeteredQuantity {
  meter: MeterKey;
  priceVersionId: string;
  quantity: Decimal;
}

const COLUMNS: Record<Group, { expression: Prisma.Sql; name: string }> = {
  day: { expression: Prisma.sql`to_char(occurred_at AT TIME ZONE 'UTC', 'YYYY-MM-DD')`, name: 'day' },
  apiKey: { expression: Prisma.sql`api_key_id::text`, name: 'apiKeyId' },
  meter: { expression: Prisma.sql`meter_key`, name: 'meter' },
};

/**
 * Each event takes the price version of its tenant's subscription at the time of writing: later prices do not touch it. An
 * event without a subscription fails on that NOT NULL column, rather than vanish from a join.
 */
const APPEND = `
  INSERT INTO usage_events (tenant_id, id, meter_key, quantity, project_id, api_key_id, deployment_id, occurred_at, price_version_id)
  SELECT event.tenant_id, event.id, event.meter_key, event.quantity, event.project_id, event.api_key_id, event.deployment_id,
         event.occurred_at, subscription.price_version_id
  FROM unnest($1::uuid[], $2::uuid[], $3::text[], $4::numeric[], $5::uuid[], $6::uuid[], $7::uuid[], $8::timestamptz[])
    AS event (tenant_id, id, meter_key, quantity, project_id, api_key_id, deployment_id, occurred_at)
  LEFT JOIN subscriptions subscription ON subscription.tenant_id = event.tenant_id
  ON CONFLICT (tenant_id, id) DO NOTHING`;

@Injectable()
export class UsageRepository {
  constructor(private readonly database: Database) {}

  /** Appends events of any tenants in one statement and one commit. */
  async append(events: UsageEvent[]): Promise<void> {
    await this.database.systemSql(APPEND, columnsOf(events));
  }

  /** Appends one event in the transaction of the work that it counts. */
  async appendIn(transaction: Transaction, event: UsageEvent): Promise<void> {
    await transaction.$executeRawUnsafe(APPEND, ...columnsOf([event]));
  }

  async sum(transaction: Transaction, { from, to, groupBy }: UsageQuery, projectId?: string): Promise<UsageRow[]> {
    const groups = [...new Set(groupBy)].map((group) => COLUMNS[group]);
    const selected = groups.map(({ expression, name }) => Prisma.sql`${expression} AS ${Prisma.raw(`"${name}"`)}`);
    const keys = groups.map((_, index) => Prisma.raw(String(index + 1)));
    const rows = await transaction.$queryRaw<(UsageRow & { quantity: Decimal | null })[]>`
      SELECT ${Prisma.join([...selected, Prisma.sql`sum(quantity) AS quantity`])}
      FROM usage_events WHERE occurred_at >= ${from} AND occurred_at < ${to}
      ${projectId ? Prisma.sql`AND project_id = ${projectId}::uuid` : Prisma.empty}
      ${keys.length > 0 ? Prisma.sql`GROUP BY ${Prisma.join(keys)} ORDER BY ${Prisma.join(keys)}` : Prisma.empty}`;
    return rows.map((row) => ({ ...row, quantity: plain(row.quantity) }));
  }

  /** What was used in the half-open period, by meter and by the price version that it was metered under. */
  async sumByPrice(transaction: Transaction, from: Date, to: Date): Promise<MeteredQuantity[]> {
    const rows = await transaction.usageEvent.groupBy({
      by: ['meterKey', 'priceVersionId'],
      where: { occurredAt: { gte: from, lt: to } },
      _sum: { quantity: true },
      orderBy: { meterKey: 'asc' },
    });
    return rows.map(({ meterKey, priceVersionId, _sum }) => ({
      meter: meterKey as MeterKey,
      priceVersionId,
      quantity: new Decimal(plain(_sum.quantity)),
    }));
  }
}

/** A decimal without exponent or trailing zeros. */
function plain(value: { toString(): string } | null): string {
  return new Decimal(value?.toString() ?? 0).toFixed();
}

function columnsOf(events: UsageEvent[]): unknown[] {
  return [
    events.map((event) => event.tenantId),
    events.map((event) => event.id),
    events.map((event) => event.meter),
    events.map((event) => String(event.quantity)),
    events.map((event) => event.projectId),
    events.map((event) => event.apiKeyId ?? null),
    events.map((event) => event.deploymentId ?? null),
    events.map((event) => event.occurredAt.toISOString()),
  ];
}
