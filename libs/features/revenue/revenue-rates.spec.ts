import { describe, expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { type Movement, ratesOf } from './revenue-rates.js';

const movement = (amounts: Record<string, number>): Movement => {
  const { customersAtStart, customersLost, customersAtEnd, ...money } = amounts;
  const exact = Object.fromEntries(Object.entries(money).map(([name, amount]) => [name, new Decimal(amount)]));
  return { ...exact, customersAtStart, customersLost, customersAtEnd } as unknown as Movement;
};

describe('the rates of a month', () => {
  it('are those of an example worked by hand', () => {
    // Ten customers of 100 at the start. One leaves (−100), one pays 50 less, two pay 30 more each, one comes back with 80, two are new with 100 each:
    // 1,000 − 100 − 50 + 60 + 80 + 200 = 1,190 from twelve.
    const rates = ratesOf(
      movement({
        opening: 1_000,
        fromNew: 200,
        reactivation: 80,
        expansion: 60,
        contraction: 50,
        churn: 100,
        closing: 1_190,
        customersAtStart: 10,
        customersLost: 1,
        customersAtEnd: 12,
      }),
      new Decimal(9),
    );
    const inWords = Object.fromEntries(Object.entries(rates).map(([name, rate]) => [name, rate?.toFixed(4)]));
    expect(inWords).toEqual({
      netRevenueRetention: '0.9100',
      grossRevenueRetention: '0.8500',
      netRevenueChurn: '0.0100',
      customerChurn: '0.1000',
      averageRevenuePerAccount: '99.1667',
      // (99.1667 − 9) / 0.1
      lifetimeValue: '901.6667',
    });
  });

  it('say nothing where they would divide by nothing', () => {
    const none = { opening: 0, fromNew: 0, reactivation: 0, expansion: 0, contraction: 0, churn: 0, closing: 0 };
    const empty = ratesOf(movement({ ...none, customersAtStart: 0, customersLost: 0, customersAtEnd: 0 }));
    expect(Object.values(empty)).toEqual([null, null, null, null, null, null]);
    const loyal = ratesOf(
      movement({ ...none, opening: 100, closing: 100, customersAtStart: 1, customersLost: 0, customersAtEnd: 1 }),
    );
    expect([loyal.customerChurn?.toFixed(), loyal.lifetimeValue]).toEqual(['0', null]);
  });
});
