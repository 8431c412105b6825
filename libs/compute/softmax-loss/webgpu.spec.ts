import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import { relativeError } from '../random/relative-error.js';
import { createLoss, gradientsOf } from './create-loss.js';
import { softmaxLossReference } from './reference.js';
import { softmaxLossOnGpu } from './webgpu.js';

describeOnGpus('softmaxLoss', (gpu) => {
  it.each([
    ['full', { rows: 300, columns: 210, blocks: 2, isBiased: false, deviation: 0.5, seed: 1 }],
    ['sampled', { rows: 70, columns: 33, blocks: 3, isBiased: true, deviation: 1, seed: 2 }],
  ])('agrees with the reference to 2e-5, gradients too, the same bytes twice: %s', async (_case, shape) => {
    const loss = createLoss(shape);
    const expected = softmaxLossReference(loss);
    const [first, second] = [gradientsOf(loss), gradientsOf(loss)];
    const actual = await softmaxLossOnGpu(gpu, loss, first);
    expect(Math.abs(actual - expected.loss)).toBeLessThan(2e-5 * (1 + expected.loss));
    expect(relativeError(first.queries, expected.queries)).toBeLessThan(2e-5);
    expect(relativeError(first.table, expected.table)).toBeLessThan(2e-5);
    expect(await softmaxLossOnGpu(gpu, loss, second)).toBe(actual);
    expect(second).toEqual(first);
  });
});
