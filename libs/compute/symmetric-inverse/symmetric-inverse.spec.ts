import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomVector } from '../random/random-csr.js';
import { invertSymmetric } from './kernel.js';
import { invertSymmetricReference } from './reference.js';

/** RRᵀ + ridge I of a random R. */
function positiveDefinite(size: number, ridge: number): Float32Array {
  const root = randomVector(size * size, size);
  const matrix = new Float32Array(size * size);
  for (let i = 0; i < size; i++)
    for (let j = 0; j < size; j++) {
      let sum = i === j ? ridge : 0;
      for (let k = 0; k < size; k++) sum += root[i * size + k]! * root[j * size + k]!;
      matrix[i * size + j] = sum;
    }
  return matrix;
}

describe.each(everyEngine)('invertSymmetric on %s', (_name, engine) => {
  it.each([1, 2, 15, 16, 127, 128, 129, 300])('agrees with the reference at size %i', async (size) => {
    const matrix = positiveDefinite(size, size);
    const expected = invertSymmetricReference(matrix, size)!;
    await invertSymmetric(engine, matrix, size);
    const scale = expected.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
    matrix.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-5 * scale));
  });

  it('refuses a matrix that is not positive definite', async () => {
    await expect(invertSymmetric(engine, Float32Array.of(1, 2, 2, 1), 2)).rejects.toThrow(RangeError);
  });
});
