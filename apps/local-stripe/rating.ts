import { Decimal } from 'decimal.js';
import type { Price } from './objects.js';

export type Tiers = NonNullable<Price['tiers']>;

/** What one line of an invoice charges. */
export interface Part {
  quantity: number;
  /** Of one unit, exactly; null where the part is a flat amount. */
  unitAmount: string | null;
  amount: number;
  /** Which tier it is of, counted from one. */
  tier: number | null;
}

/** Cents, rounded half away from zero as money is. */
export function roundMoney(exact: Decimal): number {
  const rounded = exact.abs().toDecimalPlaces(0, Decimal.ROUND_HALF_UP).toNumber();
  return exact.isNegative() && rounded !== 0 ? -rounded : rounded;
}

/** What a quantity costs under a price: one part, or under graduated tiers one for each tier that is reached. */
export function rate(price: Price, tiers: Tiers | null, quantity: number): Part[] {
  if (!tiers) {
    const units = packages(price, quantity);
    const unitAmount = price.unit_amount_decimal!;
    return [{ quantity: units, unitAmount, amount: roundMoney(new Decimal(unitAmount).times(units)), tier: null }];
  }
  if (price.tiers_mode === 'volume') {
    const index = tiers.findIndex(({ up_to }) => up_to === null || quantity <= up_to);
    return partsOf(tiers[index]!, index, quantity);
  }
  let from = 0;
  const parts: Part[] = [];
  for (const [index, tier] of tiers.entries()) {
    const units = Math.min(quantity, tier.up_to ?? Infinity) - from;
    // The first tier's flat amount is due even for nothing.
    if (units <= 0 && index > 0) break;
    parts.push(...partsOf(tier, index, units));
    from = tier.up_to ?? Infinity;
  }
  return parts;
}

export function total(parts: { amount: number }[]): number {
  return parts.reduce((sum, { amount }) => sum + amount, 0);
}

function partsOf(tier: Tiers[number], index: number, quantity: number): Part[] {
  const parts: Part[] = [];
  const { unit_amount_decimal: unit, flat_amount_decimal: flat } = tier;
  const at = { tier: index + 1 };
  if (unit !== null || flat === null) {
    const amount = roundMoney(new Decimal(unit ?? 0).times(quantity));
    parts.push({ quantity, unitAmount: unit ?? '0', amount, ...at });
  }
  if (flat !== null && !new Decimal(flat).isZero())
    parts.push({ quantity: 1, unitAmount: null, amount: roundMoney(new Decimal(flat)), ...at });
  return parts;
}

function packages({ transform_quantity }: Price, quantity: number): number {
  if (!transform_quantity) return quantity;
  const exact = quantity / transform_quantity.divide_by;
  return transform_quantity.round === 'up' ? Math.ceil(exact) : Math.floor(exact);
}

/** The share of an amount for the time from `at` to `end`, by the second. */
export function prorate(amount: number, at: number, { start, end }: { start: number; end: number }): number {
  return roundMoney(new Decimal(amount).times(end - at).div(end - start));
}

export function formatMoney(minor: number | Decimal | string, currency: string): string {
  const format = new Intl.NumberFormat('en', { style: 'currency', currency, maximumFractionDigits: 12 });
  const { minimumFractionDigits } = new Intl.NumberFormat('en', { style: 'currency', currency }).resolvedOptions();
  return format.format(new Decimal(minor).div(new Decimal(10).pow(minimumFractionDigits!)).toNumber());
}
