import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { randomCsr } from '../random/random-csr.js';
import { oneVsRestPass, startOneVsRest, type OneVsRest } from './kernel.js';
import { oneVsRestPassReference } from './reference.js';

const losses = ['logistic', 'squared-hinge'] as const;

function problemOf(rows: number, columns: number, classes: number, seed: number) {
  // A row may have no label, or several.
  const { offsets, indices } = randomCsr(rows, classes, 1.5 / classes, seed + 1);
  return { rows: randomCsr(rows, columns, 0.3, seed, true), labels: { classes, offsets, indices }, tolerance: 0, seed };
}

describe.each(everyEngine)('oneVsRestPass on %s', (_name, engine) => {
  it('moves weights, duals and what is left to move as the reference does', async () => {
    const shape = fc.record({
      rows: fc.integer({ min: 1, max: 30 }),
      columns: fc.integer({ min: 1, max: 20 }),
      classes: fc.integer({ min: 1, max: 40 }),
      loss: fc.constantFrom(...losses),
      cost: fc.constantFrom(0.1, 1, 30),
      seed: fc.nat(2 ** 32 - 1),
    });
    await fc.assert(
      fc.asyncProperty(shape, async ({ rows, columns, classes, seed, ...how }) => {
        const problem = { ...problemOf(rows, columns, classes, seed), ...how };
        const [actual, expected] = [startOneVsRest(engine, problem), startOneVsRest(engine, problem)];
        for (let pass = 0; pass < 3; pass++) {
          await oneVsRestPass(engine, problem, actual, pass);
          oneVsRestPassReference(problem, expected, pass);
        }
        for (const name of ['weights', 'duals', 'moves'] as const)
          actual[name].forEach((value, i) =>
            expect(Math.abs(value - expected[name][i]!) / how.cost, name).toBeLessThan(1e-3),
          );
        engine.release(actual.weights, actual.duals, expected.weights, expected.duals);
      }),
      { numRuns: 25 },
    );
  });

  it.each(losses)(
    'comes to rest where the gradient of the %s loss is 0, and then leaves the weights alone',
    async (loss) => {
      const problem = { ...problemOf(60, 12, 3, 7), loss, cost: 2, tolerance: 2e-5 };
      const state = startOneVsRest(engine, problem);
      let pass = 0;
      for (; state.moves[0]! > problem.tolerance; pass++) await oneVsRestPass(engine, problem, state, pass);
      expect(pass).toBeLessThan(500);
      for (const part of gradientOf(problem, state.weights)) expect(Math.abs(part)).toBeLessThan(0.05);
      const weights = state.weights.slice();
      await oneVsRestPass(engine, problem, state, pass);
      expect(state.weights).toEqual(weights);
    },
  );

  it('gives the same weights whatever the number of threads', async () => {
    const problem = { ...problemOf(50, 20, 70, 3), loss: 'logistic' as const, cost: 4 };
    const learn = async (threads: number) => {
      engine.limitThreads(threads);
      const state = startOneVsRest(engine, problem);
      for (let pass = 0; pass < 4; pass++) await oneVsRestPass(engine, problem, state, pass);
      return state.weights.slice();
    };
    expect(await learn(1)).toEqual(await learn(2));
  });

  it('ends within a pass when it is aborted', async () => {
    const problem = { ...problemOf(5_000, 200, 160, 5), loss: 'logistic' as const, cost: 4 };
    const state = startOneVsRest(engine, problem);
    const controller = new AbortController();
    const reason = new Error('cancelled by the customer');
    const run = oneVsRestPass(engine, problem, state, 0, { signal: controller.signal });
    controller.abort(reason);
    await expect(run).rejects.toBe(reason);
    expect(state.moves.at(-1)).toBe(1);
  });
});

/** `[columns + 1, classes]` of the problem that the primal states, where the weights are. */
function gradientOf({ rows, labels, loss, cost }: OneVsRest, weights: Float32Array): number[] {
  const gradient: number[] = [];
  for (let k = 0; k < labels.classes; k++) {
    const w = Float64Array.from({ length: rows.columns + 1 }, (_, column) => weights[column * 16 + k]!);
    const parts = w.slice();
    for (let row = 0; row < rows.rows; row++) {
      const x = new Float64Array(rows.columns + 1);
      x[rows.columns] = 1;
      for (let at = rows.offsets[row]!; at < rows.offsets[row + 1]!; at++) x[rows.indices[at]!] = rows.values![at]!;
      const y = labels.indices.subarray(labels.offsets[row], labels.offsets[row + 1]).includes(k) ? 1 : -1;
      const margin = y * w.reduce((sum, weight, column) => sum + weight * x[column]!, 0);
      const slope = loss === 'logistic' ? 1 / (1 + Math.exp(margin)) : 2 * Math.max(0, 1 - margin);
      parts.forEach((_, column) => (parts[column]! -= cost * slope * y * x[column]!));
    }
    gradient.push(...parts);
  }
  return gradient;
}
