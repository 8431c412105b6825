import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomVector } from '../random/random-csr.js';
import { gram } from './kernel.js';
import { gramReference } from './reference.js';

describe.each(everyEngine)('gram on %s', (_name, engine) => {
  it('agrees with the reference', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 0, max: 1_100 }),
      blocks: fc.integer({ min: 1, max: 5 }),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, blocks, seed }) => {
        const d = 16 * blocks;
        const matrix = randomVector(rows * d, seed);
        const expected = gramReference(matrix, d);
        const actual = await gram(engine, matrix, d);
        actual.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(2e-5 * (rows + 1)));
      }),
      { numRuns: 15 },
    );
  });
});
