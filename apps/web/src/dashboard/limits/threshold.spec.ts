import { describe, expect, it } from 'vitest';
import { shareOf, toneOf } from './threshold';

describe('the colour of a limit', () => {
  it('changes at 50, 75 and 100 %', () => {
    expect([0, 0.499, 0.5, 0.749, 0.75, 0.999, 1, 2].map(toneOf)).toEqual([
      'neutral',
      'neutral',
      'accent',
      'accent',
      'warning',
      'warning',
      'danger',
      'danger',
    ]);
  });

  it('says that a limit of 0 is reached, though nothing was used', () => {
    expect(shareOf({ used: '0', quantity: '0' })).toBe(1);
    expect(shareOf({ used: '0.5', quantity: '2' })).toBe(0.25);
  });
});
