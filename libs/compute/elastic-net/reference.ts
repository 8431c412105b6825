import type { Csr } from '../csr/kernel.js';
import { truncateRowsReference } from '../similarity/reference.js';

/** Each column of a matrix X explained by the others, with few and positive weights. */
export interface ElasticNet {
  /** XᵀX `[size, size]` */
  gram: Float32Array;
  size: number;
  /** β₁ ≥ 0: the larger, the fewer weights. */
  l1: number;
  /** β₂ > 0 */
  l2: number;
  /** Most passes over the weights of a column. */
  sweeps: number;
  /** A column is done when no weight moves by more in a pass. */
  tolerance: number;
  /** Most weights kept of a column. */
  limit: number;
}

/**
 * For each column j the w ≥ 0 with w_j = 0 that minimises ½‖x_j − X w‖² + β₁‖w‖₁ + ½β₂‖w‖² (SLIM: Ning and Karypis 2011,
 * eq. 4), by coordinate descent with soft thresholding (Friedman, Hastie, Tibshirani 2010); row j of the result holds w.
 */
export function elasticNetReference({ gram, size, l1, l2, sweeps, tolerance, limit }: ElasticNet): Csr {
  const weights = new Float32Array(size * size);
  for (let column = 0; column < size; column++) {
    const w = weights.subarray(column * size, (column + 1) * size);
    let largestMove = Infinity;
    for (let sweep = 0; sweep < sweeps && largestMove > tolerance; sweep++) {
      largestMove = 0;
      for (let i = 0; i < size; i++) {
        if (i === column) continue;
        let unexplained = gram[column * size + i];
        for (let k = 0; k < size; k++) if (k !== i) unexplained -= gram[i * size + k] * w[k];
        const moved = Math.max(0, unexplained - l1) / (gram[i * size + i] + l2);
        largestMove = Math.max(largestMove, Math.abs(moved - w[i]));
        w[i] = moved;
      }
    }
  }
  return truncateRowsReference(weights, size, limit);
}
