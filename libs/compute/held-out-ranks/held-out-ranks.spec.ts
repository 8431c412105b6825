import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { Random } from '../random/kernel.js';
import { randomCsr } from '../random/random-csr.js';
import { heldOutRanks } from './kernel.js';
import { heldOutRanksReference } from './reference.js';

describe.each(everyEngine)('heldOutRanks on %s', (_name, engine) => {
  it('agrees with the reference, ties, NaN and infinities included', async () => {
    const shape = fc.record({
      queries: fc.integer({ min: 1, max: 6 }),
      items: fc.integer({ min: 1, max: 70 }),
      isExcluding: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ queries, items, isExcluding, seed }) => {
        const random = Random.seeded(seed);
        const odd = [NaN, -Infinity, Infinity];
        const scores = Float32Array.from({ length: queries * items }, () => {
          const draw = Math.floor(random.uniform() * 12);
          return odd[draw] ?? draw;
        });
        const heldOut = randomCsr(queries, items, 0.2, seed + 1);
        const excluded = isExcluding ? randomCsr(queries, items, 0.3, seed + 2) : null;
        expect(await heldOutRanks(engine, scores, heldOut, excluded)).toEqual(
          heldOutRanksReference(scores, heldOut, excluded),
        );
      }),
      { numRuns: 40 },
    );
  });
});
