import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { gram } from './kernel.js';
import { gramReference } from './reference.js';

describe('gram', () => {
  it('agrees with the reference on any shape', () => {
    const shape = fc.record({ rows: fc.nat(13), dimensions: fc.integer({ min: 1, max: 11 }) });
    const input = shape.chain(({ rows, dimensions }) => {
      const length = rows * dimensions;
      const values = fc.array(fc.integer({ min: -50, max: 50 }), { minLength: length, maxLength: length });
      return fc.record({ dimensions: fc.constant(dimensions), matrix: values.map((v) => Float32Array.from(v)) });
    });
    fc.assert(
      // Small integers make every sum exact, so the two must be equal; adding 0 turns -0 into 0.
      fc.property(input, ({ dimensions, matrix }) => {
        const product = gram(matrix, dimensions).map((v) => v + 0);
        expect(product).toEqual(gramReference(matrix, dimensions).map((v) => v + 0));
      }),
    );
  });
});
