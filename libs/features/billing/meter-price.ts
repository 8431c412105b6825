import type { SCHEMES } from '../../platform/database/price-list.js';
import { Decimal } from '../../platform/decimal.js';

/**
 * How a meter's units are priced beyond those that the plan includes:
 *
 * - `per_unit`: each unit costs the same;
 * - `package`: units come in packages, and one that is begun is paid whole;
 * - `graduated`: each unit costs what its tier says;
 * - `volume`: all units cost what the tier says that the quantity as a whole reaches.
 */
type Scheme = (typeof SCHEMES)[number];

/** Of units above `from`, up to and including the next tier's `from`; the last goes on without end. */
export interface Tier {
  from: Decimal;
  /** In the currency's main unit, as all amounts here. */
  unitAmount: Decimal;
  /** Once, where the tier is reached. */
  flatAmount: Decimal;
}

export interface MeterPrice {
  meter: string;
  /** Empty: every class without a price of its own. */
  deviceClass: string;
  unit: string;
  /** They cost nothing; schemes count from the first unit beyond them. */
  includedQuantity: Decimal;
  scheme: Scheme;
  /** Of a unit, or of a package; 0 where there are tiers. */
  unitAmount: Decimal;
  /** Units in a package; null in the other schemes. */
  packageSize: Decimal | null;
  /** Ascending, the first from 0; of `graduated` and `volume`, empty otherwise. */
  tiers: Tier[];
}

type Price = Pick<MeterPrice, 'scheme' | 'unitAmount' | 'packageSize' | 'tiers'>;

/** Where amount = base + unitAmount × quantity, from the segment before it up to `to`. */
interface Segment {
  /** Infinity in the last. */
  to: Decimal;
  base: Decimal;
  unitAmount: Decimal;
}

const NONE = new Decimal(0);
const ENDLESS = new Decimal(Infinity);

/**
 * What so many units cost, exactly: nothing is rounded here.
 *
 * @param billable units beyond what is included; none below 0 cost anything
 */
export function amountOf(price: Price, billable: Decimal): Decimal {
  if (billable.lte(0)) return NONE;
  if (price.scheme === 'package') {
    const whole = billable.divToInt(price.packageSize!);
    const isBegun = whole.times(price.packageSize!).lt(billable);
    return whole.plus(isBegun ? 1 : 0).times(price.unitAmount);
  }
  const { base, unitAmount } = segmentsOf(price).find(({ to }) => billable.lte(to))!;
  return base.plus(unitAmount.times(billable));
}

/**
 * How many whole units more can be used one after the other without ever costing more than the budget, where `billable` are used
 * already: 0 or more, Infinity where none of them costs anything.
 */
export function unitsWithin(price: Price, billable: Decimal, budget: Decimal): number {
  const used = Decimal.max(billable, 0);
  if (price.scheme === 'package') return packagedUnitsWithin(price, used, budget);
  let units = 0;
  for (const { to, base, unitAmount } of segmentsOf(price)) {
    if (to.lte(used)) continue;
    const left = budget.minus(base).minus(unitAmount.times(used));
    const affordable = left.lt(0) ? 0 : unitAmount.isZero() ? Infinity : left.divToInt(unitAmount).toNumber();
    const inSegment = to.minus(used).floor().toNumber();
    units = Math.max(units, Math.min(affordable, inSegment));
    if (affordable < inSegment) break;
  }
  return units;
}

/** The parts of a quantity by tier, those that hold something; empty where there are no tiers. */
export function tiersOf({ scheme, tiers }: Price, billable: Decimal): (Tier & { quantity: Decimal })[] {
  const reached = tiers.filter(({ from }) => billable.gt(from));
  if (scheme === 'volume') return reached.slice(-1).map((tier) => ({ ...tier, quantity: billable }));
  return reached.map((tier, index) => {
    const end = reached[index + 1]?.from ?? billable;
    return { ...tier, quantity: end.minus(tier.from) };
  });
}

/** The price of the class itself, or that of all classes without one. */
export function priceOf<T extends Pick<MeterPrice, 'meter' | 'deviceClass'>>(
  meter: string,
  deviceClass: string,
  prices: T[],
): T | undefined {
  const ofMeter = prices.filter((price) => price.meter === meter);
  return ofMeter.find((price) => price.deviceClass === deviceClass) ?? ofMeter.find((price) => !price.deviceClass);
}

/** A price in straight parts, where it comes to that: all schemes but `package`. */
export function segmentsOf({ scheme, unitAmount, tiers }: Price): Segment[] {
  if (scheme === 'per_unit') return [{ to: ENDLESS, base: NONE, unitAmount }];
  let before = NONE;
  return tiers.map((tier, index) => {
    const { from, flatAmount } = tier;
    const to = tiers[index + 1]?.from ?? ENDLESS;
    if (scheme === 'volume') return { to, base: flatAmount, unitAmount: tier.unitAmount };
    const base = before.plus(flatAmount).minus(tier.unitAmount.times(from));
    if (to.isFinite()) before = base.plus(tier.unitAmount.times(to));
    return { to, base, unitAmount: tier.unitAmount };
  });
}

function packagedUnitsWithin({ unitAmount, packageSize }: Price, used: Decimal, budget: Decimal): number {
  if (unitAmount.isZero()) return Infinity;
  const paid = Decimal.max(budget, 0).divToInt(unitAmount).times(packageSize!);
  return Decimal.max(paid.minus(used), 0).floor().toNumber();
}
