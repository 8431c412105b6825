import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/database.js';
import type { RatingTables } from './rating-tables.js';

/** Which billing periods: those that were billed by one of the plan's prices, and ended after `since` up to `until`. */
export interface Span {
  versionIds: string[];
  since: Date;
  until: Date;
}

/** From one organization to another in the order of ids, both among them. */
export interface Slice {
  from: string;
  to: string;
}

/** All amounts in the currency's smallest unit. */
export interface SliceRating {
  /** Of each organization its id, how many periods it had, and what they come to before and after. */
  organizations: [id: string, periods: number, before: string, after: string][];
  /** How many periods end in each tier of the draft. */
  tiers: Record<string, number>;
  /** Periods of which something else was billed than they come to. */
  differing: { tenantId: string; periodStart: string; invoiceId: string | null; billed: string; rated: string }[];
}

const PERIODS = `
  SELECT * FROM billing_periods
  WHERE price_version_id = ANY ($1::uuid[]) AND closed_at IS NOT NULL AND ends_at > $2::timestamptz AND ends_at <= $3::timestamptz`;

/**
 * As `rate` and `withTerms` of libs/features/billing, which a test holds it to: usage counts for the period that its start lies in, and for the price of
 * its class or else that of all classes; each meter is rounded once; what is lacking of the minimum comes on top.
 */
const RATE_SLICE = `
  WITH price AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($6) AS price (price bigint, is_own boolean, version uuid, meter text, class text, classes text[], included numeric)),
    segment AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($7) AS segment (price bigint, tier int, above numeric, until numeric, base numeric, unit numeric, size numeric)),
    terms AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($8) AS terms (version uuid, fee numeric, commitment numeric)),
    period AS MATERIALIZED (
      SELECT row_number() OVER () AS no, period.* FROM (${PERIODS} AND tenant_id BETWEEN $4::uuid AND $5::uuid) period),
    used AS (
      SELECT period.no * 1000000 + price.price AS key, sum(quantity) - max(CASE
          WHEN share = 1 THEN coalesce((period.included ->> price.meter)::numeric, price.included)
          ELSE ceil(share * coalesce((period.included ->> price.meter)::numeric, price.included)) END) AS billable
      FROM period
      CROSS JOIN LATERAL (
        SELECT price_version_id AS version, price_version_id = period.price_version_id AS is_own, meter_key AS meter, device_class AS class, quantity
        FROM usage_rollups WHERE tenant_id = period.tenant_id AND granularity = 'period' AND bucket_start >= starts_at AND bucket_start < ends_at
        -- Kept apart, it reads a period's few rows by their key, and not all that the organization ever used.
        OFFSET 0) used
      JOIN price ON price.version = used.version AND price.is_own = used.is_own AND price.meter = used.meter
        AND (price.class = used.class OR (price.class = '' AND used.class <> ALL (price.classes)))
      GROUP BY 1),
    line AS (
      SELECT key / 1000000 AS no, key % 2 = 1 AS is_after, tier, round($9::numeric * CASE
          WHEN size IS NULL THEN base + unit * billable
          ELSE (div(billable, size) + CASE WHEN mod(billable, size) > 0 THEN 1 ELSE 0 END) * unit END) AS amount
      FROM used JOIN segment ON segment.price = key % 1000000 AND billable > above AND (until IS NULL OR billable <= until)),
    metered AS (
      SELECT no, sum(amount) FILTER (WHERE NOT is_after) AS before, sum(amount) FILTER (WHERE is_after) AS after,
        array_agg(tier) FILTER (WHERE is_after) AS tiers
      FROM line GROUP BY 1),
    bill AS MATERIALIZED (
      SELECT tenant_id, starts_at, tiers, is_collected_by_stripe, round(paid * fee) AS fee,
        greatest(coalesce(before, 0), round(paid * commitment)) AS before,
        greatest(coalesce(after, 0), round(paid * $11::numeric)) + round(paid * $10::numeric) AS after
      FROM period CROSS JOIN LATERAL (SELECT CASE WHEN is_trial THEN 0 ELSE share END AS paid) part JOIN terms ON terms.version = price_version_id LEFT JOIN metered USING (no)),
    billed AS (
      SELECT line.tenant_id, line.period_start AS starts_at, sum(amount_minor) AS billed
      FROM invoice_lines line JOIN price_versions version ON version.id = price_version_id AND version.currency = $12
      WHERE line.tenant_id BETWEEN $4::uuid AND $5::uuid GROUP BY 1, 2),
    differing AS (
      SELECT tenant_id, starts_at, coalesce(billed, 0) AS billed, before + CASE WHEN is_collected_by_stripe THEN 0 ELSE fee END AS rated
      FROM bill LEFT JOIN billed USING (tenant_id, starts_at))
  SELECT
    (SELECT coalesce(jsonb_agg(jsonb_build_array(tenant_id, periods, before::text, after::text)), '[]') FROM (
      SELECT tenant_id, count(*) AS periods, sum(before + fee) AS before, sum(after) AS after FROM bill GROUP BY 1) organization) AS organizations,
    (SELECT coalesce(jsonb_object_agg(tier, periods), '{}') FROM (
      SELECT tier, count(*) AS periods FROM bill, unnest(tiers) AS tier GROUP BY 1) reached) AS tiers,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('tenantId', tenant_id, 'periodStart', starts_at, 'billed', billed::text, 'rated', rated::text,
        'invoiceId', (SELECT id FROM invoices WHERE invoices.tenant_id = differing.tenant_id AND period_start = starts_at AND currency = $12))
        ORDER BY tenant_id, starts_at), '[]')
      FROM differing WHERE billed <> rated) AS differing`;

const READ_ONLY = 'SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY';
/** A slice fits in memory, what joins a handful of prices is a hash, and compiled code would be thrown away each time. */
const SETTINGS = `SELECT set_config('work_mem', '64MB', true), set_config('enable_mergejoin', 'off', true), set_config('jit', 'off', true)`;

/** Reads over all organizations: each call requires a system transaction. */
@Injectable()
export class PriceSimulationsRepository {
  /**
   * Makes the transaction one that sees a single moment and can write nothing. Comes first in it.
   *
   * @returns the moment, for further connections to see; null where another simulation is being run
   */
  async begin(sql: Sql): Promise<string | null> {
    await sql.run(READ_ONLY);
    await sql.run(SETTINGS);
    const [row] = await sql.rows<{ isOnly: boolean; moment: string }>(
      `SELECT pg_try_advisory_xact_lock(hashtext('price_simulation')) AS "isOnly", pg_export_snapshot() AS moment`,
    );
    return row!.isOnly ? row!.moment : null;
  }

  /** Has a further connection see the moment that another one began with. Comes first in its transaction. */
  async join(sql: Sql, moment: string): Promise<void> {
    await sql.run(READ_ONLY);
    await sql.run(`SET TRANSACTION SNAPSHOT '${moment}'`);
    await sql.run(SETTINGS);
  }

  /** In the order of ids. */
  async listOrganizations(sql: Sql, { versionIds, since, until }: Span): Promise<string[]> {
    const rows = await sql.rows<{ id: string }>(`SELECT DISTINCT tenant_id AS id FROM (${PERIODS}) period ORDER BY 1`, [
      versionIds,
      since,
      until,
    ]);
    return rows.map(({ id }) => id);
  }

  async rateSlice(
    sql: Sql,
    { versionIds, since, until }: Span,
    { from, to }: Slice,
    { prices, segments, terms }: RatingTables,
    draft: { currency: string; scale: string; fee: string; commitment: string },
  ): Promise<SliceRating> {
    const tables = [prices, segments, terms].map((rows) => JSON.stringify(rows));
    const { scale, fee, commitment, currency } = draft;
    const values = [versionIds, since, until, from, to, ...tables, scale, fee, commitment, currency];
    return (await sql.rows<SliceRating>(RATE_SLICE, values))[0]!;
  }

  async listMeters(sql: Sql): Promise<string[]> {
    return (await sql.rows<{ key: string }>('SELECT key FROM meters')).map(({ key }) => key);
  }

  async listNames(sql: Sql, ids: string[]): Promise<Map<string, string>> {
    const rows = await sql.rows<{ id: string; name: string }>(
      `SELECT id, name FROM organizations WHERE id = ANY ($1::uuid[])`,
      [ids],
    );
    return new Map(rows.map(({ id, name }) => [id, name]));
  }
}
