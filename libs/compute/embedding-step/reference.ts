import { groupByRow } from '../segment-sum/group-by-row.js';
import { segmentSumReference } from '../segment-sum/reference.js';

/** One vector a row, with the state of its optimizer. */
export interface EmbeddingTable {
  /** `[rows, dimensions]` */
  values: Float32Array;
  /** Adam's first moments, `[rows, dimensions]`, zeros before the first step. */
  first: Float32Array;
  /** Adam's second moments, likewise. */
  second: Float32Array;
}

/** What the step lowers: the mean over the batch of (ŷ − label)² or of −log σ(u·(i − j)) (BPR). */
export type EmbeddingObjective =
  | {
      kind: 'rating';
      /** `[batch]` */
      labels: Float32Array;
      /** `[weight, bias]` of ŷ = weight · cos(u, i) + bias, moved by the same Adam. */
      head: Float32Array;
      headFirst: Float32Array;
      headSecond: Float32Array;
    }
  | {
      kind: 'pairwise';
      /** `[batch]`: the item j that is to rank below `itemIds`. */
      negativeIds: Uint32Array;
    };

/** How far a step goes. */
export interface AdamStep {
  /** From 1. */
  step: number;
  /** > 0 */
  learningRate: number;
  /** `lazy` moves only rows that the batch names, and only then do their moments decay; `dense` every row, as tf.train.adam. */
  adam: 'lazy' | 'dense';
}

/** One step of learning two embedding tables; everything is updated in place. */
export interface EmbeddingStep extends AdamStep {
  users: EmbeddingTable;
  items: EmbeddingTable;
  /** A multiple of 16; pad with columns of zeros, which stay zero. */
  dimensions: number;
  /** `[batch]` */
  userIds: Uint32Array;
  /** `[batch]` */
  itemIds: Uint32Array;
  objective: EmbeddingObjective;
}

/** Adam's β₁, β₂ and ε, the defaults of tf.train.adam. */
export const ADAM = { FIRST_DECAY: 0.9, SECOND_DECAY: 0.999, EPSILON: 1e-7 };

/** The least square of a norm, as `l2Normalize` of TensorFlow.js 4.22 takes it (the backend's ε). */
export const SQUARED_NORM_MIN = 1e-7;

/** The step in float64 up to each stored number; returns the mean loss of the batch before it. */
export function embeddingStepReference(step: EmbeddingStep): number {
  const { users, items, dimensions: d, userIds, itemIds, objective } = step;
  const slopes = { users: new Float64Array(userIds.length * d), items: new Float64Array(userIds.length * d) };
  const loss = objective.kind === 'rating' ? addRating(step, objective, slopes) : addPairwise(step, objective, slopes);
  moveTable(users, d, userIds, slopes.users, step);
  const ids = objective.kind === 'rating' ? itemIds : Uint32Array.from([...itemIds, ...objective.negativeIds]);
  moveTable(items, d, ids, slopes.items, step);
  return loss;
}

/** Per position, `[batch, dimensions]`; for negatives the item's slope counts with the other sign. */
interface Slopes {
  users: Float64Array;
  items: Float64Array;
}

function addRating(step: EmbeddingStep, objective: EmbeddingObjective & { kind: 'rating' }, slopes: Slopes): number {
  const { users, items, dimensions: d, userIds, itemIds } = step;
  const { labels, head, headFirst, headSecond } = objective;
  const batch = userIds.length;
  const headSlope = [0, 0];
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const [u, i] = [vectorOf(users, userIds[n], d), vectorOf(items, itemIds[n], d)];
    const [uu, ii] = [dot(u, u), dot(i, i)];
    const [userNorm, itemNorm] = [uu, ii].map((square) => Math.sqrt(Math.max(square, SQUARED_NORM_MIN)));
    const cosine = dot(u, i) / (userNorm * itemNorm);
    const error = head[0] * cosine + head[1] - labels[n];
    loss += error ** 2 / batch;
    headSlope[0] += (2 * error * cosine) / batch;
    headSlope[1] += (2 * error) / batch;
    const slope = (2 * error * head[0]) / batch;
    // Where the norm is held at its least value it has no slope.
    const [userBend, itemBend] = [uu < SQUARED_NORM_MIN ? 0 : cosine, ii < SQUARED_NORM_MIN ? 0 : cosine];
    for (let k = 0; k < d; k++) {
      slopes.users[n * d + k] = (slope / userNorm) * (i[k] / itemNorm - (userBend * u[k]) / userNorm);
      slopes.items[n * d + k] = (slope / itemNorm) * (u[k] / userNorm - (itemBend * i[k]) / itemNorm);
    }
  }
  for (const at of [0, 1]) adamReference(head, headFirst, headSecond, at, headSlope[at], step);
  return loss;
}

function addPairwise(step: EmbeddingStep, { negativeIds }: { negativeIds: Uint32Array }, slopes: Slopes): number {
  const { users, items, dimensions: d, userIds, itemIds } = step;
  const batch = userIds.length;
  let loss = 0;
  for (let n = 0; n < batch; n++) {
    const u = vectorOf(users, userIds[n], d);
    const [i, j] = [vectorOf(items, itemIds[n], d), vectorOf(items, negativeIds[n], d)];
    const margin = dot(u, i) - dot(u, j);
    loss += (Math.max(-margin, 0) + Math.log1p(Math.exp(-Math.abs(margin)))) / batch;
    const slope = -1 / (1 + Math.exp(margin)) / batch;
    for (let k = 0; k < d; k++) {
      slopes.users[n * d + k] = slope * (i[k] - j[k]);
      slopes.items[n * d + k] = slope * u[k];
    }
  }
  return loss;
}

function moveTable(table: EmbeddingTable, d: number, ids: Uint32Array, slopes: Float64Array, step: AdamStep): void {
  const rowCount = table.values.length / d;
  const groups = groupByRow(ids, rowCount);
  const sums = segmentSumReference(slopes, d, groups);
  const move = (row: number, group: number) => {
    for (let k = 0; k < d; k++)
      adamReference(table.values, table.first, table.second, row * d + k, group < 0 ? 0 : sums[group * d + k], step);
  };
  if (step.adam === 'lazy') groups.rows.forEach(move);
  else for (let row = 0; row < rowCount; row++) move(row, groups.rows.indexOf(row));
}

/** Adam (Kingma and Ba 2015, algorithm 1) as TensorFlow.js writes it: both moments corrected, ε next to the root. */
export function adamReference(
  values: Float32Array,
  first: Float32Array,
  second: Float32Array,
  at: number,
  slope: number,
  { step, learningRate }: AdamStep,
): void {
  const { FIRST_DECAY, SECOND_DECAY, EPSILON } = ADAM;
  const m = FIRST_DECAY * first[at] + (1 - FIRST_DECAY) * slope;
  const v = SECOND_DECAY * second[at] + (1 - SECOND_DECAY) * slope ** 2;
  const [corrected, square] = [m / (1 - FIRST_DECAY ** step), v / (1 - SECOND_DECAY ** step)];
  first[at] = m;
  second[at] = v;
  values[at] -= (learningRate * corrected) / (Math.sqrt(square) + EPSILON);
}

function vectorOf({ values }: EmbeddingTable, row: number, d: number): Float32Array {
  return values.subarray(row * d, (row + 1) * d);
}

function dot(a: Float32Array, b: Float32Array): number {
  return a.reduce((sum, value, k) => sum + value * b[k], 0);
}
