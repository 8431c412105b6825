import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { minorDigits, type PriceVersion, rate } from './invoice-lines.js';

const price = (changes: Partial<PriceVersion> = {}, unitAmount = '0.0002', includedQuantity = '100'): PriceVersion => ({
  id: 'pro-1',
  planKey: 'pro',
  planName: 'Pro',
  currency: 'usd',
  monthlyFeeMinor: 4_900n,
  commitmentMinor: 0n,
  trialDays: 0,
  meters: [
    {
      meter: 'recommendation_requests',
      deviceClass: '',
      unit: 'request',
      scheme: 'per_unit',
      packageSize: null,
      unitAmount: new Decimal(unitAmount),
      tiers: [],
      includedQuantity: new Decimal(includedQuantity),
    },
  ],
  ...changes,
});

const used = (quantity: string, priceVersionId = 'pro-1') => [
  { meter: 'recommendation_requests' as const, deviceClass: '', priceVersionId, quantity: new Decimal(quantity) },
];

describe('rating', () => {
  it.each([
    ['nothing used', '0', '0.00'],
    ['all of what is included', '100', '0.00'],
    ['one beyond, which rounds to nothing', '101', '0.00'],
    ['just half a cent, which rounds up', '125', '0.01'],
    ['much', '1000100', '200.00'],
  ])('bills %s', (_, quantity, amount) => {
    expect(rate(price(), used(quantity), []).lines[1]).toMatchObject({ quantity, amount });
  });

  it('B11: rounds to whole yen, and writes the fee in them', () => {
    const { lines, total } = rate(price({ currency: 'jpy' }, '0.5', '0'), used('3'), []);
    expect(lines.map(({ amount }) => amount)).toEqual(['4900', '2']);
    expect(total).toBe('4902');
    expect([minorDigits('usd'), minorDigits('jpy'), minorDigits('kwd')]).toEqual([2, 0, 3]);
  });

  it('adds a line for an earlier price version only where something was used under it', () => {
    const earlier = price({ id: 'free-1', planName: 'Free' }, '1', '0');
    expect(rate(price(), used('5'), [earlier]).lines).toHaveLength(2);
    const { lines } = rate(price(), used('5', 'free-1'), [earlier]);
    expect(lines.map(({ description, amount }) => [description, amount])).toEqual([
      ['Pro plan, monthly fee', '49.00'],
      ['Recommendation requests, Pro plan', '0.00'],
      ['Recommendation requests, Free plan', '5.00'],
    ]);
  });

  it('adds what lacks of the commitment, on the meters alone, and nothing where it is reached', () => {
    const committed = price({ commitmentMinor: 10_000n });
    const { lines, total } = rate(committed, used('125'), []);
    expect(lines.at(-1)).toMatchObject({ kind: 'commitment', amount: '99.99' });
    expect(total).toBe('149.00');
    expect(rate(committed, used('500100'), []).lines).toHaveLength(2);
  });

  it('says the tiers that a quantity fills', () => {
    const tiers = [
      { from: new Decimal(0), unitAmount: new Decimal('0.1'), flatAmount: new Decimal(0) },
      { from: new Decimal(10), unitAmount: new Decimal('0.05'), flatAmount: new Decimal(1) },
    ];
    const [meter] = price({}, '0').meters;
    const tiered = price({ meters: [{ ...meter!, scheme: 'graduated', tiers }] });
    expect(rate(tiered, used('130'), []).lines[1]).toMatchObject({
      amount: '3.00',
      unitAmount: '0.05',
      tiers: [
        { from: '0', quantity: '10', unitAmount: '0.1', flatAmount: '0' },
        { from: '10', quantity: '20', unitAmount: '0.05', flatAmount: '1' },
      ],
    });
  });

  it('B10: never bills less than nothing, is exact beyond what a float holds, and its lines sum to its total', () => {
    const decimal = fc
      .bigInt({ min: 0n, max: 10n ** 15n })
      .map((digits) => new Decimal(digits.toString()).div(1_000_000).toFixed());
    fc.assert(
      fc.property(decimal, decimal, decimal, (quantity, included, unitAmount) => {
        const { lines, total } = rate(price({}, unitAmount, included), used(quantity), []);
        const sum = lines.reduce((whole, { amount }) => whole.plus(amount), new Decimal(0));
        expect(sum.toFixed(2)).toBe(total);
        const exact = Decimal.max(0, new Decimal(quantity).minus(included)).times(unitAmount);
        expect(new Decimal(lines[1]!.amount).minus(exact).abs().lte('0.005')).toBe(true);
      }),
    );
  });
});
