import { embeddingStep } from '../../../compute/embedding-step/kernel.js';
import type { Engine } from '../../../compute/engine/engine.js';
import type { Gpu } from '../../../compute/gpu/gpu.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { shuffledOrder } from '../../../compute/random/order.js';
import { resumeFit, runOptions, tensorFlowOf, type FitContext, type FitReached } from '../../training/fit.js';
import { requireRated, type Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import type { RatingBatch, RatingState } from '../neural/embedding-layers.js';
import type { EmbeddingMfSettings } from '../settings.js';
import { assertFinite, factorFit, paddedDimensions, type Fit } from './fit.js';

/** Embeddings start in U(0, 0.05): all point much the same way, so that one of which little is known predicts about the mean. */
const INITIAL_RANGE = 0.05;
const REPORT_STEPS = 50;

/**
 * Predicts ratings as weight · cos(user, item) + bias over learnt embeddings; mean squared error, Adam. Either by a fused step
 * that moves only the rows of the batch, or in the layers of TensorFlow.js; with dense Adam both go the same way.
 */
export async function fitEmbeddingMf(
  events: Events,
  settings: EmbeddingMfSettings,
  context: FitContext,
): Promise<Fit<FactorModel>> {
  const rated = requireRated(events, 'embedding-mf');
  const state = drawState(rated, settings.factors, context);
  const { users, items, head, headFirst, headSecond } = state;
  const moments = {
    usersFirst: users.first,
    itemsFirst: items.first,
    usersSecond: users.second,
    itemsSecond: items.second,
  };
  const arrays = { users: users.values, items: items.values, ...moments, head, headFirst, headSecond };
  const steps = Math.ceil(rated.users.length / settings.batchSize);
  const stepsDone = resumeFit(context, arrays);
  const learner = await openLearner(state, settings, stepsDone, context);
  const read = async () => {
    await learner.settle();
    return arrays;
  };
  const { epochs } = settings;
  try {
    for (let epoch = Math.floor(stepsDone / steps); epoch < epochs; epoch++) {
      const first = Math.max(0, stepsDone - epoch * steps);
      const loss = await runEpoch(rated, settings, { epoch, first, read }, learner, context);
      const progress = { epoch: epoch + 1, epochs, fraction: (epoch + 1) / epochs };
      const reached = { steps: (epoch + 1) * steps, read };
      await context.report({ ...progress, examples: rated.users.length, loss, state: reached });
    }
    await learner.settle();
    return factorFit(context.engine, toFactors(state, settings.factors, context.engine), null);
  } finally {
    learner.release();
  }
}

/** Steps of the model on whatever carries them out. */
interface RatingLearner {
  /** `number` from 1. */
  step: (batch: RatingBatch, number: number) => Promise<void>;
  /** Mean over the steps since it was last asked for. */
  meanLoss: () => Promise<number>;
  /** Brings the state up to date where it is kept elsewhere meanwhile. */
  settle: () => Promise<void>;
  release: () => void;
}

async function openLearner(
  state: RatingState,
  settings: EmbeddingMfSettings,
  stepsDone: number,
  context: FitContext,
): Promise<RatingLearner> {
  if (settings.implementation === 'layers') return learnInLayers(state, settings, stepsDone, context);
  return context.device?.gpu
    ? learnOnGpu(context.device.gpu, state, settings)
    : learnOnEngine(state, settings, context);
}

function learnOnEngine(
  { head, headFirst, headSecond, ...tables }: RatingState,
  { learningRate, adam }: EmbeddingMfSettings,
  context: FitContext,
): RatingLearner {
  const losses = new Mean();
  return {
    step: async ({ labels, ...batch }, step) => {
      const objective = { kind: 'rating' as const, labels, head, headFirst, headSecond };
      const how = { objective, step, learningRate, adam };
      losses.add(await embeddingStep(context.engine, { ...tables, ...batch, ...how }, runOptions(context)));
    },
    meanLoss: async () => losses.take(),
    settle: async () => {},
    release: () => {},
  };
}

async function learnOnGpu(
  gpu: Gpu,
  { users, items, dimensions, ...head }: RatingState,
  { learningRate, adam, batchSize }: EmbeddingMfSettings,
): Promise<RatingLearner> {
  const { GpuEmbeddingStep } = await import('../../../compute/embedding-step/webgpu.js');
  const learner = await GpuEmbeddingStep.create(gpu, { users, items, head }, { dimensions, adam, batchMax: batchSize });
  return {
    step: ({ labels, ...batch }, step) =>
      learner.step({ ...batch, objective: { kind: 'rating', labels }, step, learningRate }),
    meanLoss: () => learner.meanLoss(),
    settle: async () => {
      const read = await learner.read();
      for (const key of ['values', 'first', 'second'] as const) {
        users[key].set(read.users[key]);
        items[key].set(read.items[key]);
      }
      for (const key of ['head', 'headFirst', 'headSecond'] as const) head[key].set(read.head![key]);
    },
    release: () => learner.release(),
  };
}

async function learnInLayers(
  state: RatingState,
  { learningRate }: EmbeddingMfSettings,
  stepsDone: number,
  context: FitContext,
): Promise<RatingLearner> {
  const { EmbeddingLayers } = await import('../neural/embedding-layers.js');
  const layers = await EmbeddingLayers.create(await tensorFlowOf(context), state, learningRate, stepsDone);
  const losses = new Mean();
  return {
    step: async (batch) => losses.add(await layers.step(batch)),
    meanLoss: async () => losses.take(),
    settle: () => layers.read(),
    release: () => layers.dispose(),
  };
}

class Mean {
  private sum = 0;
  private count = 0;

  add(value: number): void {
    this.sum += value;
    this.count++;
  }

  /** Begins anew after it. */
  take(): number {
    const mean = this.sum / this.count;
    [this.sum, this.count] = [0, 0];
    return mean;
  }
}

/** From the step `first` on; returns the mean loss. */
async function runEpoch(
  events: Events,
  { batchSize, epochs }: EmbeddingMfSettings,
  { epoch, first, read }: { epoch: number; first: number; read: FitReached['read'] },
  learner: RatingLearner,
  context: FitContext,
): Promise<number> {
  const order = shuffledOrder(events.users.length, Random.seeded(hash32(context.seed, epoch, 6)));
  const steps = Math.ceil(order.length / batchSize);
  for (let index = first; index < steps; index++) {
    context.signal?.throwIfAborted();
    const batch = batchOf(events, order.subarray(index * batchSize, (index + 1) * batchSize));
    const done = epoch * steps + index + 1;
    await learner.step(batch, done);
    if (index % REPORT_STEPS === REPORT_STEPS - 1 && index + 1 < steps) {
      const progress = { epoch: epoch + 1, epochs, fraction: done / (steps * epochs) };
      await context.report({ ...progress, state: { steps: done, read } });
    }
  }
  const loss = await learner.meanLoss();
  if (!Number.isFinite(loss)) assertFinite(Float32Array.of(loss));
  return loss;
}

function batchOf({ users, items, values }: Events, positions: Uint32Array): RatingBatch {
  return {
    userIds: positions.map((position) => users[position]!),
    itemIds: positions.map((position) => items[position]!),
    labels: Float32Array.from(positions, (position) => values![position]!),
  };
}

function drawState(events: Events, factors: number, { engine, seed }: FitContext): RatingState {
  const random = Random.seeded(seed);
  const dimensions = paddedDimensions(factors);
  const table = (rows: number) => {
    const values = engine.float32(rows * dimensions);
    for (let start = 0; start < values.length; start += dimensions)
      for (let k = 0; k < factors; k++) values[start + k] = INITIAL_RANGE * random.uniform();
    return { values, first: engine.float32(values.length), second: engine.float32(values.length) };
  };
  const [users, items] = [table(events.userCount), table(events.itemCount)];
  return {
    users,
    items,
    dimensions,
    head: Float32Array.of(...spreadAndMean(events.values!)),
    headFirst: new Float32Array(2),
    headSecond: new Float32Array(2),
  };
}

/** Where weight and bias start: at the ratings' deviation and mean rather than at 1 and 0, which Adam would take long to leave. */
function spreadAndMean(values: Float32Array): [number, number] {
  let [sum, squares] = [0, 0];
  for (const value of values) {
    sum += value;
    squares += value * value;
  }
  const mean = sum / values.length;
  return [Math.sqrt(Math.max(0, squares / values.length - mean * mean)), mean];
}

/** Normalised rows, with the weight and the bias in columns next to them; gives the tables back to the engine. */
function toFactors({ users, items, dimensions: d, head }: RatingState, factors: number, engine: Engine): FactorModel {
  const dimensions = paddedDimensions(factors + 1);
  const widen = ({ values, first, second }: RatingState['users'], scale: number, last: number) => {
    const wide = engine.float32((values.length / d) * dimensions);
    for (let row = 0; row * d < values.length; row++) {
      const vector = values.subarray(row * d, row * d + factors);
      const norm = Math.sqrt(
        Math.max(
          vector.reduce((sum, value) => sum + value * value, 0),
          1e-7,
        ),
      );
      vector.forEach((value, k) => (wide[row * dimensions + k] = (scale * value) / norm));
      wide[row * dimensions + factors] = last;
    }
    engine.release(values, first, second);
    return wide;
  };
  return { kind: 'factors', dimensions, users: widen(users, head[0]!, head[1]!), items: widen(items, 1, 1) };
}
