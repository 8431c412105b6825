import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import { Decimal } from '../../platform/decimal.js';
import type { Movement } from './revenue-rates.js';

export interface Months {
  currency: string;
  /** Starts of months (UTC); the last one is where the last month ends. */
  boundaries: Date[];
}

/** The fee that an organization pays at a moment, less its coupon; 0 where none, or one in another currency. */
const feeAt = (at: Prisma.Sql, currency: string) => Prisma.sql`coalesce((
  SELECT CASE WHEN change.status <> 'cancelled' AND NOT change.is_trial AND price.currency = ${currency}
    THEN fee_less_coupon(customer.tenant_id, price.monthly_fee_minor, price.currency, ${at}) ELSE 0 END
  FROM subscription_changes change JOIN price_versions price ON price.id = change.price_version_id
  WHERE change.tenant_id = customer.tenant_id AND change.at < ${at} ORDER BY change.at DESC LIMIT 1), 0)`;

/** Who has paid a fee in the currency, and when first. */
const customers = (currency: string) => Prisma.sql`
  SELECT change.tenant_id, min(change.at) AS paid_since FROM subscription_changes change
  JOIN price_versions price ON price.id = change.price_version_id
  WHERE price.currency = ${currency} AND price.monthly_fee_minor > 0 AND change.status <> 'cancelled' AND NOT change.is_trial GROUP BY 1`;

type MovementRow = { [K in keyof Movement]: Movement[K] extends number ? number : string };

/** Reads over all organizations: each call requires a system transaction. */
@Injectable()
export class RevenueRepository {
  /** What became of the fees in each month, in the smallest unit. */
  async listMovements(transaction: Transaction, { currency, boundaries }: Months): Promise<Movement[]> {
    const rows = await transaction.$queryRaw<MovementRow[]>`
      WITH fees AS (
        SELECT month.start, customer.paid_since < month.start AS had_paid, ${feeAt(Prisma.sql`month.start`, currency)} AS opening,
          ${feeAt(Prisma.sql`month.until`, currency)} AS closing
        FROM unnest(${boundaries.slice(0, -1)}::timestamptz[], ${boundaries.slice(1)}::timestamptz[]) month (start, until)
        LEFT JOIN (${customers(currency)}) customer ON customer.paid_since < month.until)
      SELECT coalesce(sum(opening), 0)::text AS opening, coalesce(sum(closing) FILTER (WHERE opening = 0 AND NOT had_paid), 0)::text AS "fromNew",
        coalesce(sum(closing) FILTER (WHERE opening = 0 AND had_paid), 0)::text AS reactivation,
        coalesce(sum(closing - opening) FILTER (WHERE opening > 0 AND closing > opening), 0)::text AS expansion,
        coalesce(sum(opening - closing) FILTER (WHERE closing > 0 AND closing < opening), 0)::text AS contraction,
        coalesce(sum(opening) FILTER (WHERE closing = 0), 0)::text AS churn, coalesce(sum(closing), 0)::text AS closing,
        (count(*) FILTER (WHERE opening > 0))::int AS "customersAtStart",
        (count(*) FILTER (WHERE opening > 0 AND closing = 0))::int AS "customersLost", (count(*) FILTER (WHERE closing > 0))::int AS "customersAtEnd"
      FROM fees GROUP BY start ORDER BY start`;
    return rows.map((row) => ({
      opening: new Decimal(row.opening),
      fromNew: new Decimal(row.fromNew),
      reactivation: new Decimal(row.reactivation),
      expansion: new Decimal(row.expansion),
      contraction: new Decimal(row.contraction),
      churn: new Decimal(row.churn),
      closing: new Decimal(row.closing),
      customersAtStart: row.customersAtStart,
      customersLost: row.customersLost,
      customersAtEnd: row.customersAtEnd,
    }));
  }

  /** By the month in which customers first paid: how many of them, and what of their fees there was at the end of each month since. */
  async listCohorts(transaction: Transaction, { currency, boundaries }: Months) {
    return transaction.$queryRaw<{ month: Date; until: Date; customers: number; paying: number; fees: string }[]>`
      WITH month AS (SELECT * FROM unnest(${boundaries.slice(0, -1)}::timestamptz[], ${boundaries.slice(1)}::timestamptz[]) month (start, until)),
        fees AS (
          SELECT joined.start AS month, month.until, ${feeAt(Prisma.sql`month.until`, currency)} AS fee
          FROM (${customers(currency)}) customer
          JOIN month joined ON customer.paid_since >= joined.start AND customer.paid_since < joined.until
          JOIN month ON month.start >= joined.start)
      SELECT month, until, count(*)::int AS customers, (count(*) FILTER (WHERE fee > 0))::int AS paying, sum(fee)::text AS fees
      FROM fees GROUP BY 1, 2 ORDER BY 1, 2`;
  }

  /** The fee of each who pays one at that moment, in the smallest unit. */
  async listRecurring(transaction: Transaction, currency: string, at: Date): Promise<Map<string, Decimal>> {
    const rows = await transaction.$queryRaw<{ tenantId: string; fee: string }[]>`
      SELECT customer.tenant_id AS "tenantId", ${feeAt(Prisma.sql`${at}::timestamptz`, currency)}::text AS fee FROM (${customers(currency)}) customer`;
    return new Map(rows.filter(({ fee }) => fee !== '0').map(({ tenantId, fee }) => [tenantId, new Decimal(fee)]));
  }

  /**
   * What the usage of those days comes to, rated as the usage of one month by the price that each has now, in the main unit; those of whom it comes to
   * nothing are left out.
   *
   * @param since start of a day (UTC), as `until`, which is exclusive
   */
  async listMetered(
    transaction: Transaction,
    currency: string,
    { since, until }: { since: Date; until: Date },
  ): Promise<Map<string, Decimal>> {
    const rows = await transaction.$queryRaw<{ tenantId: string; amount: string }[]>`
      WITH used AS (
        SELECT subscription.tenant_id, meter_price.*, sum(rollup.quantity) AS quantity
        FROM usage_rollups rollup JOIN subscriptions subscription USING (tenant_id)
        JOIN price_versions price ON price.id = subscription.price_version_id AND price.currency = ${currency}
        CROSS JOIN LATERAL (
          SELECT price_version_id AS version, meter_key AS meter, device_class AS class, included_quantity AS included FROM meter_prices
          WHERE price_version_id = price.id AND meter_key = rollup.meter_key AND device_class IN (rollup.device_class, '')
          ORDER BY device_class DESC LIMIT 1) meter_price
        WHERE granularity = 'day' AND bucket_start >= ${since}::timestamptz AND bucket_start < ${until}::timestamptz
          AND subscription.status <> 'cancelled'
        GROUP BY 1, 2, 3, 4, 5)
      SELECT tenant_id AS "tenantId", sum(metered_amount(version, meter, class, quantity + included - coalesce((
        SELECT override.quantity FROM plan_overrides override WHERE override.tenant_id = used.tenant_id AND kind = 'included'
          AND resource = meter AND (ends_at IS NULL OR ends_at >= ${until}::timestamptz)), included)))::text AS amount
      FROM used GROUP BY 1`;
    return new Map(
      rows.map(({ tenantId, amount }) => [tenantId, new Decimal(amount)] as const).filter(([, amount]) => amount.gt(0)),
    );
  }

  async listNames(transaction: Transaction, ids: string[]): Promise<Map<string, string>> {
    const where = { id: { in: ids } };
    const rows = await transaction.organization.findMany({ where, select: { id: true, name: true } });
    return new Map(rows.map(({ id, name }) => [id, name]));
  }

  /** What invoices that were written in each month bill, by what it is for. */
  async listBilled(transaction: Transaction, { currency, boundaries }: Months) {
    return transaction.$queryRaw<{ month: Date; plan: string; meter: string; amount: string }[]>`
      SELECT month.start AS month, price.plan_key AS plan, line.meter_key AS meter, sum(line.amount_minor)::text AS amount
      FROM unnest(${boundaries.slice(0, -1)}::timestamptz[], ${boundaries.slice(1)}::timestamptz[]) month (start, until)
      JOIN invoices invoice ON invoice.created_at >= month.start AND invoice.created_at < month.until AND invoice.currency = ${currency}
        AND invoice.status <> 'void'
      JOIN invoice_lines line ON line.tenant_id = invoice.tenant_id AND line.invoice_id = invoice.id
      JOIN price_versions price ON price.id = line.price_version_id
      GROUP BY 1, 2, 3 HAVING sum(line.amount_minor) <> 0 ORDER BY 1, 2, 3`;
  }
}
