import { Decimal } from '../../platform/decimal.js';

/** Of an organization in a month, in the currency's main unit. */
export interface Earnings {
  /** What was billed, without what was credited or refunded. */
  revenue: Decimal;
  /** Of payments. */
  fees: Decimal;
  /** Of workers: all attempts, also those that failed, were cancelled or lost. */
  trainingCost: Decimal;
  /** Of what was metered, such as what is stored. */
  meterCost: Decimal;
}

/** margin = revenue − costs − fees; its share is of the revenue, and null where there is none. */
export function marginOf({ revenue, fees, trainingCost, meterCost }: Earnings) {
  const cost = trainingCost.plus(meterCost);
  const margin = revenue.minus(cost).minus(fees);
  return { cost, margin, share: revenue.gt(0) ? margin.div(revenue) : null };
}

export function sumOf(all: Earnings[]): Earnings {
  const total = (of: keyof Earnings) => all.reduce((sum, each) => sum.plus(each[of]), new Decimal(0));
  return {
    revenue: total('revenue'),
    fees: total('fees'),
    trainingCost: total('trainingCost'),
    meterCost: total('meterCost'),
  };
}
