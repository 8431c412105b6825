import { buildCsr, type Csr } from '../../../compute/csr/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { ratingSgdEpoch, type RatingSgd } from '../../../compute/rating-sgd/kernel.js';
import { scoreBySimilarity } from '../../../compute/scores/kernel.js';
import { resumeFit, runOptions, type FitContext } from '../../training/fit.js';
import { requireRated, type Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import type { ExplicitMfSettings } from '../settings.js';
import { drawFactors, factorFit, paddedDimensions, type Fit } from './fit.js';

/** Small, so that the biases settle before the factors begin to fit noise. */
const DEVIATION = 0.01;

/**
 * Biased matrix factorisation of ratings by stochastic gradient descent (Koren 2008, eq. 5; with the implicit term eq. 15).
 * A pair that was rated several times counts with the mean. The score of an item is the predicted rating: next to the
 * factors stand two columns, the item's bias against ones and ones against the user's bias and the mean.
 */
export async function fitExplicitMf(
  events: Events,
  settings: ExplicitMfSettings,
  context: FitContext,
): Promise<Fit<FactorModel>> {
  const { engine, seed } = context;
  const ratings = meanRatings(requireRated(events, 'explicit-mf'));
  const random = Random.seeded(seed);
  const dimensions = paddedDimensions(settings.factors);
  const drawn = { drawn: settings.factors };
  const state: Omit<RatingSgd, 'epoch'> = {
    ratings,
    mean: meanOf(ratings.values!),
    dimensions,
    seed,
    userBiases: engine.float32(ratings.rows),
    itemBiases: engine.float32(ratings.columns),
    users: drawFactors(engine, ratings.rows, drawn, DEVIATION, random),
    items: drawFactors(engine, ratings.columns, drawn, DEVIATION, random),
    implicitItems: settings.implicitTerm ? engine.float32(ratings.columns * dimensions) : null,
    learningRate: settings.learningRate,
    regularization: settings.regularization,
  };
  const { users, items, userBiases, itemBiases, implicitItems } = state;
  const arrays = { users, items, userBiases, itemBiases, ...(implicitItems && { implicitItems }) };
  const { epochs } = settings;
  try {
    for (let epoch = resumeFit(context, arrays); epoch < epochs; epoch++) {
      await ratingSgdEpoch(engine, { ...state, epoch }, runOptions(context));
      const reached = { steps: epoch + 1, read: () => arrays };
      const progress = { epoch: epoch + 1, epochs, fraction: (epoch + 1) / epochs };
      await context.report({ ...progress, examples: ratings.indices.length, state: reached });
    }
    if (state.implicitItems) await addImplicitTerm(state, context);
    return factorFit(engine, toFactors(state, settings.factors, context), null);
  } finally {
    engine.release(userBiases, itemBiases, users, items, implicitItems);
  }
}

/** `[users, items]` */
function meanRatings({ userCount, itemCount, users, items, values }: Events): Csr {
  const pairs = { rows: userCount, columns: itemCount, rowIndices: users, columnIndices: items };
  const sums = buildCsr({ ...pairs, values });
  const counts = buildCsr({ ...pairs, values: new Float32Array(users.length).fill(1) }).values!;
  return { ...sums, values: sums.values!.map((sum, place) => sum / counts[place]) };
}

function meanOf(values: Float32Array): number {
  let sum = 0;
  for (const value of values) sum += value;
  return sum / values.length;
}

/** Adds |N(u)|^−½ Σ y_j to each user's vector: a sparse product, the rows of y being full ones. */
async function addImplicitTerm(state: Omit<RatingSgd, 'epoch'>, context: FitContext): Promise<void> {
  const { ratings, dimensions, users, implicitItems } = state;
  const values = new Float32Array(ratings.indices.length);
  for (let user = 0; user < ratings.rows; user++) {
    const [start, end] = [ratings.offsets[user], ratings.offsets[user + 1]];
    values.fill(1 / Math.sqrt(Math.max(1, end - start)), start, end);
  }
  const full: Csr = {
    rows: ratings.columns,
    columns: dimensions,
    values: implicitItems,
    offsets: Uint32Array.from({ length: ratings.columns + 1 }, (_, item) => item * dimensions),
    indices: Uint32Array.from(implicitItems!.keys(), (place) => place % dimensions),
  };
  const term = context.engine.float32(users.length);
  try {
    await scoreBySimilarity(context.engine, { ...ratings, values }, full, term, runOptions(context));
    for (let i = 0; i < users.length; i++) users[i] += term[i];
  } finally {
    context.engine.release(term);
  }
}

function toFactors(state: Omit<RatingSgd, 'epoch'>, factors: number, { engine }: FitContext): FactorModel {
  const dimensions = paddedDimensions(factors + 2);
  const widen = (rows: Float32Array, columns: (row: number) => [number, number]) => {
    const count = rows.length / state.dimensions;
    const wide = engine.float32(count * dimensions);
    for (let row = 0; row < count; row++) {
      wide.set(rows.subarray(row * state.dimensions, row * state.dimensions + factors), row * dimensions);
      wide.set(columns(row), row * dimensions + factors);
    }
    return wide;
  };
  return {
    kind: 'factors',
    dimensions,
    users: widen(state.users, (user) => [1, state.mean + state.userBiases[user]]),
    items: widen(state.items, (item) => [state.itemBiases[item], 1]),
  };
}
