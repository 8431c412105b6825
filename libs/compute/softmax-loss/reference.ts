/** Softmax cross-entropy of queries against a table of columns. */
export interface SoftmaxLoss {
  /** `[rows, dimensions]` */
  queries: Float32Array;
  /** `[columns, dimensions]`: every item (full softmax), or the sampled or in-batch ones. */
  table: Float32Array;
  /** A multiple of 16. */
  dimensions: number;
  /** `[rows]`: the right column of each row. */
  targets: Uint32Array;
  /** `[columns]`, added to the logits, such as −log Q of a sampled column (logQ correction); null for none. */
  biases: Float32Array | null;
}

/** Where the gradients of a {@link SoftmaxLoss} are written. */
export interface SoftmaxGradients {
  /** `[rows, dimensions]` */
  queries: Float32Array;
  /** `[columns, dimensions]` */
  table: Float32Array;
}

/**
 * Mean over rows of −log softmax, log Σ_j exp(q·t_j + b_j) − (q·t_target + b_target), and its gradients, with
 * P = (softmax − one-hot) / rows: ∂q = P T, ∂t = Pᵀ Q. In float64.
 */
export function softmaxLossReference({ queries, table, dimensions: d, targets, biases }: SoftmaxLoss): {
  loss: number;
  queries: Float64Array;
  table: Float64Array;
} {
  const [rows, columns] = [targets.length, table.length / d];
  const gradients = { queries: new Float64Array(queries.length), table: new Float64Array(table.length) };
  let loss = 0;
  for (let row = 0; row < rows; row++) {
    const logits = Array.from({ length: columns }, (_, column) => {
      let logit = biases?.[column] ?? 0;
      for (let k = 0; k < d; k++) logit += queries[row * d + k] * table[column * d + k];
      return logit;
    });
    const greatest = Math.max(...logits);
    const sum = logits.reduce((total, logit) => total + Math.exp(logit - greatest), 0);
    loss += (Math.log(sum) + greatest - logits[targets[row]]) / rows;
    for (let column = 0; column < columns; column++) {
      const hit = column === targets[row] ? 1 : 0;
      const slope = (Math.exp(logits[column] - greatest) / sum - hit) / rows;
      for (let k = 0; k < d; k++) {
        gradients.queries[row * d + k] += slope * table[column * d + k];
        gradients.table[column * d + k] += slope * queries[row * d + k];
      }
    }
  }
  return { loss, ...gradients };
}
