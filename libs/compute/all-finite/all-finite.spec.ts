import fc from 'fast-check';
import { expect, it } from 'vitest';
import { allFinite } from './kernel.js';

it('agrees with Number.isFinite on any values', () => {
  fc.assert(
    fc.property(fc.float32Array(), (values) => {
      expect(allFinite(values)).toBe(values.every(Number.isFinite));
    }),
  );
  for (const value of [Number.NaN, Infinity, -Infinity]) expect(allFinite(Float32Array.of(0, value, 1))).toBe(false);
});
