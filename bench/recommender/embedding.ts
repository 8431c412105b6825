import { openDevice, type Backend } from '../../libs/compute/device/open-device.js';
import { embeddingStep } from '../../libs/compute/embedding-step/kernel.js';
import { GpuEmbeddingStep } from '../../libs/compute/embedding-step/webgpu.js';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { openEngine } from '../../libs/compute/engine/open-engine.js';
import { Random } from '../../libs/compute/random/kernel.js';
import {
  EmbeddingLayers,
  type RatingBatch,
  type RatingState,
} from '../../libs/models/recommender/neural/embedding-layers.js';
import { interleave, time, type Comparison } from '../measure.js';

const DIMENSIONS = 64;
const LEARNING_RATE = 0.001;

interface Work {
  name: string;
  run: () => Promise<void>;
}

export interface EmbeddingBenchOptions {
  users: number;
  items: number;
  batch: number;
  rounds: number;
  /** What TensorFlow.js runs on, next to a software GPU where `allowFallback`. */
  backend: Backend;
  allowFallback: boolean;
}

/**
 * One step of the rating model (two embeddings, cosine, dense unit, Adam) in the layers of TensorFlow.js against the fused one on
 * the same device; the first contender is the one that ratios are to.
 */
export async function benchEmbedding(options: EmbeddingBenchOptions): Promise<Comparison[]> {
  const { backend, allowFallback, rounds } = options;
  const { device } = await openDevice({ backend, allowFallback });
  const engine = await openEngine();
  const batches = drawBatches(options);
  const layers = await EmbeddingLayers.create(await device.tensorFlow(), drawState(options), LEARNING_RATE, 0);
  let turn = 0;
  const next = () => batches[turn++ % batches.length]!;
  const contenders: Work[] = [
    { name: `layers on ${device.name}`, run: async () => void (await layers.step(next())) },
    ...(device.gpu ? await onGpu(options, device.gpu, next) : onEngine(options, engine, next)),
  ];
  const timed = contenders.map(({ name, run }) => ({ name, run: () => time(run) }));
  const comparisons = await interleave(timed, rounds);
  layers.dispose();
  device.close();
  await engine.close();
  return comparisons;
}

function onEngine(options: EmbeddingBenchOptions, engine: Engine, next: () => RatingBatch): Work[] {
  return (['dense', 'lazy'] as const).map((adam) => {
    const { head, headFirst, headSecond, ...tables } = drawState(options);
    let step = 0;
    const run = async () => {
      const { labels, ...batch } = next();
      const objective = { kind: 'rating' as const, labels, head, headFirst, headSecond };
      step++;
      await embeddingStep(engine, { ...tables, ...batch, objective, step, learningRate: LEARNING_RATE, adam });
    };
    return { name: `fused, ${adam} Adam, ${engine.name}`, run };
  });
}

async function onGpu(
  options: EmbeddingBenchOptions,
  gpu: NonNullable<Awaited<ReturnType<typeof openDevice>>['device']['gpu']>,
  next: () => RatingBatch,
): Promise<Work[]> {
  const contenders: Work[] = [];
  for (const adam of ['dense', 'lazy'] as const) {
    const { users, items, dimensions, ...head } = drawState(options);
    const how = { dimensions, adam, batchMax: options.batch };
    const learner = await GpuEmbeddingStep.create(gpu, { users, items, head }, how);
    let step = 0;
    const run = async () => {
      const { labels, ...batch } = next();
      step++;
      await learner.step({ ...batch, objective: { kind: 'rating', labels }, step, learningRate: LEARNING_RATE });
      // As the layers do, which read their loss after every step.
      await learner.meanLoss();
    };
    contenders.push({ name: `fused, ${adam} Adam, WGSL`, run });
  }
  return contenders;
}

function drawState({ users, items }: EmbeddingBenchOptions): RatingState {
  const random = Random.seeded(1);
  const table = (rows: number) => {
    const values = Float32Array.from({ length: rows * DIMENSIONS }, () => 0.05 * random.uniform());
    return { values, first: new Float32Array(values.length), second: new Float32Array(values.length) };
  };
  const head = { head: Float32Array.of(1, 3), headFirst: new Float32Array(2), headSecond: new Float32Array(2) };
  return { users: table(users), items: table(items), dimensions: DIMENSIONS, ...head };
}

function drawBatches({ users, items, batch }: EmbeddingBenchOptions): RatingBatch[] {
  const random = Random.seeded(2);
  const ids = (count: number) => Uint32Array.from({ length: batch }, () => Math.floor(count * random.uniform()));
  return Array.from({ length: 8 }, () => ({
    userIds: ids(users),
    itemIds: ids(items),
    labels: Float32Array.from({ length: batch }, () => 5 * random.uniform()),
  }));
}
