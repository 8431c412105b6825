import type { SparseRow } from '../features/vectorizer.js';

/** A score for each class: a weight for each feature that the text has, times its value, plus a bias. */
export interface LinearModel {
  features: number;
  classes: number;
  /** `[features, classes]` */
  weights: Float32Array;
  /** `[classes]` */
  bias: Float32Array;
}

/** `[classes]` */
export function scoresOf({ classes, weights, bias }: LinearModel, { indices, values }: SparseRow): Float32Array {
  const scores = bias.slice();
  for (let i = 0; i < indices.length; i++) {
    const row = indices[i] * classes;
    const value = values[i];
    for (let k = 0; k < classes; k++) scores[k] += value * weights[row + k];
  }
  return scores;
}
