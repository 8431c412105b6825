import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { allFinite } from '../all-finite/kernel.js';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { alsHalfSweep, type AlsSolver } from './kernel.js';
import { alsHalfSweepReference, type HalfSweep } from './reference.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 40 }),
  columns: fc.integer({ min: 1, max: 90 }),
  blocks: fc.integer({ min: 1, max: 4 }),
  density: fc.constantFrom<number[]>(0, 0.05, 0.3, 1),
  weighted: fc.boolean(),
  seed: fc.nat(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function createSweep({ rows, columns, blocks, density, weighted, seed }: Shape): HalfSweep {
  const dimensions = 16 * blocks;
  return {
    interactions: randomCsr(rows, columns, density, seed, weighted),
    dimensions,
    fixed: randomVector(columns * dimensions, seed + 1),
    solved: randomVector(rows * dimensions, seed + 2),
    unobservedWeight: 0.2,
    regularization: 0.5,
    regularizationExponent: 0.5,
  };
}

/** Scores of each row for each column: what does not depend on the axes. */
function scoresOf({ solved, fixed, dimensions: d, interactions }: HalfSweep): Float64Array {
  const scores = new Float64Array(interactions.rows * interactions.columns);
  for (let row = 0; row < interactions.rows; row++)
    for (let column = 0; column < interactions.columns; column++)
      for (let k = 0; k < d; k++)
        scores[row * interactions.columns + column]! += solved[row * d + k]! * fixed[column * d + k]!;
  return scores;
}

/** Greatest difference between the scores of two solutions. */
function distance(a: HalfSweep, b: HalfSweep): number {
  const [left, right] = [scoresOf(a), scoresOf(b)];
  return left.reduce((most, value, i) => Math.max(most, Math.abs(value - right[i]!)), 0);
}

describe.each(everyEngine)('alsHalfSweep on %s', (_name, engine) => {
  it.each<[string, (dimensions: number) => AlsSolver]>([
    ['cholesky', () => ({ method: 'cholesky' })],
    ['block descent over one block', (blockSize) => ({ method: 'block-descent', blockSize })],
    ['conjugate gradient to its end', (d) => ({ method: 'conjugate-gradient', steps: 3 * d })],
  ])('reaches the exact solution by %s', async (_method, solverOf) => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const [sweep, exact] = [createSweep(shape), createSweep(shape)];
        alsHalfSweepReference(exact);
        await alsHalfSweep(engine, sweep, solverOf(sweep.dimensions));
        expect(distance(sweep, exact)).toBeLessThan(2e-3);
      }),
      { numRuns: 15 },
    );
  });

  it.each<AlsSolver>([
    { method: 'conjugate-gradient', steps: 2 },
    { method: 'block-descent', blockSize: 16 },
  ])('comes nearer with every sweep of %o', async (solver) => {
    const shape = { rows: 60, columns: 90, blocks: 4, density: 0.4, weighted: true, seed: 3 };
    const [sweep, exact] = [createSweep(shape), createSweep(shape)];
    alsHalfSweepReference(exact);
    let last = distance(sweep, exact);
    for (let round = 0; round < 3; round++) {
      await alsHalfSweep(engine, sweep, solver);
      const next = distance(sweep, exact);
      expect(next).toBeLessThan(0.7 * last);
      last = next;
    }
  });

  it('leaves a row without columns at zero and keeps padded columns at zero', async () => {
    const sweep = createSweep({ rows: 8, columns: 20, blocks: 2, density: 0, weighted: false, seed: 1 });
    await alsHalfSweep(engine, sweep, { method: 'cholesky' });
    expect(sweep.solved.every((value) => value === 0)).toBe(true);
    const padded = createSweep({ rows: 8, columns: 20, blocks: 2, density: 0.5, weighted: false, seed: 1 });
    for (const factors of [padded.solved, padded.fixed]) factors.forEach((_, i) => i % 32 >= 20 && (factors[i] = 0));
    await alsHalfSweep(engine, padded, { method: 'conjugate-gradient', steps: 3 });
    expect(padded.solved.every((value, i) => i % 32 < 20 || value === 0)).toBe(true);
  });

  it.each([1e-12, 1e-18, 1e-22, 1e-30, 1e-40])('stays finite with factors around %d', async (scale) => {
    const sweep = createSweep({ rows: 30, columns: 40, blocks: 3, density: 0.3, weighted: false, seed: 4 });
    for (const factors of [sweep.solved, sweep.fixed]) factors.forEach((value, i) => (factors[i] = scale * value));
    await alsHalfSweep(engine, sweep, { method: 'conjugate-gradient', steps: 3 });
    expect(allFinite(sweep.solved) && allFinite(sweep.fixed)).toBe(true);
  });

  it('refuses shapes that do not fit', async () => {
    const sweep = createSweep({ rows: 2, columns: 2, blocks: 2, density: 1, weighted: false, seed: 1 });
    await expect(alsHalfSweep(engine, { ...sweep, dimensions: 20 }, { method: 'cholesky' })).rejects.toThrow(
      RangeError,
    );
    await expect(alsHalfSweep(engine, sweep, { method: 'block-descent', blockSize: 24 })).rejects.toThrow(RangeError);
    const short = { ...sweep, fixed: sweep.fixed.subarray(32) };
    await expect(alsHalfSweep(engine, short, { method: 'cholesky' })).rejects.toThrow(RangeError);
  });
});

it('gives the same bytes on one thread as on two', async () => {
  const { openEngine } = await import('../engine/open-engine.js');
  const results = [];
  for (const threads of [1, 2]) {
    const engine = await openEngine({ threads });
    const sweep = createSweep({ rows: 300, columns: 1_500, blocks: 4, density: 0.05, weighted: true, seed: 9 });
    await alsHalfSweep(engine, sweep, { method: 'conjugate-gradient', steps: 3 });
    results.push(sweep.solved);
    await engine.close();
  }
  expect(results[0]).toEqual(results[1]);
});
