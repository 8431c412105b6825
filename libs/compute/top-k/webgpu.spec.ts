import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { scoreByFactorsReference } from '../scores/reference.js';
import { topScoresReference, type Candidates, type TopItems } from './reference.js';
import { GPU_TOP_ITEMS_MAX, GpuTopItems } from './webgpu.js';

function candidatesOf(queries: number, items: number, share: number): Candidates {
  const allowed = new Uint8Array(Math.ceil(items / 8));
  for (const item of randomCsr(1, items, share, 4).indices) allowed[item >> 3] |= 1 << (item & 7);
  return { excluded: randomCsr(queries, items, 0.2, 3), allowed: share < 1 ? allowed : null };
}

/** Unfilled places are zeros in both. */
const arraysOf = ({ counts, indices, scores }: TopItems) => [counts, indices, scores];

describeOnGpus('GpuTopItems', (gpu) => {
  it.each([
    [1, 1, 16, 1, 1],
    [70, 300, 32, 10, 1],
    [20, 900, 48, GPU_TOP_ITEMS_MAX, 1],
    [150, 40, 16, GPU_TOP_ITEMS_MAX, 0.5],
    [5, 100, 16, 20, 0],
  ])(
    'returns the very items of the reference for integer factors: %i queries, %i items of %i, best %i, %d allowed',
    async (queries, items, dimensions, limit, share) => {
      const [x, y] = [queries, items].map((rows, side) => randomVector(rows * dimensions, side).map(Math.round));
      const candidates = candidatesOf(queries, items, share);
      const scores = Float32Array.from(scoreByFactorsReference(x, y, dimensions));
      const expected = topScoresReference(scores, items, Math.min(limit, items), candidates);
      const ranker = await GpuTopItems.create(gpu, y, dimensions);
      expect(arraysOf(await ranker.rank(x, limit, candidates))).toEqual(arraysOf(expected));
      ranker.release();
    },
  );

  it('finds nine of ten with items stored as f16, scores to 2e-3', async () => {
    const [queries, items, dimensions, limit] = [30, 2_000, 32, 20];
    const [x, y] = [randomVector(queries * dimensions, 1), randomVector(items * dimensions, 2)];
    const none = { excluded: null, allowed: null };
    const expected = topScoresReference(
      Float32Array.from(scoreByFactorsReference(x, y, dimensions)),
      items,
      limit,
      none,
    );
    const ranker = await GpuTopItems.create(gpu, y, dimensions, 'f16');
    const actual = await ranker.rank(x, limit, none);
    ranker.release();
    actual.scores.forEach((score, i) => expect(Math.abs(score / expected.scores[i] - 1)).toBeLessThan(2e-3));
    const same = actual.indices.filter((item, i) =>
      expected.indices.subarray(i - (i % limit), i - (i % limit) + limit).includes(item),
    );
    expect(same.length / actual.indices.length).toBeGreaterThan(0.9);
  });

  it('refuses to rank more than it has places for', async () => {
    const ranker = await GpuTopItems.create(gpu, new Float32Array(16), 16);
    await expect(ranker.rank(new Float32Array(16), 129, { excluded: null, allowed: null })).rejects.toThrow(RangeError);
    ranker.release();
  });
});
