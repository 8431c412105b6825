import { Decimal } from '../../platform/decimal.js';
import {
  amountOf,
  type MeterPrice as PricedMeter,
  priceOf,
  unitsWithin as unitsWithinBudget,
} from '../billing/index.js';

export const SCOPES = ['organization', 'project', 'key'] as const;
export type Scope = (typeof SCOPES)[number];
/** What requests are counted by: a signed-in person has a rate of their own, and so has each address within a publishable key, which no limit can change. */
export type RateScope = Scope | 'user' | 'address';

/** Resource of a limit on money. */
export const SPEND = 'spend';
/** Resource of a limit on how often. */
export const REQUESTS_PER_SECOND = 'requests_per_second';

/** At most so much in a billing period, by the plan or by the customer's own wish. */
export interface Bound {
  setBy: 'plan' | 'customer';
  /** Null for a quota of the plan. */
  limitId: string | null;
  scope: Scope;
  scopeId: string;
  /** A meter's key, or `spend`. */
  resource: string;
  /** Units of the meter, or the currency's main unit. */
  quantity: Decimal;
  /** Whether an operator has set it for this organization in place of the plan's. */
  isOverride?: boolean;
}

export type MeterPrice = Omit<PricedMeter, 'unit'>;

/** What counts against limits in a billing period: the ledger, and what processes hold leased. */
export interface Used {
  meter: string;
  deviceClass: string;
  projectId: string;
  /** First of the keys that were rotated into each other; the nil id for none. */
  lineageId: string;
  quantity: Decimal;
}

/** Whose remaining units are asked for. */
export interface Caller {
  tenantId: string;
  projectId: string;
  lineageId: string;
}

/** What bounds leave of a meter. */
export interface Remaining {
  /** Whole units, 0 or more; Infinity where nothing bounds them. */
  units: number;
  /** What allows the least. */
  bound: Bound | null;
}

const NONE = new Decimal(0);

/** How much of the meter all of the bounds that concern the caller leave. */
export function remainingOf(
  meter: string,
  caller: Caller,
  bounds: Bound[],
  prices: MeterPrice[],
  used: Used[],
  deviceClass = '',
): Remaining {
  let remaining: Remaining = { units: Infinity, bound: null };
  for (const bound of bounds) {
    if (!concerns(bound, caller)) continue;
    const units = unitsWithin(bound, meter, deviceClass, prices, used);
    if (units !== null && units < remaining.units) remaining = { units, bound };
  }
  return remaining;
}

/** What counts against the bound so far, in the unit of its quantity. */
export function usedOf(bound: Bound, prices: MeterPrice[], used: Used[]): Decimal {
  const concerned = used.filter((row) => countsFor(bound, row));
  if (bound.resource !== SPEND) return sum(concerned.filter(({ meter }) => meter === bound.resource));
  return prices.reduce(
    (total, price) =>
      total.plus(amountOf(price, quantityAt(price, prices, concerned).minus(includedFor(bound, price)))),
    NONE,
  );
}

function concerns({ scope, scopeId }: Bound, { projectId, lineageId }: Caller): boolean {
  return scope === 'organization' || scopeId === (scope === 'project' ? projectId : lineageId);
}

function countsFor({ scope, scopeId }: Bound, { projectId, lineageId }: Used): boolean {
  return scope === 'organization' || scopeId === (scope === 'project' ? projectId : lineageId);
}

/** Null where the bound is on something else. */
function unitsWithin(
  bound: Bound,
  meter: string,
  deviceClass: string,
  prices: MeterPrice[],
  used: Used[],
): number | null {
  if (bound.resource === meter) return wholeUnits(bound.quantity.minus(usedOf(bound, prices, used)));
  if (bound.resource !== SPEND) return null;
  const price = priceOf(meter, deviceClass, prices);
  if (!price) return null;
  const concerned = used.filter((row) => countsFor(bound, row));
  const billable = quantityAt(price, prices, concerned).minus(includedFor(bound, price));
  const left = Decimal.max(bound.quantity.minus(usedOf(bound, prices, used)), 0);
  const units = unitsWithinBudget(price, billable, amountOf(price, billable).plus(left));
  return units === Infinity ? null : wholeUnits(Decimal.max(billable.negated(), 0).plus(units));
}

/** What was used at the price; of an absent one, what has none. */
export function quantityAt(price: MeterPrice | undefined, prices: MeterPrice[], used: Used[]): Decimal {
  return sum(used.filter((row) => priceOf(row.meter, row.deviceClass, prices) === price));
}

/** What a plan includes belongs to the organization: no project or key can count on it. */
function includedFor({ scope }: Bound, { includedQuantity }: MeterPrice): Decimal {
  return scope === 'organization' ? includedQuantity : NONE;
}

function sum(rows: Used[]): Decimal {
  return rows.reduce((total, { quantity }) => total.plus(quantity), NONE);
}

function wholeUnits(quantity: Decimal): number {
  return Math.max(0, quantity.floor().toNumber());
}
