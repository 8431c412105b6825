import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import { NIL_ID } from '../../platform/http/ids.js';
import type { PageQuery } from '../../platform/http/page.js';
import type { BillingContext } from './usage-event.js';
import { tooManyRows } from './usage.errors.js';
import { columnOf, type Group, type Meter, type UsageQuery, type UsageRow } from './usage.schema.js';

export interface MeteredQuantity {
  meter: string;
  deviceClass: string;
  priceVersionId: string;
  quantity: Decimal;
}

/** By which project and API key. */
export type OriginQuantity = MeteredQuantity & { projectId: string | null; apiKeyId: string | null };

/** Used in the billing period that starts then. */
export type PeriodQuantity = MeteredQuantity & { periodStart: Date };

const idColumn = (name: string) => Prisma.sql`nullif(${Prisma.raw(name)}, ${NIL_ID}::uuid)::text`;

const COLUMNS: Record<Group, Prisma.Sql> = {
  day: Prisma.sql`to_char(bucket_start AT TIME ZONE 'UTC', 'YYYY-MM-DD')`,
  hour: Prisma.sql`to_char(date_trunc('hour', bucket_start, 'UTC') AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:00:00"Z"')`,
  project: idColumn('project_id'),
  apiKey: idColumn('api_key_id'),
  deployment: idColumn('deployment_id'),
  meter: Prisma.sql`meter_key`,
  deviceClass: Prisma.sql`device_class`,
};

/** What a price counts of a billing period. */
export interface Counted {
  meter: string;
  priceVersionId: string;
  /** Start of the period, inclusive, and its end, exclusive. */
  from: Date;
  to: Date;
  /** Of one class, or of all but these. */
  deviceClass?: string;
  notDeviceClasses?: string[];
}

const classesOf = ({ deviceClass, notDeviceClasses }: Counted) =>
  deviceClass === undefined ? { deviceClass: { notIn: notDeviceClasses ?? [] } } : { deviceClass };

/** They stay below what an answer may hold. */
const USAGE_ROWS_MAX = 4_000;

/** Reads sums of the ledger. */
@Injectable()
export class UsageRepository {
  async sum(transaction: Transaction, query: UsageQuery, projectId?: string): Promise<UsageRow[]> {
    const selected = query.groupBy.map(
      (group) => Prisma.sql`${COLUMNS[group]} AS ${Prisma.raw(`"${columnOf(group)}"`)}`,
    );
    const keys = query.groupBy.map((_, index) => Prisma.raw(String(index + 1)));
    const filters = [
      ...(projectId ? [Prisma.sql`project_id = ${projectId}::uuid`] : []),
      ...(query.projectId ? [Prisma.sql`project_id = ${query.projectId}::uuid`] : []),
      ...(query.apiKeyId ? [Prisma.sql`api_key_id = ${query.apiKeyId}::uuid`] : []),
      ...(query.deploymentId ? [Prisma.sql`deployment_id = ${query.deploymentId}::uuid`] : []),
      ...(query.meter ? [Prisma.sql`meter_key = ${query.meter}`] : []),
    ];
    const rows = await transaction.$queryRaw<(UsageRow & { quantity: Decimal | null })[]>`
      SELECT ${Prisma.join([...selected, Prisma.sql`sum(quantity) AS quantity`])}
      FROM usage_rollups WHERE ${bucketsOf(query)}
      ${filters.length > 0 ? Prisma.sql`AND ${Prisma.join(filters, ' AND ')}` : Prisma.empty}
      ${keys.length > 0 ? Prisma.sql`GROUP BY ${Prisma.join(keys)} ORDER BY ${Prisma.join(keys)}` : Prisma.empty}
      LIMIT ${USAGE_ROWS_MAX + 1}`;
    if (rows.length > USAGE_ROWS_MAX) throw tooManyRows(USAGE_ROWS_MAX);
    return rows.map((row) => ({ ...row, quantity: plain(row.quantity) }));
  }

  /** What was used in the billing periods that start in [from, to), by meter and by the price version that it was metered under. */
  async sumByPrice(transaction: Transaction, { from, to }: Pick<UsageQuery, 'from' | 'to'>): Promise<PeriodQuantity[]> {
    const rows = await transaction.usageRollup.groupBy({
      by: ['bucketStart', 'meterKey', 'deviceClass', 'priceVersionId'],
      where: { granularity: 'period', bucketStart: { gte: from, lt: to } },
      _sum: { quantity: true },
      orderBy: [{ bucketStart: 'asc' }, { meterKey: 'asc' }, { deviceClass: 'asc' }],
    });
    return rows.map(({ bucketStart, meterKey, deviceClass, priceVersionId, _sum }) => ({
      periodStart: bucketStart,
      meter: meterKey,
      deviceClass,
      priceVersionId,
      quantity: new Decimal(plain(_sum.quantity)),
    }));
  }

  /** The same by where it came from; of one period, whose rows are few. @throws Problem 422 where they are too many to show */
  async sumByOrigin(
    transaction: Transaction,
    { from, to }: Pick<UsageQuery, 'from' | 'to'>,
  ): Promise<OriginQuantity[]> {
    const rows = await transaction.usageRollup.groupBy({
      by: ['projectId', 'apiKeyId', 'meterKey', 'deviceClass', 'priceVersionId'],
      where: { granularity: 'period', bucketStart: { gte: from, lt: to } },
      _sum: { quantity: true },
      orderBy: [{ projectId: 'asc' }, { apiKeyId: 'asc' }, { meterKey: 'asc' }, { deviceClass: 'asc' }],
      take: USAGE_ROWS_MAX + 1,
    });
    if (rows.length > USAGE_ROWS_MAX) throw tooManyRows(USAGE_ROWS_MAX);
    const idOf = (id: string) => (id === NIL_ID ? null : id);
    return rows.map(({ projectId, apiKeyId, meterKey, deviceClass, priceVersionId, _sum }) => ({
      projectId: idOf(projectId),
      apiKeyId: idOf(apiKeyId),
      meter: meterKey,
      deviceClass,
      priceVersionId,
      quantity: new Decimal(plain(_sum.quantity)),
    }));
  }

  async listMeters(transaction: Transaction): Promise<Meter[]> {
    return transaction.meter.findMany({
      orderBy: { position: 'asc' },
      select: { key: true, unit: true, description: true },
    });
  }

  /** What the tenant's events are priced by, and since when its billing periods run. */
  async findSubscription(
    transaction: Transaction,
    tenantId: string,
  ): Promise<{ priceVersionId: string; anchorAt: Date }> {
    return transaction.subscription.findUniqueOrThrow({
      where: { tenantId },
      select: { priceVersionId: true, anchorAt: true },
    });
  }

  /** The billing period that a time lies in; null where it is not written down yet: it has only just begun. */
  async findPeriod(transaction: Transaction, tenantId: string, at: Date): Promise<BillingContext | null> {
    const row = await transaction.billingPeriod.findFirst({
      where: { tenantId, startsAt: { lte: at }, endsAt: { gt: at } },
      select: { priceVersionId: true, startsAt: true },
    });
    return row && { priceVersionId: row.priceVersionId, periodStart: row.startsAt.toISOString() };
  }

  /** A page of entries, and one more where another follows; the newest first. */
  async listCounted(transaction: Transaction, counted: Counted, { limit, cursor }: PageQuery) {
    const { meter: meterKey, priceVersionId, from, to } = counted;
    const rows = await transaction.usageEvent.findMany({
      where: {
        meterKey,
        priceVersionId,
        periodStart: { gte: from, lt: to },
        ...classesOf(counted),
        ...(cursor && { id: { lt: cursor } }),
      },
      orderBy: { id: 'desc' },
      take: limit + 1,
    });
    return rows.map((row) => ({
      id: row.id,
      occurredAt: row.occurredAt.toISOString(),
      quantity: plain(row.quantity),
      deviceClass: row.deviceClass,
      projectId: row.projectId,
      apiKeyId: row.apiKeyId,
      deploymentId: row.deploymentId,
      correctsId: row.correctsId,
      reason: row.reason,
    }));
  }

  async sumCounted(transaction: Transaction, counted: Counted): Promise<Decimal> {
    const { meter: meterKey, priceVersionId, from, to } = counted;
    const { _sum } = await transaction.usageRollup.aggregate({
      where: {
        granularity: 'period',
        meterKey,
        priceVersionId,
        bucketStart: { gte: from, lt: to },
        ...classesOf(counted),
      },
      _sum: { quantity: true },
    });
    return new Decimal(plain(_sum.quantity));
  }

  async findEvent(transaction: Transaction, id: string, meterKey: string) {
    return transaction.usageEvent.findFirst({ where: { id, meterKey } });
  }
}

/** Whole hours of the range, and the minutes before and after them: few rows, and the sum exact to the minute. */
function bucketsOf({ from, to }: UsageQuery): Prisma.Sql {
  const firstHour = new Date(Math.ceil(from.getTime() / 3_600_000) * 3_600_000);
  const lastHour = new Date(Math.floor(to.getTime() / 3_600_000) * 3_600_000);
  if (firstHour >= lastHour)
    return Prisma.sql`granularity = 'minute' AND bucket_start >= ${from} AND bucket_start < ${to}`;
  return Prisma.sql`((granularity = 'hour' AND bucket_start >= ${firstHour} AND bucket_start < ${lastHour})
    OR (granularity = 'minute' AND ((bucket_start >= ${from} AND bucket_start < ${firstHour})
      OR (bucket_start >= ${lastHour} AND bucket_start < ${to}))))`;
}

/** A decimal without exponent or trailing zeros. */
function plain(value: { toString(): string } | null): string {
  return new Decimal(value?.toString() ?? 0).toFixed();
}
