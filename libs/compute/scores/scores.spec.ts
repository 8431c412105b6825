import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { scoreByFactors, scoreBySimilarity } from './kernel.js';
import { scoreByFactorsReference, scoreBySimilarityReference } from './reference.js';

describe.each(everyEngine)('scores on %s', (_name, engine) => {
  it('multiplies factors of any length as the reference does', async () => {
    const shape = fc.record({
      queries: fc.integer({ min: 1, max: 9 }),
      items: fc.integer({ min: 1, max: 600 }),
      d: fc.integer({ min: 1, max: 40 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ queries, items, d, seed }) => {
        const [x, y] = [randomVector(queries * d, seed), randomVector(items * d, seed + 1)];
        const scores = new Float32Array(queries * items).fill(NaN);
        await scoreByFactors(engine, x, y, d, scores);
        scoreByFactorsReference(x, y, d).forEach((value, i) => expect(Math.abs(scores[i]! - value)).toBeLessThan(1e-4));
      }),
      { numRuns: 20 },
    );
  });

  it.each([false, true])('adds up similarities as the reference does, values %s', async (withValues) => {
    const histories = randomCsr(7, 40, 0.2, 1, withValues);
    const similarity = randomCsr(40, 53, 0.2, 2, withValues);
    const scores = new Float32Array(7 * 53).fill(NaN);
    await scoreBySimilarity(engine, histories, similarity, scores);
    scoreBySimilarityReference(histories, similarity).forEach((value, i) => expect(scores[i]).toBeCloseTo(value, 4));
  });
});
