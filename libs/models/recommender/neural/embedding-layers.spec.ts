import { afterAll, describe, expect, it } from 'vitest';
import { openDevice, type Backend } from '../../../compute/device/open-device.js';
import { embeddingStep } from '../../../compute/embedding-step/kernel.js';
import { hasSoftwareGpu } from '../../../compute/gpu/every-gpu.js';
import { Random } from '../../../compute/random/kernel.js';
import { sharedEngine } from '../../engine.js';
import { EmbeddingLayers, type RatingBatch, type RatingState } from './embedding-layers.js';

const [USERS, ITEMS, DIMENSIONS, BATCH, LEARNING_RATE] = [50, 30, 16, 64, 0.01];
/** On the software GPU, which takes a quarter of a second a step, a hundred only by `npm run quality`. */
const stepsOn = (backend: Backend) => (backend === 'webgpu' && !process.env['QUALITY_FULL'] ? 20 : 100);
const BACKENDS: Backend[] = ['wasm', 'cpu', ...(hasSoftwareGpu ? ['webgpu' as const] : [])];

const engine = await sharedEngine();
afterAll(() => engine.close());

function drawState(): RatingState {
  const random = Random.seeded(1);
  const table = (rows: number) => {
    const values = Float32Array.from({ length: rows * DIMENSIONS }, () => 0.05 * random.uniform());
    return { values, first: new Float32Array(values.length), second: new Float32Array(values.length) };
  };
  const [head, headFirst, headSecond] = [Float32Array.of(1.8, 7), new Float32Array(2), new Float32Array(2)];
  return { users: table(USERS), items: table(ITEMS), dimensions: DIMENSIONS, head, headFirst, headSecond };
}

function drawBatches(steps: number): RatingBatch[] {
  const random = Random.seeded(2);
  const ids = (count: number) => Uint32Array.from({ length: BATCH }, () => Math.floor(count * random.uniform()));
  return Array.from({ length: steps }, () => {
    const [userIds, itemIds] = [ids(USERS), ids(ITEMS)];
    const labels = Float32Array.from(userIds, (user, n) => 5 + 4 * Math.sin(user * (itemIds[n]! + 1)));
    return { userIds, itemIds, labels };
  });
}

describe.each(BACKENDS)('the layers of the rating model on %s', (backend) => {
  it('go the same way as the fused step with dense Adam, to 1e-4 over many steps, a break in the middle included', async () => {
    const { device } = await openDevice({ backend, allowFallback: true });
    const tf = await device.tensorFlow();
    const steps = stepsOn(backend);
    const [fused, state] = [drawState(), drawState()];
    let layers = await EmbeddingLayers.create(tf, state, LEARNING_RATE, 0);
    for (const [index, batch] of drawBatches(steps).entries()) {
      if (index === steps / 2) {
        await layers.read();
        layers.dispose();
        layers = await EmbeddingLayers.create(tf, state, LEARNING_RATE, index);
      }
      const { head, headFirst, headSecond, ...tables } = fused;
      const objective = { kind: 'rating' as const, labels: batch.labels, head, headFirst, headSecond };
      const how = { step: index + 1, learningRate: LEARNING_RATE, adam: 'dense' as const };
      const loss = await embeddingStep(engine, { ...tables, ...batch, objective, ...how });
      expect(Math.abs((await layers.step(batch)) - loss)).toBeLessThan(1e-4 * Math.max(1, loss));
    }
    await layers.read();
    for (const [mine, theirs] of [
      [fused.users.values, state.users.values],
      [fused.items.values, state.items.values],
      [fused.head, state.head],
    ] as const)
      mine.forEach((value, i) => expect(Math.abs(value - theirs[i]!)).toBeLessThan(1e-4));
    layers.dispose();
    device.close();
  });
});
