import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { everyEngine } from '../engine/every-engine.js';
import { openEngine } from '../engine/open-engine.js';
import { relativeError } from '../random/relative-error.js';
import { createStep, stepShapes, tablesOf } from './create-step.js';
import { embeddingStep } from './kernel.js';
import { ADAM, embeddingStepReference } from './reference.js';

describe.each(everyEngine)('embeddingStep on %s', (_name, engine) => {
  it('takes the steps of the reference, loss to 1e-5 and tables to 2e-5', async () => {
    await fc.assert(
      fc.asyncProperty(stepShapes, async (shape) => {
        const [actual, expected] = [createStep(shape), createStep(shape)];
        for (let step = 1; step <= 3; step++) {
          const before = tablesOf(expected).map((table) => table.slice());
          tablesOf(actual).forEach((table, t) => table.set(before[t]!));
          const loss = await embeddingStep(engine, { ...actual, step });
          const right = embeddingStepReference({ ...expected, step });
          expect(Math.abs(loss - right)).toBeLessThan(1e-5 * (1 + right));
          const tables = tablesOf(expected);
          // Values, then their first and second moments.
          const isTold = (t: number, i: number) => t % 3 > 0 || hasGradient(before[t + 1]![i]!, tables[t + 1]![i]!);
          tablesOf(actual).forEach((table, t) => {
            const [told, wanted] = [table, tables[t]!].map((each) => each.filter((_, i) => isTold(t, i)));
            expect(relativeError(told!, wanted!)).toBeLessThan(2e-5);
          });
        }
      }),
      { numRuns: 20 },
    );
  });

  it('leaves rows that the batch does not name alone when lazy, and lets their moments move them when dense', async () => {
    for (const adam of ['lazy', 'dense'] as const) {
      const step = createStep({ users: 50, items: 9, batch: 4, blocks: 1, kind: 'rating', adam, seed: 3 });
      step.users.first.fill(0.1);
      step.users.second.fill(0.01);
      const before = step.users.values.slice();
      await embeddingStep(engine, step);
      const row = [...Array(50).keys()].find((user) => !step.userIds.includes(user))!;
      expect(step.users.values[row * 16] === before[row * 16]).toBe(adam === 'lazy');
    }
  });

  it('stays finite for a vector of zeros', async () => {
    const step = createStep({ users: 3, items: 3, batch: 8, blocks: 1, kind: 'rating', adam: 'lazy', seed: 4 });
    step.users.values.fill(0);
    expect(await embeddingStep(engine, step)).toBeLessThan(100);
    expect(tablesOf(step).every((table) => table.every(Number.isFinite))).toBe(true);
  });

  it('refuses an id that is no row', async () => {
    const step = createStep({ users: 3, items: 3, batch: 8, blocks: 1, kind: 'pairwise', adam: 'lazy', seed: 4 });
    step.itemIds[2] = 3;
    await expect(embeddingStep(engine, step)).rejects.toThrow('Position 2 of the batch names row 3');
  });
});

it('gives the same bytes on one thread as on two', async () => {
  const results = [];
  for (const threads of [1, 2]) {
    const engine = await openEngine({ threads });
    const step = createStep({
      users: 900,
      items: 50,
      batch: 2_000,
      blocks: 4,
      kind: 'pairwise',
      adam: 'dense',
      seed: 5,
    });
    results.push([await embeddingStep(engine, step), ...tablesOf(step)]);
    await engine.close();
  }
  expect(results[0]).toEqual(results[1]);
});

/** Gradients that cancel but for rounding Adam blows up to whole steps, this way or that. */
function hasGradient(momentBefore: number, moment: number): boolean {
  return Math.abs(moment - ADAM.FIRST_DECAY * momentBefore) > 1e-7;
}
