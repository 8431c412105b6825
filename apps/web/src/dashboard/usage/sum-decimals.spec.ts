import { describe, expect, it } from 'vitest';
import { sumDecimals } from './sum-decimals';

describe('sumDecimals', () => {
  it('adds without the error of floating point', () => {
    expect(sumDecimals(['0.1', '0.2'])).toBe('0.3');
    expect(sumDecimals(['9007199254740993', '1'])).toBe('9007199254740994');
  });

  it('aligns different numbers of digits and keeps signs', () => {
    expect(sumDecimals(['49.00', '0.0002', '5'])).toBe('54.0002');
    expect(sumDecimals(['-0.05', '0.02'])).toBe('-0.03');
  });

  it('is zero for nothing', () => expect(sumDecimals([])).toBe('0'));
});
