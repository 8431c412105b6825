import { Decimal } from '../../platform/decimal.js';

/** What an organization's periods come to, in the currency's smallest unit. */
export interface Bill {
  organizationId: string;
  before: bigint;
  after: bigint;
}

export interface Outcome {
  before: bigint;
  after: bigint;
  /** Who would pay less, the most first. */
  winners: Bill[];
  /** Who would pay more, the most first. */
  losers: Bill[];
  change: { p50: bigint | null; p95: bigint | null };
  /** Of those who paid anything. */
  changeShare: { p50: Decimal | null; p95: Decimal | null };
  /** Share of what those who would pay more bring after the change that may go before it earns less than before. */
  breakEven: Decimal | null;
}

export function outcomeOf(bills: Bill[]): Outcome {
  const sum = (of: Bill[], side: 'before' | 'after') => of.reduce((total, bill) => total + bill[side], 0n);
  const changeOf = ({ before, after }: Bill) => after - before;
  const byChange = bills.toSorted((a, b) => compare(changeOf(a), changeOf(b)));
  const shares = bills
    .filter(({ before }) => before > 0n)
    .map((bill) => new Decimal(changeOf(bill).toString()).div(bill.before.toString()))
    .toSorted((a, b) => a.cmp(b));
  const losers = byChange.filter((bill) => changeOf(bill) > 0n).toReversed();
  const [before, after] = [sum(bills, 'before'), sum(bills, 'after')];
  const gain = Decimal.max((after - before).toString(), 0);
  const changes = byChange.map(changeOf);
  return {
    before,
    after,
    winners: byChange.filter((bill) => changeOf(bill) < 0n),
    losers,
    change: { p50: percentile(changes, 0.5), p95: percentile(changes, 0.95) },
    changeShare: { p50: percentile(shares, 0.5), p95: percentile(shares, 0.95) },
    breakEven: losers.length === 0 ? null : Decimal.min(gain.div(sum(losers, 'after').toString()), 1),
  };
}

/** The smallest that so large a share of the values, which rise, do not exceed; null where there are none. */
function percentile<T>(rising: T[], share: number): T | null {
  return rising[Math.max(Math.ceil(share * rising.length) - 1, 0)] ?? null;
}

function compare(a: bigint, b: bigint): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
