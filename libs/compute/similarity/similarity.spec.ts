import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { transposeCsr, type Csr } from '../csr/kernel.js';
import { everyEngine } from '../engine/every-engine.js';
import { Random } from '../random/kernel.js';
import { randomCsr } from '../random/random-csr.js';
import { truncatedProduct, truncateRows } from './kernel.js';
import { truncatedProductReference, truncateRowsReference } from './reference.js';

function expectEqual(actual: Csr, expected: Csr): void {
  expect([...actual.offsets]).toEqual([...expected.offsets]);
  expect([...actual.indices]).toEqual([...expected.indices]);
  actual.values!.forEach((value, i) => expect(value).toBeCloseTo(expected.values![i]!, 4));
}

describe.each(everyEngine)('similarity on %s', (_name, engine) => {
  it('truncates products as the reference does, ties, shrinkage and diagonal included', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 30 }),
      columns: fc.integer({ min: 1, max: 40 }),
      density: fc.constantFrom<number[]>(0, 0.1, 0.5, 1),
      shrinkage: fc.constantFrom<number[]>(0, 8),
      limit: fc.integer({ min: 1, max: 50 }),
      dropDiagonal: fc.boolean(),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, columns, density, seed, ...rest }) => {
        // Without values every sum is a small integer, so ties are common and exact.
        const right = randomCsr(rows, columns, density, seed);
        const left = transposeCsr(right);
        const scale = new Float32Array(columns).fill(1);
        const product = { left, right, rowScale: scale, columnScale: scale, ...rest };
        expectEqual(await truncatedProduct(engine, product), truncatedProductReference(product));
      }),
      { numRuns: 40 },
    );
  });

  it('scales rows and columns', async () => {
    const right = randomCsr(20, 30, 0.3, 7, true);
    const scales = Float32Array.from({ length: 30 }, (_, i) => 1 + i / 7);
    const product = {
      left: transposeCsr(right),
      right,
      rowScale: scales,
      columnScale: scales.map((v) => v * v),
      shrinkage: 3,
      limit: 9,
      dropDiagonal: true,
    };
    expectEqual(await truncatedProduct(engine, product), truncatedProductReference(product));
  });

  it('loses no column when sums cancel to zero on the way', async () => {
    const left = {
      rows: 1,
      columns: 4,
      offsets: Uint32Array.of(0, 4),
      indices: Uint32Array.of(0, 1, 2, 3),
      values: Float32Array.of(1, -1, 1, 1),
    };
    const right = {
      rows: 4,
      columns: 2,
      offsets: Uint32Array.of(0, 1, 2, 3, 4),
      indices: Uint32Array.of(0, 0, 0, 1),
      values: null,
    };
    const product = {
      left,
      right,
      rowScale: Float32Array.of(1),
      columnScale: Float32Array.of(1, 1),
      shrinkage: 0,
      limit: 2,
      dropDiagonal: false,
    };
    expectEqual(await truncatedProduct(engine, product), truncatedProductReference(product));
  });

  it('keeps the largest magnitudes of dense rows', async () => {
    const random = Random.seeded(5);
    const matrix = Float32Array.from({ length: 12 * 33 }, () => Math.floor(random.uniform() * 7) - 3);
    expectEqual(await truncateRows(engine, matrix, 33, 8), truncateRowsReference(matrix, 33, 8));
  });
});
