import type { Csr } from '../csr/kernel.js';
import { hash32 } from '../random/kernel.js';

/** State and settings of one epoch of pairwise learning. */
export interface PairwiseSgd {
  /** `[users, items]`, who touched what; values are ignored. */
  interactions: Csr;
  dimensions: number;
  /** `[users, dimensions]`, updated in place. */
  users: Float32Array;
  /** `[items, dimensions]`, updated in place. */
  items: Float32Array;
  /** η > 0 */
  learningRate: number;
  /** λ ≥ 0 */
  regularization: number;
  seed: number;
  /** From 0; draws differ by epoch. */
  epoch: number;
}

/** Users and items fall into this many blocks each, drawn anew each epoch; the result does not depend on the threads. */
export const PAIRWISE_BLOCKS = 8;

/** Tries to find an item of the block that the user did not touch, before the pair is left out. */
export const NEGATIVE_TRIES = 8;

/**
 * One epoch of BPR (Rendle et al. 2009): for each pair (u, i) an untouched item j is drawn, and with x = p_u·(q_i − q_j) and
 * g = 1/(1 + eˣ)
 *
 *   p_u += η (g (q_i − q_j) − λ p_u),  q_i += η (g p_u − λ q_i),  q_j += η (−g p_u − λ q_j)
 *
 * with p_u from before the step. Deviation: pairs are visited in strata of blocks (Gemulla et al. 2011), so that blocks of a
 * stratum share no row and may run side by side; j comes from the block of i, and blocks are drawn anew each epoch.
 */
export function pairwiseSgdEpochReference(state: PairwiseSgd): void {
  const { interactions, seed, epoch } = state;
  const { rows, columns, offsets, indices } = interactions;
  const blockOf = (side: number, index: number) => hash32(seed, epoch * 2 + side, index) % PAIRWISE_BLOCKS;
  const members = Array.from({ length: PAIRWISE_BLOCKS }, (): number[] => []);
  for (let item = 0; item < columns; item++) members[blockOf(1, item)].push(item);
  for (let stratum = 0; stratum < PAIRWISE_BLOCKS; stratum++) {
    for (let user = 0; user < rows; user++) {
      const itemBlock = (blockOf(0, user) + stratum) % PAIRWISE_BLOCKS;
      const touched = indices.subarray(offsets[user], offsets[user + 1]);
      for (let position = offsets[user]; position < offsets[user + 1]; position++) {
        if (blockOf(1, indices[position]) !== itemBlock) continue;
        const negative = drawNegative(members[itemBlock], touched, seed, epoch, position);
        if (negative !== undefined) step(state, user, indices[position], negative);
      }
    }
  }
}

function drawNegative(members: number[], touched: Uint32Array, seed: number, epoch: number, position: number) {
  for (let attempt = 0; attempt < NEGATIVE_TRIES; attempt++) {
    const draw = hash32(seed + attempt, epoch, position);
    const item = members[Math.floor((draw / 2 ** 32) * members.length)];
    if (!touched.includes(item)) return item;
  }
  return undefined;
}

function step(state: PairwiseSgd, user: number, positive: number, negative: number): void {
  const { dimensions: d, users, items, learningRate, regularization } = state;
  const [p, q, r] = [user * d, positive * d, negative * d];
  let margin = 0;
  for (let k = 0; k < d; k++) margin += users[p + k] * (items[q + k] - items[r + k]);
  const gradient = 1 / (1 + Math.exp(margin));
  for (let k = 0; k < d; k++) {
    const [wu, wi, wj] = [users[p + k], items[q + k], items[r + k]];
    users[p + k] += learningRate * (gradient * (wi - wj) - regularization * wu);
    items[q + k] += learningRate * (gradient * wu - regularization * wi);
    items[r + k] += learningRate * (-gradient * wu - regularization * wj);
  }
}
