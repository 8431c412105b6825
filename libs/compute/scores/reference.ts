import type { Csr } from '../csr/kernel.js';

/** `X Yᵀ` of queries X `[queries, dimensions]` and items Y `[items, dimensions]`; returns `[queries, items]`. */
export function scoreByFactorsReference(queries: Float32Array, items: Float32Array, dimensions: number): Float64Array {
  const [queryCount, itemCount] = [queries.length / dimensions, items.length / dimensions];
  const scores = new Float64Array(queryCount * itemCount);
  for (let query = 0; query < queryCount; query++)
    for (let item = 0; item < itemCount; item++)
      for (let k = 0; k < dimensions; k++)
        scores[query * itemCount + item] += queries[query * dimensions + k] * items[item * dimensions + k];
  return scores;
}

/** `H S` of histories H `[queries, items]` and sparse S `[items, columns]`; returns `[queries, columns]`. A null value counts as 1. */
export function scoreBySimilarityReference(histories: Csr, similarity: Csr): Float64Array {
  const scores = new Float64Array(histories.rows * similarity.columns);
  for (let query = 0; query < histories.rows; query++) {
    for (let a = histories.offsets[query]; a < histories.offsets[query + 1]; a++) {
      const item = histories.indices[a];
      for (let b = similarity.offsets[item]; b < similarity.offsets[item + 1]; b++) {
        const term = (histories.values?.[a] ?? 1) * (similarity.values?.[b] ?? 1);
        scores[query * similarity.columns + similarity.indices[b]] += term;
      }
    }
  }
  return scores;
}
