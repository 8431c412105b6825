import { Injectable } from '@nestjs/common';
import type { Sql } from '../../platform/database/database.js';
import { Decimal } from '../../platform/decimal.js';
import { minorDigits, type PriceVersion, UNTAXED_SHARE } from '../billing/index.js';
import { segmentsFor } from '../price-simulations/index.js';
import type { Kind } from './reconciliation.schema.js';

export interface Span {
  currency: string;
  /** Periods that end after the one and no later than the other. */
  from: Date;
  until: Date;
  now: Date;
}

/** All amounts in the currency's smallest unit. */
export interface Sums {
  rated: string;
  atStripe: string;
  kinds: Partial<Record<Kind, string>>;
}

export interface EntryRow {
  tenantId: string;
  name: string;
  periodStart: Date;
  periodEnd: Date;
  invoiceId: string | null;
  number: string | null;
  stripeInvoiceId: string | null;
  reason: string | null;
  amount: string;
}

/**
 * As `rate` and `withTerms` of libs/features/billing: usage counts for the period that its start lies in, by the price of its class or else that of all
 * classes; each meter is rounded once; what is lacking of the minimum comes on top. A test holds it to the invoices that those write.
 */
const ENTRIES = `
  WITH price AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($5) AS price (price bigint, version uuid, meter text, class text, classes text[], included numeric)),
    segment AS MATERIALIZED (
      SELECT * FROM jsonb_to_recordset($6) AS segment (price bigint, above numeric, until numeric, base numeric, unit numeric, size numeric)),
    terms AS MATERIALIZED (SELECT * FROM jsonb_to_recordset($7) AS terms (version uuid, fee numeric, commitment numeric)),
    period AS MATERIALIZED (
      SELECT row_number() OVER () AS no, tenant_id, starts_at, ends_at, price_version_id, is_collected_by_stripe, closed_at, share,
        CASE WHEN is_trial THEN 0 ELSE share END AS paid,
        coalesce(included, (SELECT jsonb_object_agg(resource, quantity) FROM plan_overrides override WHERE override.tenant_id = period.tenant_id
          AND kind = 'included' AND (override.ends_at IS NULL OR override.ends_at >= least(period.ends_at, $8::timestamptz)))) AS included
      FROM billing_periods period WHERE ends_at > $1::timestamptz AND ends_at <= $2::timestamptz),
    used AS (
      SELECT period.no * 1000000 + price.price AS key, sum(quantity) - max(CASE
          WHEN share = 1 THEN coalesce((period.included ->> price.meter)::numeric, price.included)
          ELSE ceil(share * coalesce((period.included ->> price.meter)::numeric, price.included)) END) AS billable
      FROM period
      CROSS JOIN LATERAL (
        SELECT price_version_id AS version, meter_key AS meter, device_class AS class, quantity
        FROM usage_rollups WHERE tenant_id = period.tenant_id AND granularity = 'period' AND bucket_start >= starts_at AND bucket_start < ends_at
        -- Kept apart, it reads a period's few rows by their key, and not all that the organization ever used.
        OFFSET 0) used
      JOIN price ON price.version = used.version AND price.meter = used.meter
        AND (price.class = used.class OR (price.class = '' AND used.class <> ALL (price.classes)))
      GROUP BY 1),
    metered AS (
      SELECT key / 1000000 AS no, sum(round($4::numeric * CASE
          WHEN size IS NULL THEN base + unit * billable
          ELSE (div(billable, size) + CASE WHEN mod(billable, size) > 0 THEN 1 ELSE 0 END) * unit END)) AS amount
      FROM used JOIN segment ON segment.price = key % 1000000 AND billable > above AND (until IS NULL OR billable <= until)
      GROUP BY 1),
    rated AS MATERIALIZED (
      SELECT period.*, greatest(coalesce(amount, 0), round(paid * coalesce(commitment, 0)))
          + CASE WHEN is_collected_by_stripe THEN 0 ELSE round(paid * coalesce(fee, 0)) END AS rated
      FROM period LEFT JOIN metered USING (no) LEFT JOIN terms ON terms.version = price_version_id),
    line AS MATERIALIZED (
      SELECT rated.no, rated.tenant_id, line.invoice_id, sum(amount_minor) AS amount
      FROM rated JOIN invoice_lines line ON line.tenant_id = rated.tenant_id AND line.period_start = rated.starts_at
      JOIN price_versions version ON version.id = line.price_version_id AND version.currency = $3
      GROUP BY 1, 2, 3),
    invoice AS (SELECT * FROM invoices WHERE currency = $3 AND period_end > $1::timestamptz AND period_end <= $2::timestamptz),
    entry AS MATERIALIZED (
      SELECT CASE WHEN closed_at IS NOT NULL THEN 'late' WHEN ends_at > $8::timestamptz THEN 'running' ELSE 'closing' END AS kind,
        tenant_id, starts_at AS period_start, ends_at AS period_end, NULL::uuid AS invoice_id, rated - coalesce(billed, 0) AS amount
      FROM rated LEFT JOIN (SELECT no, sum(amount) AS billed FROM line GROUP BY 1) billed USING (no) WHERE rated <> coalesce(billed, 0)
      UNION ALL
      SELECT CASE WHEN status IN ('draft', 'open') AND blocked_reason IS NOT NULL THEN 'blocked' ELSE status::text END,
        line.tenant_id, period_start, period_end, invoice_id, sum(amount)
      FROM line JOIN invoices ON invoices.tenant_id = line.tenant_id AND invoices.id = line.invoice_id
      GROUP BY 1, 2, 3, 4, 5 HAVING sum(amount) <> 0
      UNION ALL
      SELECT 'credited', invoice.tenant_id, period_start, period_end, invoice.id,
        sum(as_credits_minor + round((amount_minor - as_credits_minor) * ${UNTAXED_SHARE}))
      FROM invoice JOIN credit_notes note ON note.tenant_id = invoice.tenant_id AND note.invoice_id = invoice.id AND note.status = 'issued'
      GROUP BY 1, 2, 3, 4, 5
      UNION ALL
      SELECT 'unfollowed', tenant_id, period_start, period_end, id, total_minor - credits_minor
      FROM invoice WHERE status NOT IN ('paid', 'void') AND stripe_invoice_id IS NOT NULL
        AND EXISTS (SELECT FROM stripe_events event WHERE event.invoice_id = invoice.stripe_invoice_id AND event.type = 'invoice.paid'))`;

const SUMS = `${ENTRIES}
  SELECT (SELECT coalesce(sum(rated), 0)::text FROM rated) AS rated,
    ((SELECT coalesce(sum(amount), 0) FROM line JOIN invoices ON invoices.tenant_id = line.tenant_id AND invoices.id = line.invoice_id
      WHERE stripe_invoice_id IS NOT NULL AND status <> 'draft') - (SELECT coalesce(sum(credits_minor), 0) FROM invoice
      WHERE stripe_invoice_id IS NOT NULL AND status <> 'draft'))::text AS "atStripe",
    (SELECT coalesce(jsonb_object_agg(kind, amount), '{}') FROM (SELECT kind, sum(amount)::text AS amount FROM entry GROUP BY 1) sums) AS kinds`;

const LIST = `${ENTRIES}
  SELECT entry.tenant_id AS "tenantId", organization.name, entry.period_start AS "periodStart", entry.period_end AS "periodEnd",
    invoices.id AS "invoiceId", invoices.number, stripe_invoice_id AS "stripeInvoiceId", blocked_reason AS reason, amount::text
  FROM entry JOIN organizations organization ON organization.id = entry.tenant_id
  -- Of a period, the invoice that it was closed with.
  LEFT JOIN invoices ON invoices.tenant_id = entry.tenant_id
    AND CASE WHEN entry.invoice_id IS NULL THEN invoices.period_start = entry.period_start AND invoices.currency = $3 ELSE invoices.id = entry.invoice_id END
  WHERE kind = $9 ORDER BY abs(amount) DESC, entry.tenant_id, entry.period_start`;

/** Reads over all organizations: each call requires a system transaction. */
@Injectable()
export class ReconciliationRepository {
  /** Makes the transaction one that sees a single moment and can write nothing. Comes first in it. */
  async begin(sql: Sql): Promise<void> {
    await sql.run('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY');
    await sql.run(`SELECT set_config('work_mem', '64MB', true), set_config('jit', 'off', true)`);
  }

  /** @param versions all that there are or were in the currency */
  async sum(sql: Sql, span: Span, versions: PriceVersion[]): Promise<Sums> {
    return (await sql.rows<Sums>(SUMS, valuesOf(span, versions)))[0]!;
  }

  /** The largest first. */
  async list(sql: Sql, span: Span, versions: PriceVersion[], kind: Kind): Promise<EntryRow[]> {
    return sql.rows<EntryRow>(LIST, [...valuesOf(span, versions), kind]);
  }
}

function valuesOf({ currency, from, until, now }: Span, versions: PriceVersion[]): unknown[] {
  const meters = versions.flatMap((version) => version.meters.map((price) => ({ version, price })));
  const prices = meters.map(({ version, price: { meter, deviceClass, includedQuantity } }, price) => ({
    price,
    version: version.id,
    meter,
    class: deviceClass,
    classes: version.meters.filter((other) => other.meter === meter).map((other) => other.deviceClass),
    included: includedQuantity.toFixed(),
  }));
  const segments = meters.flatMap(({ price }, place) => segmentsFor(price).map((row) => ({ ...row, price: place })));
  const terms = versions.map(({ id, monthlyFeeMinor, commitmentMinor }) => ({
    version: id,
    fee: monthlyFeeMinor.toString(),
    commitment: commitmentMinor.toString(),
  }));
  const scale = new Decimal(10).pow(minorDigits(currency)).toFixed();
  return [from, until, currency, scale, ...[prices, segments, terms].map((rows) => JSON.stringify(rows)), now];
}
