import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import { Random } from '../random/kernel.js';
import { randomVector } from '../random/random-csr.js';
import { relativeError } from '../random/relative-error.js';
import { groupByRow } from './group-by-row.js';
import { segmentSumReference } from './reference.js';
import { segmentSumOnGpu } from './webgpu.js';

describeOnGpus('segmentSum', (gpu) => {
  it.each([
    ['one row that every position names', 300, 1, 300],
    ['many rows, over shards', 500, 90, 500],
    ['negatives', 200, 30, 400],
  ])('agrees with the reference to 1e-6, the same bytes twice: %s', async (_case, count, rows, ids) => {
    const random = Random.seeded(3);
    const groups = groupByRow(
      Uint32Array.from({ length: ids }, () => random.uniform() * rows),
      rows,
    );
    const vectors = randomVector(count * 32, 4);
    const actual = await segmentSumOnGpu(gpu, vectors, 32, groups);
    expect(relativeError(actual, segmentSumReference(vectors, 32, groups))).toBeLessThan(1e-6);
    expect(await segmentSumOnGpu(gpu, vectors, 32, groups)).toEqual(actual);
  });
});
