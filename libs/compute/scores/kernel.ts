import type { Csr } from '../csr/kernel.js';
import { output, type Engine, type RunOptions } from '../engine/engine.js';

/** `X Yᵀ` of queries X `[queries, dimensions]` and items Y `[items, dimensions]` into `scores` `[queries, items]`. */
export async function scoreByFactors(
  engine: Engine,
  queries: Float32Array,
  items: Float32Array,
  dimensions: number,
  scores: Float32Array,
  options: RunOptions = {},
): Promise<void> {
  const itemCount = items.length / dimensions;
  const args = [queries, queries.length / dimensions, items, itemCount, dimensions, output(scores)];
  await engine.run('scores_by_factors', args, { pieces: itemCount }, options);
}

/**
 * `H S` of histories H `[queries, items]` and sparse S `[items, columns]` into `scores` `[queries, columns]`; a null value
 * counts as 1.
 */
export async function scoreBySimilarity(
  engine: Engine,
  histories: Csr,
  similarity: Csr,
  scores: Float32Array,
  options: RunOptions = {},
): Promise<void> {
  const args = [
    histories.rows,
    similarity.columns,
    histories.offsets,
    histories.indices,
    histories.values,
    similarity.offsets,
    similarity.indices,
    similarity.values,
    output(scores),
  ];
  await engine.run('scores_by_similarity', args, { pieces: histories.rows }, options);
}
