import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import { UNTAXED_SHARE } from '../billing/index.js';
import type { CostRate, CreateCostRate } from './costs.schema.js';
import type { Earnings } from './margin.js';

export type OrganizationEarnings = Earnings & { tenantId: string; name: string; month: Date };

const UNTAXED = Prisma.raw(UNTAXED_SHARE);

/** Requires a system transaction, as all here. */
@Injectable()
export class CostsRepository {
  async listRates(transaction: Transaction): Promise<CostRate[]> {
    const rows = await transaction.costRate.findMany({
      orderBy: [{ kind: 'asc' }, { resource: 'asc' }, { currency: 'asc' }, { startsAt: 'desc' }],
    });
    return rows.map(toRate);
  }

  /** Null where there is one of the same from that moment on. */
  async createRate(
    transaction: Transaction,
    id: string,
    { startsAt, ...rate }: CreateCostRate & { startsAt: Date },
  ): Promise<CostRate | null> {
    const { count } = await transaction.costRate.createMany({
      data: [{ id, startsAt, ...rate }],
      skipDuplicates: true,
    });
    return count === 0 ? null : toRate(await transaction.costRate.findUniqueOrThrow({ where: { id } }));
  }

  /** Pools are those that plans train on or workers are of. */
  async isKnown(transaction: Transaction, kind: CostRate['kind'], resource: string): Promise<boolean> {
    if (kind === 'payment') return resource === 'share' || resource === 'payment';
    if (kind === 'meter') return (await transaction.meter.count({ where: { key: resource } })) > 0;
    const [row] = await transaction.$queryRaw<{ isKnown: boolean }[]>`
      SELECT EXISTS (SELECT FROM plans WHERE training_pool = ${resource}) OR EXISTS (SELECT FROM training_jobs WHERE pool = ${resource}) AS "isKnown"`;
    return row!.isKnown;
  }

  /** What the organization pays in. */
  async findCurrency(transaction: Transaction, tenantId: string): Promise<string | null> {
    const row = await transaction.subscription.findUnique({
      where: { tenantId },
      select: { priceVersion: { select: { currency: true } } },
    });
    return row?.priceVersion.currency ?? null;
  }

  /** Of organizations that pay in the currency, by month, those with any revenue or cost; each cost by the rate that held when it arose. */
  async listEarnings(
    transaction: Transaction,
    { currency, boundaries, scale }: { currency: string; boundaries: Date[]; scale: string },
    tenantId?: string,
  ): Promise<OrganizationEarnings[]> {
    const only = (column: string) =>
      tenantId ? Prisma.sql`${Prisma.raw(column)} = ${tenantId}::uuid` : Prisma.sql`true`;
    const rateOf = (kind: string, resource: Prisma.Sql, at: Prisma.Sql) => Prisma.sql`(
      SELECT amount FROM cost_rates rate WHERE rate.kind = ${kind}::cost_rate_kind AND rate.resource = ${resource} AND rate.currency = ${currency}
        AND rate.starts_at <= ${at} ORDER BY rate.starts_at DESC LIMIT 1)`;
    const [first, last] = [boundaries[0]!, boundaries.at(-1)!];
    const isIn = (column: string) => Prisma.sql`${Prisma.raw(column)} >= ${first} AND ${Prisma.raw(column)} < ${last}`;
    const rows = await transaction.$queryRaw<
      {
        tenantId: string;
        name: string;
        month: Date;
        revenue: string;
        fees: string;
        training: string;
        metered: string;
      }[]
    >`
      WITH month AS (SELECT * FROM unnest(${boundaries.slice(0, -1)}::timestamptz[], ${boundaries.slice(1)}::timestamptz[]) month (start, until)),
        payment AS (
          -- What credits pay for costs no fee; buying them did.
          SELECT tenant_id, created_at AS at, total_minor / ${scale}::numeric AS amount, (total_minor - credits_minor) / ${scale}::numeric AS paid FROM invoices
          WHERE currency = ${currency} AND status <> 'void' AND ${isIn('created_at')} AND ${only('tenant_id')}
          UNION ALL
          SELECT tenant_id, decided_at, 0, amount_minor / ${scale}::numeric FROM credit_grants
          WHERE currency = ${currency} AND kind = 'purchased' AND status = 'granted' AND ${isIn('decided_at')} AND ${only('tenant_id')}
          UNION ALL
          SELECT tenant_id, at, fee, fee FROM (SELECT tenant_id, starts_at AS at, round(share * fee_less_coupon(tenant_id, monthly_fee_minor, price.currency, starts_at)) / ${scale}::numeric AS fee FROM billing_periods
          JOIN price_versions price ON price.id = price_version_id AND price.currency = ${currency}
          WHERE is_collected_by_stripe AND NOT is_trial AND ${isIn('starts_at')} AND ${only('tenant_id')}) period),
        entry AS (
          SELECT tenant_id, at, amount AS revenue, CASE WHEN paid > 0 THEN paid * coalesce(${rateOf('payment', Prisma.sql`'share'`, Prisma.sql`at`)}, 0)
              + coalesce(${rateOf('payment', Prisma.sql`'payment'`, Prisma.sql`at`)}, 0) ELSE 0 END AS fees, 0::numeric AS training, 0::numeric AS metered
          FROM payment
          UNION ALL
          SELECT note.tenant_id, decided_at, -(as_credits_minor + round((amount_minor - as_credits_minor) * ${UNTAXED})) / ${scale}::numeric, 0, 0, 0 FROM credit_notes note
          JOIN invoices invoice ON invoice.tenant_id = note.tenant_id AND invoice.id = note.invoice_id AND invoice.currency = ${currency}
          WHERE note.status = 'issued' AND ${isIn('decided_at')} AND ${only('note.tenant_id')}
          UNION ALL
          -- Given back at Stripe by hand, of which we know the sum and not the day.
          SELECT tenant_id, created_at, -round(refunded_elsewhere_minor * ${UNTAXED}) / ${scale}::numeric, 0, 0, 0 FROM invoices invoice
          WHERE refunded_elsewhere_minor > 0 AND currency = ${currency} AND ${isIn('created_at')} AND ${only('tenant_id')}
          UNION ALL
          SELECT tenant_id, started_at, 0, 0, extract(epoch FROM seen_at - started_at) * ${rateOf('pool', Prisma.sql`pool`, Prisma.sql`started_at`)}, 0
          FROM training_attempts WHERE ${isIn('started_at')} AND ${only('tenant_id')}
          UNION ALL
          SELECT tenant_id, bucket_start, 0, 0, 0, quantity * ${rateOf('meter', Prisma.sql`meter_key`, Prisma.sql`bucket_start`)}
          FROM usage_rollups WHERE granularity = 'day' AND ${isIn('bucket_start')} AND ${only('tenant_id')}
            AND meter_key IN (SELECT resource FROM cost_rates WHERE kind = 'meter' AND currency = ${currency}))
      SELECT tenant_id AS "tenantId", organization.name, start AS month, sum(revenue)::text AS revenue, sum(fees)::text AS fees,
        coalesce(sum(training), 0)::text AS training, coalesce(sum(metered), 0)::text AS metered
      FROM entry JOIN month ON at >= start AND at < until JOIN organizations organization ON organization.id = tenant_id
      JOIN subscriptions USING (tenant_id) JOIN price_versions price ON price.id = price_version_id
      WHERE price.currency = ${currency}
      GROUP BY 1, 2, 3 HAVING sum(revenue) <> 0 OR sum(training) <> 0 OR sum(metered) <> 0 ORDER BY 3, 1`;
    return rows.map(({ training, metered, revenue, fees, ...row }) => ({
      ...row,
      revenue: new Decimal(revenue),
      fees: new Decimal(fees),
      trainingCost: new Decimal(training),
      meterCost: new Decimal(metered),
    }));
  }
}

function toRate({ id, kind, resource, currency, amount, startsAt }: Prisma.CostRateGetPayload<object>): CostRate {
  return {
    id,
    kind,
    resource,
    currency,
    amount: new Decimal(amount.toString()).toFixed(),
    startsAt: startsAt.toISOString(),
  };
}
