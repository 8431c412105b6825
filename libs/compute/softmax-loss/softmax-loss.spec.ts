import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { openEngine } from '../engine/open-engine.js';
import { createLoss, gradientsOf, type LossShape } from './create-loss.js';
import { softmaxLoss, type SoftmaxGradients } from './kernel.js';
import { softmaxLossReference } from './reference.js';

const shapes = fc.record({
  rows: fc.integer({ min: 1, max: 60 }),
  columns: fc.integer({ min: 1, max: 200 }),
  blocks: fc.integer({ min: 1, max: 5 }),
  isBiased: fc.boolean(),
  deviation: fc.constantFrom<number[]>(0.1, 1),
  seed: fc.nat(),
});

/** Whose probability of the target is 1 but for 9e-5: the gradients lose digits by cancellation. */
const NEARLY_CERTAIN = { rows: 1, columns: 2, blocks: 1, isBiased: false, deviation: 1, seed: 1599798251 };

/**
 * ‖actual − expected‖ in terms of ‖expected‖ + ‖v‖ / rows, v a row of the factor (the root of their mean square): each
 * probability is rounded at 1, so where the model is all but certain that much of a gradient is rounding.
 */
function errorOf(actual: Float32Array, expected: Float64Array, factor: Float32Array, { rows, blocks }: LossShape) {
  const difference = actual.map((value, i) => value - expected[i]!);
  return (
    Math.hypot(...difference) /
    (Math.hypot(...expected) + Math.hypot(...factor) / Math.sqrt(factor.length / (16 * blocks)) / rows)
  );
}

describe.each(everyEngine)('softmaxLoss on %s', (_name, engine) => {
  it('agrees with the reference to 2e-5, gradients too', async () => {
    await fc.assert(
      fc.asyncProperty(shapes, async (shape) => {
        const loss = createLoss(shape);
        const gradients = gradientsOf(loss);
        const expected = softmaxLossReference(loss);
        const actual = await softmaxLoss(engine, loss, gradients);
        expect(Math.abs(actual - expected.loss)).toBeLessThan(2e-5 * (1 + expected.loss));
        expect(errorOf(gradients.queries, expected.queries, loss.table, shape)).toBeLessThan(2e-5);
        expect(errorOf(gradients.table, expected.table, loss.queries, shape)).toBeLessThan(2e-5);
      }),
      { numRuns: 20, examples: [[NEARLY_CERTAIN]] },
    );
  });

  it('stays finite where one logit is a thousand above the others', async () => {
    const loss = createLoss({ rows: 3, columns: 70, blocks: 1, isBiased: false, deviation: 1, seed: 1 });
    loss.biases = new Float32Array(70);
    loss.biases[5] = 1_000;
    const gradients = gradientsOf(loss);
    expect(await softmaxLoss(engine, loss, gradients)).toBeGreaterThan(900);
    expect([...gradients.queries, ...gradients.table].every(Number.isFinite)).toBe(true);
  });

  it('refuses a target that is no column', async () => {
    const loss = createLoss({ rows: 3, columns: 7, blocks: 1, isBiased: false, deviation: 1, seed: 1 });
    loss.targets[1] = 7;
    await expect(softmaxLoss(engine, loss, gradientsOf(loss))).rejects.toThrow('Row 1 has target 7');
  });
});

it('gives the same bytes on one thread as on two, over several chunks of rows', async () => {
  const shape = { rows: 600, columns: 20_000, blocks: 1, isBiased: true, deviation: 1, seed: 9 };
  const loss = createLoss(shape);
  const results: [number, SoftmaxGradients][] = [];
  for (const threads of [1, 2]) {
    const engine = await openEngine({ threads });
    const gradients = gradientsOf(loss);
    results.push([await softmaxLoss(engine, loss, gradients), gradients]);
    await engine.close();
  }
  expect(results[0]).toEqual(results[1]);
});
