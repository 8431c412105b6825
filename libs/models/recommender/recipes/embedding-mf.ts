import { embeddingStep } from '../../../compute/embedding-step/kernel.js';
import type { Engine } from '../../../compute/engine/engine.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { shuffledOrder } from '../../../compute/random/order.js';
import { TrainingInputError } from '../../family.js';
import { ratedEvents, type Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import type { EmbeddingLayers, RatingBatch, RatingState } from '../neural/embedding-layers.js';
import type { EmbeddingMfSettings } from '../settings.js';
import {
  assertFinite,
  factorFit,
  paddedDimensions,
  resumeFit,
  runOptions,
  tensorFlowOf,
  type Fit,
  type FitContext,
} from './fit.js';

/** Embeddings start in U(0, 0.05): all point much the same way, so that one of which little is known foretells about the mean. */
const INITIAL_RANGE = 0.05;
const REPORT_STEPS = 50;

/**
 * Foretells ratings as weight · cos(user, item) + bias over learnt embeddings; mean squared error, Adam. Either by a fused step
 * that moves only the rows of the batch, or in the layers of TensorFlow.js; with dense Adam both go the same way.
 */
export async function fitEmbeddingMf(
  events: Events,
  settings: EmbeddingMfSettings,
  context: FitContext,
): Promise<Fit<FactorModel>> {
  const { values } = events;
  if (!values) {
    throw new TrainingInputError(
      'The recipe "embedding-mf" learns from ratings, but this data set has no values. Upload it with a column "value", or choose another recipe.',
    );
  }
  const rated = ratedEvents(events);
  const state = drawState(rated, settings.factors, context);
  const { users, items, head, headFirst, headSecond } = state;
  const moments = { users: users.first, items: items.first, usersSecond: users.second, itemsSecond: items.second };
  const arrays = { userValues: users.values, itemValues: items.values, ...moments, head, headFirst, headSecond };
  const stepsInEpoch = Math.ceil(rated.users.length / settings.batchSize);
  const firstEpoch = resumeFit(context, arrays);
  const layers =
    settings.implementation === 'layers' ? await openLayers(state, settings, firstEpoch * stepsInEpoch, context) : null;
  try {
    for (let epoch = firstEpoch; epoch < settings.epochs; epoch++) {
      const loss = await runEpoch(rated, state, settings, epoch, layers, context);
      await layers?.read();
      const progress = { epoch: epoch + 1, epochs: settings.epochs, fraction: (epoch + 1) / settings.epochs };
      await context.report({ ...progress, examples: rated.users.length, loss, state: { steps: epoch + 1, arrays } });
    }
    return factorFit(context.engine, toFactors(state, settings.factors, context.engine), null);
  } finally {
    layers?.dispose();
  }
}

async function openLayers(
  state: RatingState,
  settings: EmbeddingMfSettings,
  steps: number,
  context: FitContext,
): Promise<EmbeddingLayers> {
  const { EmbeddingLayers } = await import('../neural/embedding-layers.js');
  return EmbeddingLayers.create(await tensorFlowOf(context), state, settings.learningRate, steps);
}

/** Returns the mean loss. */
async function runEpoch(
  events: Events,
  state: RatingState,
  settings: EmbeddingMfSettings,
  epoch: number,
  layers: EmbeddingLayers | null,
  context: FitContext,
): Promise<number> {
  const { batchSize, learningRate, adam, epochs } = settings;
  const { head, headFirst, headSecond, ...tables } = state;
  const order = shuffledOrder(events.users.length, Random.seeded(hash32(context.seed, epoch, 6)));
  const steps = Math.ceil(order.length / batchSize);
  let total = 0;
  for (let index = 0; index < steps; index++) {
    context.signal?.throwIfAborted();
    const batch = batchOf(events, order.subarray(index * batchSize, (index + 1) * batchSize));
    const objective = { kind: 'rating' as const, labels: batch.labels, head, headFirst, headSecond };
    const step = epoch * steps + index + 1;
    const loss = layers
      ? await layers.step(batch)
      : await embeddingStep(
          context.engine,
          { ...tables, ...batch, objective, step, learningRate, adam },
          runOptions(context),
        );
    if (!Number.isFinite(loss)) assertFinite(Float32Array.of(loss));
    total += loss * batch.labels.length;
    if (index % REPORT_STEPS === REPORT_STEPS - 1 && index + 1 < steps)
      await context.report({ epoch: epoch + 1, epochs, fraction: (epoch + (index + 1) / steps) / epochs });
  }
  return total / order.length;
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

/** Normalised rows, with the weight and the bias in columns beside them; gives the tables back to the engine. */
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
