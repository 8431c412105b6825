import { Decimal } from '../../platform/decimal.js';
import { minorDigits } from './invoice-lines.js';

/** How long what an operator proposed waits for another one. */
export const PROPOSAL_MS = 7 * 86_400_000;

/**
 * What one operator may still give alone, in the smallest unit, so that many small ones are no way around the second person.
 *
 * @param max in the main unit of the currency
 * @param given before
 */
export function aloneLeft(
  max: string,
  currency: string,
  given: { needsSecond: boolean; amountMinor: bigint }[],
): bigint {
  const maxMinor = BigInt(
    new Decimal(max)
      .times(new Decimal(10).pow(minorDigits(currency)))
      .floor()
      .toFixed(),
  );
  const left = given
    .filter(({ needsSecond }) => !needsSecond)
    .reduce((rest, { amountMinor }) => rest - amountMinor, maxMinor);
  return left > 0n ? left : 0n;
}
