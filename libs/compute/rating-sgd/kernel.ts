import { output, type Engine, type RunOptions } from '../engine/engine.js';
import { shuffledRows, type RatingSgd } from './reference.js';

export type { RatingSgd } from './reference.js';

/**
 * One epoch of biased matrix factorisation in place, on one thread, because its steps depend on each other; see
 * {@link ratingSgdEpochReference} for the rule. Returns the sum of squared errors met on the way.
 */
export async function ratingSgdEpoch(engine: Engine, state: RatingSgd, options: RunOptions = {}): Promise<number> {
  const { ratings, mean, dimensions, userBiases, itemBiases, users, items, implicitItems } = state;
  const squaredError = new Float32Array(1);
  const args = [
    ratings.rows,
    shuffledRows(ratings.rows, state.seed, state.epoch),
    ratings.offsets,
    ratings.indices,
    ratings.values,
    mean,
    dimensions,
    output(userBiases),
    output(itemBiases),
    output(users),
    output(items),
    implicitItems && output(implicitItems),
    state.learningRate,
    state.regularization,
    output(squaredError),
  ];
  await engine.run('rating_sgd', args, { pieces: 1, scratchBytes: 8 * dimensions + 128 }, options);
  return squaredError[0];
}
