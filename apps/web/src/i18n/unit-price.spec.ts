import { Decimal } from 'decimal.js';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PER, scaleUnitPrice } from './unit-price';
import { createFormat } from './use-format';

describe('a price of a unit', () => {
  it.each([
    ['0', 2, '0', 1],
    ['49.00', 2, '49', 1],
    ['0.05', 2, '0.05', 1],
    ['0.0144', 2, '0.0144', 1],
    ['0.0002', 2, '0.2', 1_000],
    ['0.000184', 2, '0.184', 1_000],
    ['0.00000002', 2, '0.02', 1_000_000],
    ['0.0000000092', 2, '0.0092', 1_000_000],
    ['0.03', 0, '30', 1_000],
    ['0.00000225', 0, '2.25', 1_000_000],
  ])('of %s with %i digits is %s of %i', (amount, digits, scaled, per) =>
    expect(scaleUnitPrice(amount, digits)).toEqual({ amount: scaled, per }),
  );

  const amounts = fc
    .tuple(fc.nat(99_999_999), fc.nat(999_999_999_999))
    .map(([whole, part]) => `${whole % 10 === 0 ? 0 : whole}.${String(part).padStart(12, '0')}`);

  it('is exactly what it was, of so many units, as it is and as it is written', () =>
    fc.assert(
      fc.property(amounts, fc.constantFrom('usd', 'jpy', 'kwd'), (amount, currency) => {
        const format = createFormat('en');
        const digits = format.minorDigits(currency);
        const { amount: scaled, per } = scaleUnitPrice(amount, digits);
        const exact = Decimal.clone({ precision: 64 });
        expect(new exact(scaled).eq(new exact(amount).times(per))).toBe(true);
        const written = format.unitPrice(scaled, currency).replaceAll(/[^\d.]/g, '');
        expect(new exact(written).eq(scaled)).toBe(true);
        // Of no more units than it takes.
        const coin = new exact(10).pow(-digits);
        const before = PER[PER.indexOf(per) - 1];
        if (before) expect(new exact(amount).times(before).lt(coin)).toBe(true);
        if (per < 1_000_000 && Number(amount) > 0) expect(new exact(scaled).gte(coin)).toBe(true);
      }),
    ));
});
