import { expect, it } from 'vitest';
import { toFraction } from './fraction';

it.each([
  [0, 0, 10],
  [0.012, 1, 83],
  [0.1, 1, 10],
  [0.24, 1, 4],
  [0.48, 1, 2],
  [0.34, 1, 3],
  [0.71, 7, 10],
  [0.91, 9, 10],
  [0.997, 99, 100],
  [1, 10, 10],
])('says %d as %d in %d', (share, some, of) => {
  expect(toFraction(share)).toEqual({ some, of });
});

it('is never far from the share', () => {
  for (let share = 0.001; share < 1; share += 0.001) {
    const { some, of } = toFraction(share);
    expect(Math.abs(some / of - share)).toBeLessThan(0.06);
  }
});
