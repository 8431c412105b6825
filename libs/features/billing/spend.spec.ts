import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { shareOut } from './spend.js';

const sumOf = (shares: bigint[]) => shares.reduce((sum, share) => sum + share, 0n);
const decimals = (...values: (number | string)[]) => values.map((value) => new Decimal(value));

it('an amount is shared by quantity, what is left over by the largest remainders', () => {
  // 1.00 by 1 : 1 : 1
  expect(shareOut(100n, decimals(1, 1, 1))).toEqual([34n, 33n, 33n]);
  // 4.69 by 100,000 : 20,000 : 3,456 is 379.87…, 75.97… and 13.12…
  expect(shareOut(469n, decimals(100_000, 20_000, 3_456))).toEqual([380n, 76n, 13n]);
  expect(shareOut(7n, decimals('0.000001', 0, -5))).toEqual([7n, 0n, 0n]);
  expect(shareOut(0n, decimals(3, 4))).toEqual([0n, 0n]);
  expect(shareOut(0n, [])).toEqual([]);
});

it('shares sum to the amount, none is off by a unit from its exact share, and more units never cost less', () => {
  const quantity = fc
    .tuple(fc.integer({ min: -1_000, max: 1e9 }), fc.integer({ min: 0, max: 999_999 }))
    .map(([whole, millionths]) => new Decimal(whole).plus(new Decimal(millionths).div(1e6)));
  fc.assert(
    fc.property(
      fc.bigInt({ min: 0n, max: 10n ** 12n }),
      fc.array(quantity, { minLength: 1, maxLength: 30 }),
      (amount, weights) => {
        const total = weights.reduce((sum, weight) => sum.plus(Decimal.max(weight, 0)), new Decimal(0));
        fc.pre(total.gt(0));
        const shares = shareOut(amount, weights);
        expect(sumOf(shares)).toBe(amount);
        for (const [place, share] of shares.entries()) {
          const exact = Decimal.max(weights[place]!, 0).times(amount.toString()).div(total);
          expect(exact.minus(share.toString()).abs().lt('1.000001')).toBe(true);
        }
        const order = weights.map((_, place) => place).toSorted((a, b) => weights[a]!.cmp(weights[b]!));
        for (const [rank, place] of order.slice(1).entries()) {
          const before = order[rank]!;
          if (!weights[before]!.eq(weights[place]!)) expect(shares[place]! >= shares[before]!).toBe(true);
        }
      },
    ),
  );
});
