import type pg from 'pg';
import { uuidv7 } from 'uuidv7';

/**
 * A draft that Stripe is to collect, as the writer of invoices leaves it: of a period long before the organization began, so that no writer bills that too.
 *
 * @param month of 2025, from 1
 * @param amounts of its lines, in cents
 */
export async function addDraft(owner: pg.Client, tenantId: string, month: number, amounts: number[]): Promise<string> {
  const [id, starts] = [uuidv7(), `2025-${String(month).padStart(2, '0')}-01T00:00:00Z`];
  const { rows } = await owner.query(
    `SELECT id FROM price_versions WHERE plan_key = 'pro' AND currency = 'usd' ORDER BY version DESC LIMIT 1`,
  );
  const priceVersionId = rows[0].id;
  await owner.query(
    `INSERT INTO billing_periods (tenant_id, starts_at, ends_at, price_version_id, is_collected_by_stripe, closed_at, included)
     VALUES ($1, $2, $2::timestamptz + interval '27 days', $3, true, now(), '{}')`,
    [tenantId, starts, priceVersionId],
  );
  // Together, as a collector would take an invoice without lines.
  await owner.query(
    `WITH invoice AS (
       INSERT INTO invoices (tenant_id, id, status, currency, period_start, period_end, plan_name, billed_to, total_minor, created_at)
       SELECT $1, $2, 'draft', 'usd', $3, $3::timestamptz + interval '27 days', 'Pro', 'A shop', sum(amount), now() FROM unnest($5::bigint[]) amount)
     INSERT INTO invoice_lines (tenant_id, invoice_id, position, kind, period_start, period_end, price_version_id, meter_key, quantity, amount_minor, rated)
     SELECT $1, $2, place - 1, 'meter', $3, $3::timestamptz + interval '27 days', $4, 'meter_' || place, 1, amount,
       jsonb_build_object('kind', 'meter', 'description', 'Use ' || place, 'plan', 'Pro', 'meter', 'meter_' || place, 'deviceClass', '', 'quantity', '1',
         'allowance', '0', 'includedQuantity', '0', 'scheme', 'per_unit', 'packageSize', NULL, 'unitAmount', '1', 'tiers', '[]'::jsonb, 'amount', '1')
     FROM unnest($5::bigint[]) WITH ORDINALITY line (amount, place)`,
    [tenantId, id, starts, priceVersionId, amounts],
  );
  return id;
}
