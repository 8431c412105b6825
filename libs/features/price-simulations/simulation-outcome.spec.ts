import { describe, expect, it } from 'vitest';
import { outcomeOf } from './simulation-outcome.js';

const bill = (organizationId: string, before: number, after: number) => ({
  organizationId,
  before: BigInt(before),
  after: BigInt(after),
});

describe('what a draft makes of bills', () => {
  it('is that of an example worked by hand', () => {
    const bills = [
      bill('a', 100, 150),
      bill('b', 200, 200),
      bill('c', 400, 300),
      bill('d', 0, 10),
      bill('e', 100, 240),
    ];
    const { winners, losers, change, changeShare, breakEven, ...totals } = outcomeOf(bills);
    expect(totals).toEqual({ before: 800n, after: 900n });
    expect(winners.map(({ organizationId }) => organizationId)).toEqual(['c']);
    expect(losers.map(({ organizationId }) => organizationId)).toEqual(['e', 'a', 'd']);
    // −100, 0, 10, 50, 140; of what they paid −0.25, 0, 0.5, 1.4
    expect(change).toEqual({ p50: 10n, p95: 140n });
    expect([changeShare.p50?.toFixed(), changeShare.p95?.toFixed()]).toEqual(['0', '1.4']);
    // 100 more than before, of 150 + 10 + 240 from those who pay more.
    expect(breakEven?.toFixed()).toBe('0.25');
  });

  it('is nothing where there is nobody, and none may leave where it earns less anyway', () => {
    expect(outcomeOf([])).toMatchObject({ before: 0n, change: { p50: null, p95: null }, breakEven: null });
    expect(outcomeOf([bill('a', 10, 20), bill('b', 50, 10)]).breakEven?.toFixed()).toBe('0');
  });
});
