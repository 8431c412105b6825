import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openDevice, type Device } from '../../compute/device/open-device.js';
import { hasSoftwareGpu } from '../../compute/gpu/every-gpu.js';
import { sharedEngine } from '../engine.js';
import { runToEnd } from '../training/conformance.js';
import { checkerboardInput } from './checkerboard.js';
import { createRecommenderTrainer } from './trainer.js';

const engine = await sharedEngine();
const input = checkerboardInput();
/** A dozen users and items, for recipes of which a software GPU takes seconds a step. */
const small = first(12);
const ordered = { ...small, timestamps: Float64Array.from(small.users.keys()) };
const rated = { ...input, values: Float32Array.from(input.items, (item) => 3 + (item % 3)) };

const AT_LENGTH = Boolean(process.env['QUALITY_FULL']);

type OnGpu = [recipe: string, settings: object, input: typeof input, metric: string, tolerance: number];
/** Takes the GPU by TensorFlow.js as `two-tower` does, and as long as all others: at length only (`npm run quality`). */
const SLOW: OnGpu[] = [['sequence', { factors: 16, epochs: 1, layers: 1, length: 6 }, ordered, 'recall@20', 0.05]];
const RECIPES: OnGpu[] = [
  ['ials', { factors: 16, epochs: 4 }, input, 'recall@20', 0.02],
  ['embedding-mf', { factors: 16, epochs: 2 }, rated, 'rmse', 0.001],
  ['two-tower', { factors: 16, epochs: 1, batchSize: 2_048 }, small, 'recall@20', 0.05],
  ...(AT_LENGTH ? SLOW : []),
];

function first(count: number): typeof input {
  const kept = [...input.users.keys()].filter((i) => input.users[i]! < count && input.items[i]! < count);
  return {
    ...input,
    userIds: input.userIds.slice(0, count),
    itemIds: input.itemIds.slice(0, count),
    users: Uint32Array.from(kept, (i) => input.users[i]!),
    items: Uint32Array.from(kept, (i) => input.items[i]!),
    userAttributes: input.userAttributes.slice(0, count),
    itemAttributes: input.itemAttributes.slice(0, count),
  };
}

describe.skipIf(!hasSoftwareGpu)('training on a GPU', () => {
  let device: Device;
  beforeEach(async () => {
    ({ device } = await openDevice({ backend: 'webgpu', allowFallback: true }));
  });
  afterEach(() => device.close());

  it.each(RECIPES)(
    '%s comes to what it comes to on the processor',
    async (recipe, settings, data, metric, tolerance) => {
      const options = { recipe, settings, seed: 1, engine } as const;
      const onProcessor = await runToEnd(createRecommenderTrainer(data, options));
      const onGpu = await runToEnd(createRecommenderTrainer(data, { ...options, device }));
      const difference = onGpu.result.values[metric]! - onProcessor.result.values[metric]!;
      expect(Math.abs(difference)).toBeLessThanOrEqual(tolerance);
      expect(device.gpu!.bytesInUse).toBe(0);
    },
    120_000,
  );

  it('that is lost in mid-job ends the attempt with a reason, and the next goes on from the checkpoint', async () => {
    const options = {
      recipe: 'ials',
      settings: { factors: 16, epochs: 4 },
      seed: 1,
      engine,
    } as const;
    const trainer = createRecommenderTrainer(input, { ...options, device });
    for (let step = 0; step < 4; step++) await trainer.epoch();
    const checkpoint = (await trainer.checkpoint())!;
    device.gpu!.device.destroy();
    await expect(runToEnd(trainer)).rejects.toThrow(/GPU.*lost/i);
    const { result } = await runToEnd(createRecommenderTrainer(input, { ...options, checkpoint }));
    expect(result.values['recall@20']).toBeGreaterThan(0.9);
  }, 60_000);
});
