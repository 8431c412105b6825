import type { Decimal } from '../../platform/decimal.js';
import { type MeterPrice, type PriceVersion, segmentsOf } from '../billing/index.js';

/** By which price usage counts, in one of the two ratings. */
export interface PriceRow {
  /** Even where it is rated by the price that it had, odd where by the draft. */
  price: number;
  /** Whether the usage was counted under its period's own price. */
  is_own: boolean;
  /** That it was counted under. */
  version: string;
  meter: string;
  class: string;
  /** All that have a price of their own of the meter. */
  classes: string[];
  included: string;
}

/** What so many units beyond those included cost: base + unit × them, or unit × the packages of them that are begun. */
export interface SegmentRow {
  price: number;
  /** Place in `tiers`. */
  tier: number;
  above: string;
  until: string | null;
  base: string;
  unit: string;
  size: string | null;
}

export interface TermsRow {
  version: string;
  fee: string;
  commitment: string;
}

/** What the database rates by; `segmentsOf` in libs/features/billing/meter-price.ts says what a price comes to, for both. */
export interface RatingTables {
  prices: PriceRow[];
  segments: SegmentRow[];
  terms: TermsRow[];
  /** Of the draft: where a meter's usage may end. */
  tiers: { meter: string; deviceClass: string; from: string | null }[];
}

/** @param versions all in the currency, of any plan: usage may have been counted under another plan's, which it keeps */
export function ratingTables(draft: PriceVersion, versions: PriceVersion[]): RatingTables {
  const tables: RatingTables = { prices: [], segments: [], terms: [], tiers: [] };
  const add = (rated: PriceVersion, is_own: boolean, versionIds: string[], isAfter: boolean) => {
    for (const meter of rated.meters) {
      const price = 2 * tables.prices.length + Number(isAfter);
      const classes = rated.meters.filter((other) => other.meter === meter.meter).map((other) => other.deviceClass);
      for (const version of versionIds)
        tables.prices.push({
          price,
          is_own,
          version,
          meter: meter.meter,
          class: meter.deviceClass,
          classes,
          included: meter.includedQuantity.toFixed(),
        });
      const isDraft = rated === draft;
      if (isDraft) tables.tiers.push({ ...placeOf(meter), from: null });
      const within = tables.tiers.length - 1;
      const segments = segmentsFor(meter).map((segment, index) => {
        if (isDraft) tables.tiers.push({ ...placeOf(meter), from: segment.above });
        return { ...segment, price, tier: isDraft ? within + 1 + index : 0 };
      });
      tables.segments.push({ ...NOTHING, price, tier: isDraft ? within : 0, until: '0' }, ...segments);
    }
  };
  const own = versions.filter(({ planKey }) => planKey === draft.planKey);
  for (const version of versions) {
    if (own.includes(version)) add(version, true, [version.id], false);
    add(version, false, [version.id], false);
    add(version, false, [version.id], true);
  }
  const ids = own.map(({ id }) => id);
  add(draft, true, ids, true);
  tables.terms = own.map(({ id, monthlyFeeMinor, commitmentMinor }) => ({
    version: id,
    fee: monthlyFeeMinor.toString(),
    commitment: commitmentMinor.toString(),
  }));
  return tables;
}

const NOTHING = { above: '-Infinity', base: '0', unit: '0', size: null };

function placeOf({ meter, deviceClass }: MeterPrice) {
  return { meter, deviceClass };
}

/** A price in parts of a quantity, the first above 0, each up to where the next begins. */
export function segmentsFor(price: MeterPrice): Omit<SegmentRow, 'price' | 'tier'>[] {
  const { scheme, packageSize, unitAmount } = price;
  if (scheme === 'package')
    return [{ above: '0', until: null, base: '0', unit: unitAmount.toFixed(), size: packageSize!.toFixed() }];
  let above = '0';
  return segmentsOf(price).map((segment) => {
    const until = endOf(segment.to);
    const row = { above, until, base: segment.base.toFixed(), unit: segment.unitAmount.toFixed(), size: null };
    above = until ?? above;
    return row;
  });
}

function endOf(to: Decimal): string | null {
  return to.isFinite() ? to.toFixed() : null;
}
