import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { scoreByFactorsReference } from '../scores/reference.js';
import { buildItemIndex, topItems, topScores } from './kernel.js';
import { topScoresReference, type Candidates, type TopItems } from './reference.js';

const shapes = fc.record({
  queries: fc.integer({ min: 1, max: 60 }),
  items: fc.integer({ min: 1, max: 300 }),
  d: fc.integer({ min: 1, max: 40 }),
  limit: fc.integer({ min: 0, max: 40 }),
  allowedShare: fc.constantFrom<number[]>(0, 0.02, 0.5, 1),
  isExcluding: fc.boolean(),
  seed: fc.nat(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function candidatesOf({ queries, items, allowedShare, isExcluding, seed }: Shape): Candidates {
  const allowed = new Uint8Array(Math.ceil(items / 8));
  for (const item of randomCsr(1, items, allowedShare, seed + 3).indices) allowed[item >> 3]! |= 1 << (item & 7);
  return {
    excluded: isExcluding ? randomCsr(queries, items, 0.2, seed + 2) : null,
    allowed: allowedShare < 1 ? allowed : null,
  };
}

/** Fewer places than asked for where the catalogue is smaller. */
function expectSame(actual: TopItems, expected: TopItems): void {
  expect([...actual.counts]).toEqual([...expected.counts]);
  actual.counts.forEach((count, query) => {
    const at = (top: TopItems, place: number) => query * top.limit + place;
    for (let place = 0; place < count; place++) {
      expect(actual.indices[at(actual, place)]).toBe(expected.indices[at(expected, place)]);
      expect(actual.scores[at(actual, place)]).toBeCloseTo(expected.scores[at(expected, place)]!, 3);
    }
  });
}

describe.each(everyEngine)('top-k on %s', (_name, engine) => {
  it('returns the very items of the reference for integer factors, where ties are exact', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const x = randomVector(shape.queries * shape.d, shape.seed).map(Math.round);
        const y = randomVector(shape.items * shape.d, shape.seed + 1).map(Math.round);
        const candidates = candidatesOf(shape);
        const scores = Float32Array.from(scoreByFactorsReference(x, y, shape.d));
        const expected = topScoresReference(scores, shape.items, shape.limit, candidates);
        const index = await buildItemIndex(engine, y, shape.d);
        expectSame(await topItems(engine, index, x, shape.limit, candidates), expected);
        expectSame(await topScores(engine, scores, shape.items, shape.limit, candidates), expected);
      }),
      { numRuns: 60 },
    );
  });

  it('loses no item to the screen: norms that differ by a thousand, and vectors of one value', async () => {
    const [queries, items, d, limit] = [50, 5_000, 64, 20];
    const x = randomVector(queries * d, 1);
    const y = randomVector(items * d, 2).map((value, i) => value * 10 ** (((i / d) | 0) % 4));
    x.fill(0.25, 0, d);
    const scores = Float32Array.from(scoreByFactorsReference(x, y, d));
    const expected = topScoresReference(scores, items, limit, { excluded: null, allowed: null });
    const index = await buildItemIndex(engine, y, d);
    const actual = await topItems(engine, index, x, limit, { excluded: null, allowed: null });
    // Neighbours may change places where their scores differ by rounding alone.
    actual.scores.forEach((score, i) => expect(Math.abs(score / expected.scores[i]! - 1)).toBeLessThan(1e-5));
    const differing = actual.indices.filter((item, i) => item !== expected.indices[i]);
    expect(differing.length).toBeLessThan(0.01 * actual.indices.length);
  });

  it('leaves NaN out and keeps infinities', async () => {
    const scores = Float32Array.of(NaN, -Infinity, 3, Infinity, NaN);
    const top = await topScores(engine, scores, 5, 5, { excluded: null, allowed: null });
    expect([...top.indices.subarray(0, top.counts[0])]).toEqual([3, 2, 1]);
  });
});
