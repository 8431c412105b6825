import { Decimal } from '../../platform/decimal.js';
import type { OriginQuantity } from '../usage/index.js';
import { type PriceVersion, type RatedLine, toMinor } from './invoice-lines.js';
import { priceOf } from './meter-price.js';

/** What of a line falls to one project and API key. */
export interface Spend {
  projectId: string | null;
  apiKeyId: string | null;
  meter: string;
  quantity: Decimal;
  amountMinor: bigint;
}

/**
 * What of the metered lines falls to each project and API key. A line's amount is that of all its units together, so that tiers and included units
 * belong to no one of them: each takes the share that its units are of the line's. So the shares of a line sum to it, to the smallest unit.
 *
 * @param lines in one currency
 * @param used all that the lines count
 */
export function spendOf(
  lines: RatedLine[],
  used: OriginQuantity[],
  versions: PriceVersion[],
  currency: string,
): Spend[] {
  return lines.flatMap((line) => {
    if (line.meter === null) return [];
    const { meters } = versions.find(({ id }) => id === line.priceVersionId)!;
    const counted = used.filter(
      (row) =>
        row.priceVersionId === line.priceVersionId &&
        row.meter === line.meter &&
        priceOf(row.meter, row.deviceClass, meters)?.deviceClass === line.deviceClass,
    );
    const amounts = shareOut(
      toMinor(line.amount, currency),
      counted.map(({ quantity }) => quantity),
    );
    return counted.map(({ projectId, apiKeyId, meter, quantity }, place) => ({
      projectId,
      apiKeyId,
      meter,
      quantity,
      amountMinor: amounts[place]!,
    }));
  });
}

/**
 * An amount in whole smallest units by shares that sum to it: each rounded down, and what is left a unit each to the largest remainders. Who has less
 * than nothing, as corrections leave it, takes no part.
 *
 * @param amountMinor 0 or more; above 0 only where some weight is
 */
export function shareOut(amountMinor: bigint, weights: Decimal[]): bigint[] {
  const parts = weights.map((weight) => Decimal.max(weight, 0));
  const total = parts.reduce((sum, part) => sum.plus(part), new Decimal(0));
  if (total.isZero()) return weights.map(() => 0n);
  // Integers, so that nothing is rounded on the way: weights have six decimals at most.
  const whole = parts.map((part) => BigInt(part.times(1e6).toFixed(0)));
  const all = whole.reduce((sum, part) => sum + part, 0n);
  const shares = whole.map((part) => (amountMinor * part) / all);
  const remainders = whole.map((part, place) => ({ place, rest: (amountMinor * part) % all }));
  const left = amountMinor - shares.reduce((sum, share) => sum + share, 0n);
  const largest = remainders.toSorted((a, b) => (a.rest === b.rest ? a.place - b.place : a.rest < b.rest ? 1 : -1));
  for (const { place } of largest.slice(0, Number(left))) shares[place]! += 1n;
  return shares;
}
