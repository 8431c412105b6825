import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { SCHEMES } from '../../platform/database/price-list.js';
import { Decimal } from '../../platform/decimal.js';
import { amountOf, tiersOf, unitsWithin } from './meter-price.js';

type Price = Parameters<typeof amountOf>[0];

const perUnit = (amount: string): Price => ({
  scheme: 'per_unit',
  unitAmount: new Decimal(amount),
  packageSize: null,
  tiers: [],
});
const packages = (size: number, amount: string): Price => ({
  scheme: 'package',
  unitAmount: new Decimal(amount),
  packageSize: new Decimal(size),
  tiers: [],
});
const tiered = (scheme: 'graduated' | 'volume', ...tiers: [from: number, unit: string, flat?: string][]): Price => ({
  scheme,
  unitAmount: new Decimal(0),
  packageSize: null,
  tiers: tiers.map(([from, unit, flat = '0']) => ({
    from: new Decimal(from),
    unitAmount: new Decimal(unit),
    flatAmount: new Decimal(flat),
  })),
});
const cost = (price: Price, quantity: number) => amountOf(price, new Decimal(quantity)).toFixed();

describe('what units cost', () => {
  it.each<[string, Price, [number, string][]]>([
    [
      'each',
      perUnit('0.0002'),
      [
        [0, '0'],
        [1, '0.0002'],
        [250_001, '50.0002'],
      ],
    ],
    // The first begun package is paid whole, and a full one does not begin another.
    [
      'by the package',
      packages(100, '5'),
      [
        [0, '0'],
        [1, '5'],
        [100, '5'],
        [101, '10'],
        [1_000, '50'],
      ],
    ],
    // 5 × 10 + 5 × 7 + 1 × 5: each unit in its tier.
    [
      'graduated',
      tiered('graduated', [0, '10'], [5, '7'], [10, '5']),
      [
        [5, '50'],
        [6, '57'],
        [10, '85'],
        [11, '90'],
      ],
    ],
    [
      'graduated with what a tier costs once',
      tiered('graduated', [0, '1', '100'], [10, '0.5', '20']),
      [
        [0, '0'],
        [1, '101'],
        [10, '110'],
        [11, '130.5'],
      ],
    ],
    // All units at the price of the tier that they reach: 11 cost less than 10.
    [
      'by volume',
      tiered('volume', [0, '10'], [5, '7'], [10, '5']),
      [
        [5, '50'],
        [6, '42'],
        [10, '70'],
        [11, '55'],
      ],
    ],
    [
      'by volume with what a tier costs once',
      tiered('volume', [0, '1'], [10, '0', '9']),
      [
        [10, '10'],
        [11, '9'],
        [1_000_000, '9'],
      ],
    ],
  ])('%s', (_, price, examples) => {
    for (const [quantity, amount] of examples) expect(cost(price, quantity), `${quantity}`).toBe(amount);
    expect(cost(price, -5)).toBe('0');
  });

  it('is exact where doubles and short decimals are not', () => {
    const price = perUnit('12345678.123456789012');
    expect(amountOf(price, new Decimal('12345678901234.123456')).toFixed()).toBe(
      '152415777930188166119.584333922152265472',
    );
  });
});

const decimal = fc.integer({ min: 0, max: 3_000 }).map((hundredths) => new Decimal(hundredths).div(100));
const tiers = fc
  .array(fc.record({ step: fc.integer({ min: 1, max: 20 }), unitAmount: decimal, flatAmount: decimal }), {
    minLength: 1,
    maxLength: 4,
  })
  .map((steps) => {
    let from = 0;
    return steps.map(({ step, ...amounts }, index) => ({
      ...amounts,
      from: new Decimal(index === 0 ? 0 : (from += step)),
    }));
  });
const anyPrice = fc
  .record({
    scheme: fc.constantFrom(...SCHEMES),
    unitAmount: decimal,
    size: fc.integer({ min: 1, max: 9 }),
    of: tiers,
  })
  .map(({ scheme, unitAmount, size, of }): Price => {
    const hasTiers = scheme === 'graduated' || scheme === 'volume';
    return {
      scheme,
      unitAmount: hasTiers ? new Decimal(0) : unitAmount,
      packageSize: scheme === 'package' ? new Decimal(size) : null,
      tiers: hasTiers ? of : [],
    };
  });

describe('any price', () => {
  it('has tiers that hold the whole quantity and cost together what it costs', () => {
    fc.assert(
      fc.property(anyPrice, decimal, (price, billable) => {
        const parts = tiersOf(price, billable);
        fc.pre(price.tiers.length > 0);
        const sum = (of: (part: (typeof parts)[number]) => Decimal) =>
          parts.reduce((total, part) => total.plus(of(part)), new Decimal(0)).toFixed();
        expect(sum(({ quantity }) => quantity)).toBe(billable.toFixed());
        expect(sum(({ quantity, unitAmount, flatAmount }) => quantity.times(unitAmount).plus(flatAmount))).toBe(
          amountOf(price, billable).toFixed(),
        );
      }),
    );
  });

  it('lets as many units be used within a budget as can be paid one after the other, and not one more', () => {
    fc.assert(
      fc.property(anyPrice, decimal, decimal, (price, billable, more) => {
        const budget = amountOf(price, billable).plus(more);
        let counted = 0;
        while (counted < 200 && amountOf(price, billable.plus(counted + 1)).lte(budget)) counted++;
        const units = unitsWithin(price, billable, budget);
        expect(Math.min(units, 200)).toBe(counted);
      }),
      { numRuns: 500 },
    );
  });
});
