import type { Csr } from '../csr/kernel.js';
import type { Engine, RunOptions } from '../engine/engine.js';
import { KeptEntries } from './kept.js';
import type { TruncatedProduct } from './reference.js';

export type { TruncatedProduct } from './reference.js';

/** See {@link truncatedProductReference}; each thread keeps one dense row of sums. */
export async function truncatedProduct(
  engine: Engine,
  product: TruncatedProduct,
  options: RunOptions = {},
): Promise<Csr> {
  const { left, right, rowScale, columnScale, shrinkage, dropDiagonal } = product;
  const limit = Math.min(product.limit, right.columns);
  const kept = new KeptEntries(engine, left.rows, limit);
  try {
    const args = [
      left.rows,
      right.columns,
      left.offsets,
      left.indices,
      left.values,
      right.offsets,
      right.indices,
      right.values,
      rowScale,
      columnScale,
      shrinkage,
      limit,
      Number(dropDiagonal),
      ...kept.args,
    ];
    await engine.run('truncated_product', args, { pieces: left.rows, scratchBytes: 8 * right.columns + 128 }, options);
    return kept.toCsr(right.columns);
  } finally {
    kept.release();
  }
}

/** The `limit` entries of largest magnitude of each row of dense `[rows, columns]`, zeros left out; columns ascending. */
export async function truncateRows(
  engine: Engine,
  matrix: Float32Array,
  columns: number,
  limit: number,
  options: RunOptions = {},
): Promise<Csr> {
  const rows = matrix.length / columns;
  const most = Math.min(limit, columns);
  const kept = new KeptEntries(engine, rows, most);
  try {
    await engine.run('truncate_rows', [matrix, rows, columns, most, ...kept.args], { pieces: rows }, options);
    return kept.toCsr(columns);
  } finally {
    kept.release();
  }
}
