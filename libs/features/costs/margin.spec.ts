import { describe, expect, it } from 'vitest';
import { Decimal } from '../../platform/decimal.js';
import { marginOf, sumOf } from './margin.js';

const earnings = (revenue: number, fees: number, trainingCost: number, meterCost: number) => ({
  revenue: new Decimal(revenue),
  fees: new Decimal(fees),
  trainingCost: new Decimal(trainingCost),
  meterCost: new Decimal(meterCost),
});

describe('a margin', () => {
  it('is what costs and fees leave of the revenue, as worked by hand', () => {
    const { cost, margin, share } = marginOf(earnings(100, 3.2, 22, 3.5));
    expect([cost, margin, share].map((each) => each!.toFixed())).toEqual(['25.5', '71.3', '0.713']);
    const all = marginOf(sumOf([earnings(100, 3.2, 22, 3.5), earnings(20, 0.8, 40, 0)]));
    // 120 − 65.5 − 4
    expect([all.margin, all.share].map((each) => each!.toDecimalPlaces(4).toFixed())).toEqual(['50.5', '0.4208']);
  });

  it('has no share where nothing was paid, and less than none where it costs more', () => {
    expect(marginOf(earnings(0, 0, 5, 0)).share).toBeNull();
    expect(marginOf(earnings(10, 1, 14, 0)).share?.toFixed()).toBe('-0.5');
  });
});
