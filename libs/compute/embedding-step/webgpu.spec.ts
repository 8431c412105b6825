import { expect, it } from 'vitest';
import { describeOnGpus } from '../gpu/every-gpu.js';
import type { Gpu } from '../gpu/gpu.js';
import { relativeError } from '../random/relative-error.js';
import { createStep, tablesOf } from './create-step.js';
import { embeddingStepReference } from './reference.js';
import { GpuEmbeddingStep } from './webgpu.js';

type Shape = Parameters<typeof createStep>[0];

/** Three steps on the device; returns the mean loss and every array of the model. */
async function runSteps(gpu: Gpu, shape: Shape): Promise<{ loss: number; tables: Float32Array[] }> {
  const { users, items, dimensions, userIds, itemIds, objective, learningRate, adam } = createStep(shape);
  const head = objective.kind === 'rating' ? objective : null;
  const options = { dimensions, adam, batchMax: shape.batch };
  const learner = await GpuEmbeddingStep.create(gpu, { users, items, head }, options);
  for (let step = 1; step <= 3; step++) await learner.step({ userIds, itemIds, objective, learningRate, step });
  const loss = await learner.meanLoss();
  const model = await learner.read();
  learner.release();
  const tables = [model.users, model.items].flatMap(({ values, first, second }) => [values, first, second]);
  return { loss, tables: tables.concat(model.head ? Object.values(model.head) : []) };
}

describeOnGpus('GpuEmbeddingStep', (gpu) => {
  it.each([
    ['rating', 'lazy', 60],
    ['rating', 'dense', 1_300],
    ['pairwise', 'lazy', 1_300],
    ['pairwise', 'dense', 60],
  ] as const)(
    'takes the steps of the reference to 2e-5, the same bytes twice: %s, %s, %i users',
    async (kind, adam, users) => {
      const shape = { users, items: 40, batch: 150, blocks: 2, kind, adam, seed: 3 };
      const expected = createStep(shape);
      let loss = 0;
      for (let step = 1; step <= 3; step++) loss += embeddingStepReference({ ...expected, step }) / 3;
      const actual = await runSteps(gpu, shape);
      expect(Math.abs(actual.loss - loss)).toBeLessThan(1e-5 * (1 + loss));
      tablesOf(expected).forEach((table, t) => expect(relativeError(actual.tables[t]!, table)).toBeLessThan(2e-5));
      expect(await runSteps(gpu, shape)).toEqual(actual);
    },
  );
});
