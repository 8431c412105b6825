import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { topK } from './kernel.js';
import { topKReference } from './reference.js';

describe('topK', () => {
  it('agrees with the reference, ties and exclusions included', () => {
    const shape = fc.record({ count: fc.nat(23), d: fc.integer({ min: 1, max: 6 }), k: fc.nat(30) });
    const input = shape.chain(({ count, d, k }) => {
      // A narrow range of integers keeps sums exact and makes ties common.
      const numbers = (length: number) =>
        fc.array(fc.integer({ min: -2, max: 2 }), { minLength: length, maxLength: length });
      return fc.record({
        vector: numbers(d).map((v) => Float32Array.from(v)),
        items: numbers(count * d).map((v) => Float32Array.from(v)),
        k: fc.constant(k),
        excluded: fc.subarray(Array.from({ length: count }, (_, i) => i)).map((v) => Uint32Array.from(v)),
      });
    });
    fc.assert(
      fc.property(input, ({ vector, items, k, excluded }) => {
        const top = topK(vector, items, k, excluded);
        const expected = topKReference(vector, items, k, excluded);
        expect([...top.indices]).toEqual([...expected.indices]);
        expect([...top.scores].map((v) => v + 0)).toEqual([...expected.scores].map((v) => v + 0));
      }),
    );
  });

  it('gives equal scores to the lower index', () => {
    const top = topK(Float32Array.of(1), Float32Array.of(1, 2, 2, 1, 2), 4, Uint32Array.of(1));
    expect([...top.indices]).toEqual([2, 4, 0, 3]);
  });
});
