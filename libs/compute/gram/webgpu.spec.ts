import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import { randomVector } from '../random/random-csr.js';
import { relativeError } from '../random/relative-error.js';
import { gramReference } from './reference.js';
import { gramOnGpu } from './webgpu.js';

describeOnGpus('gram', (gpu) => {
  it.each([
    [0, 16],
    [1, 48],
    [700, 64],
    [300, 80],
  ])('agrees with the reference to 1e-6, the same bytes twice, for %i rows of %i', async (rows, dimensions) => {
    const matrix = randomVector(rows * dimensions, rows);
    const actual = await gramOnGpu(gpu, matrix, dimensions);
    expect(relativeError(actual, gramReference(matrix, dimensions))).toBeLessThan(1e-6);
    expect(await gramOnGpu(gpu, matrix, dimensions)).toEqual(actual);
  });
});
