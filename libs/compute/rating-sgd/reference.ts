import type { Csr } from '../csr/kernel.js';
import { hash32 } from '../random/kernel.js';

/** State and settings of one epoch of biased matrix factorisation on ratings. */
export interface RatingSgd {
  /** `[users, items]` with values. */
  ratings: Csr;
  /** μ */
  mean: number;
  dimensions: number;
  /** `[users]`, updated in place. */
  userBiases: Float32Array;
  /** `[items]`, updated in place. */
  itemBiases: Float32Array;
  /** p `[users, dimensions]`, updated in place. */
  users: Float32Array;
  /** q `[items, dimensions]`, updated in place. */
  items: Float32Array;
  /** y `[items, dimensions]`, updated in place; null leaves the implicit term of SVD++ out. */
  implicitItems: Float32Array | null;
  /** η > 0 */
  learningRate: number;
  /** λ ≥ 0 */
  regularization: number;
  seed: number;
  /** From 0; the order of users differs by epoch. */
  epoch: number;
}

/**
 * One epoch of stochastic gradient descent on Σ (r_ui − μ − b_u − b_i − q_i·z_u)² + λ(…), z_u = p_u + |N(u)|^−½ Σ_{j∈N(u)} y_j
 * (Koren 2008, eq. 15; without y, eq. 5). Returns the sum of squared errors met on the way. Users come in a seeded order, a
 * user's ratings in theirs. Deviation: y moves once per user, by the sum of its gradients over the user's ratings.
 */
export function ratingSgdEpochReference(state: RatingSgd): number {
  const { ratings, dimensions: d, mean, userBiases, itemBiases, users, items, learningRate, regularization } = state;
  const { offsets, indices, values } = ratings;
  let squaredError = 0;
  for (const user of shuffledRows(ratings.rows, state.seed, state.epoch)) {
    const [start, end] = [offsets[user], offsets[user + 1]];
    const implicit = implicitOf(state, user);
    const pull = new Float64Array(d);
    for (let position = start; position < end; position++) {
      const item = indices[position];
      let predicted = mean + userBiases[user] + itemBiases[item];
      for (let k = 0; k < d; k++) predicted += items[item * d + k] * (users[user * d + k] + implicit[k]);
      const error = values![position] - predicted;
      squaredError += error * error;
      userBiases[user] += learningRate * (error - regularization * userBiases[user]);
      itemBiases[item] += learningRate * (error - regularization * itemBiases[item]);
      for (let k = 0; k < d; k++) {
        const [p, q] = [users[user * d + k], items[item * d + k]];
        pull[k] += error * q;
        users[user * d + k] += learningRate * (error * q - regularization * p);
        items[item * d + k] += learningRate * (error * (p + implicit[k]) - regularization * q);
      }
    }
    moveImplicit(state, user, pull);
  }
  return squaredError;
}

/** Rows by their seeded hash: a shuffle that needs no state. */
export function shuffledRows(rows: number, seed: number, epoch: number): Uint32Array {
  const keys = Uint32Array.from({ length: rows }, (_, row) => hash32(seed, epoch, row));
  return Uint32Array.from(keys.keys()).sort((a, b) => keys[a] - keys[b] || a - b);
}

/** |N(u)|^−½ Σ y_j `[dimensions]`; zeros without the implicit term. */
function implicitOf({ ratings, dimensions: d, implicitItems }: RatingSgd, user: number): Float64Array {
  const sum = new Float64Array(d);
  if (!implicitItems) return sum;
  const touched = ratings.indices.subarray(ratings.offsets[user], ratings.offsets[user + 1]);
  for (const item of touched) for (let k = 0; k < d; k++) sum[k] += implicitItems[item * d + k];
  return sum.map((value) => value / Math.sqrt(Math.max(1, touched.length)));
}

function moveImplicit(state: RatingSgd, user: number, pull: Float64Array): void {
  const { ratings, dimensions: d, implicitItems, learningRate, regularization } = state;
  if (!implicitItems) return;
  const touched = ratings.indices.subarray(ratings.offsets[user], ratings.offsets[user + 1]);
  const scale = 1 / Math.sqrt(Math.max(1, touched.length));
  for (const item of touched) {
    for (let k = 0; k < d; k++) {
      const y = implicitItems[item * d + k];
      implicitItems[item * d + k] += learningRate * (scale * pull[k] - regularization * y);
    }
  }
}
