import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { buildCsr } from '../csr/kernel.js';
import { gram } from '../gram/kernel.js';
import { Random } from '../random/kernel.js';
import { solveRows } from './kernel.js';
import { solveRowsReference, type HalfSweep } from './reference.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 8 }),
  columns: fc.integer({ min: 1, max: 12 }),
  dimensions: fc.integer({ min: 1, max: 11 }),
  density: fc.constantFrom<number[]>(0, 0.3, 1),
  seed: fc.nat(),
});
type Shape = typeof shapes extends fc.Arbitrary<infer T> ? T : never;

function createSweep({ rows, columns, dimensions, density, seed }: Shape): HalfSweep {
  const random = Random.seeded(seed);
  const cells = Array.from({ length: rows * columns }, (_, cell) => cell).filter(() => random.uniform() < density);
  const interactions = buildCsr({
    rows,
    columns,
    rowIndices: Uint32Array.from(cells, (cell) => Math.floor(cell / columns)),
    columnIndices: Uint32Array.from(cells, (cell) => cell % columns),
    values: null,
  });
  const fixed = Float32Array.from({ length: columns * dimensions }, () => random.gaussian());
  const solved = Float32Array.from({ length: rows * dimensions }, () => random.gaussian());
  const fixedGram = gram(fixed, dimensions);
  const weights = { unobservedWeight: 0.2, regularization: 0.1, regularizationExponent: 0.5 };
  return { interactions, dimensions, solved, fixed, fixedGram, ...weights };
}

describe('solveRows', () => {
  it('reaches the exact solution given as many steps as conjugate gradient may need', () => {
    fc.assert(
      fc.property(shapes, (shape) => {
        const [sweep, exact] = [createSweep(shape), createSweep(shape)];
        const range = { start: 0, end: shape.rows };
        solveRows(sweep, range, 4 * shape.dimensions);
        solveRowsReference(exact, range);
        sweep.solved.forEach((value, i) => expect(value).toBeCloseTo(exact.solved[i], 4));
      }),
    );
  });

  it('comes nearer to the exact solution with every sweep of the default steps', () => {
    const shape = { rows: 20, columns: 40, dimensions: 16, density: 0.3, seed: 3 };
    const [sweep, exact] = [createSweep(shape), createSweep(shape)];
    const range = { start: 0, end: shape.rows };
    solveRowsReference(exact, range);
    const distance = () => Math.hypot(...sweep.solved.map((value, i) => value - exact.solved[i]));
    const distances = [distance()];
    for (let round = 0; round < 4; round++) {
      solveRows(sweep, range);
      distances.push(distance());
    }
    distances.slice(1).forEach((value, round) => expect(value).toBeLessThan(distances[round]));
    expect(distances[4]).toBeLessThan(0.1 * distances[0]);
  });

  it('leaves rows outside the range alone', () => {
    const sweep = createSweep({ rows: 4, columns: 5, dimensions: 3, density: 1, seed: 1 });
    const before = sweep.solved.slice();
    solveRows(sweep, { start: 1, end: 2 });
    expect([...sweep.solved.subarray(0, 3)]).toEqual([...before.subarray(0, 3)]);
    expect([...sweep.solved.subarray(3, 6)]).not.toEqual([...before.subarray(3, 6)]);
    expect([...sweep.solved.subarray(6)]).toEqual([...before.subarray(6)]);
  });
});
