import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Csr } from '../csr/kernel.js';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr } from '../random/random-csr.js';
import { sparseGramReference } from '../sparse-gram/reference.js';
import { elasticNet } from './kernel.js';
import { elasticNetReference } from './reference.js';

describe.each(everyEngine)('elasticNet on %s', (_name, engine) => {
  it('finds the weights of the reference', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 40 }),
      size: fc.integer({ min: 1, max: 30 }),
      l1: fc.constantFrom<number[]>(0, 0.5, 3),
      l2: fc.constantFrom<number[]>(1, 20),
      seed: fc.nat(),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, size, seed, ...penalties }) => {
        const gram = Float32Array.from(sparseGramReference(randomCsr(rows, size, 0.3, seed)));
        const net = { gram, size, ...penalties, sweeps: 500, tolerance: 1e-6, limit: size };
        const denseOf = ({ offsets, indices, values }: Csr) => {
          const dense = new Float32Array(size * size);
          for (let row = 0; row < size; row++)
            for (let place = offsets[row]!; place < offsets[row + 1]!; place++)
              dense[row * size + indices[place]!] = values![place]!;
          return dense;
        };
        const [actual, expected] = [denseOf(await elasticNet(engine, net)), denseOf(elasticNetReference(net))];
        actual.forEach((value, i) => expect(Math.abs(value - expected[i]!)).toBeLessThan(1e-3));
      }),
      { numRuns: 30 },
    );
  });

  it('keeps no more weights than asked for, and none for the column itself', async () => {
    const gram = Float32Array.from(sparseGramReference(randomCsr(60, 20, 0.5, 3)));
    const { offsets, indices } = await elasticNet(engine, {
      gram,
      size: 20,
      l1: 0,
      l2: 5,
      sweeps: 50,
      tolerance: 1e-4,
      limit: 4,
    });
    for (let row = 0; row < 20; row++) {
      expect(offsets[row + 1]! - offsets[row]!).toBeLessThanOrEqual(4);
      expect([...indices.subarray(offsets[row], offsets[row + 1])]).not.toContain(row);
    }
  });
});
