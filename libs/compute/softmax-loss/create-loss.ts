import { randomVector } from '../random/random-csr.js';
import type { SoftmaxGradients, SoftmaxLoss } from './reference.js';

/** For specs: the shape of a loss drawn by seed. */
export interface LossShape {
  rows: number;
  columns: number;
  /** Of 16 dimensions. */
  blocks: number;
  isBiased: boolean;
  deviation: number;
  seed: number;
}

/** For specs. */
export function createLoss({ rows, columns, blocks, isBiased, deviation, seed }: LossShape): SoftmaxLoss {
  const dimensions = 16 * blocks;
  return {
    queries: randomVector(rows * dimensions, seed, deviation),
    table: randomVector(columns * dimensions, seed + 1, deviation),
    dimensions,
    targets: Uint32Array.from({ length: rows }, (_, row) => (row * 7 + seed) % columns),
    biases: isBiased ? randomVector(columns, seed + 2, 3) : null,
  };
}

/** For specs: room for the gradients, NaN until they are written. */
export const gradientsOf = ({ queries, table }: SoftmaxLoss): SoftmaxGradients => ({
  queries: new Float32Array(queries.length).fill(NaN),
  table: new Float32Array(table.length).fill(NaN),
});
