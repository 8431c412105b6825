import type { Csr } from '../csr/kernel.js';
import { output, type Engine, type RunOptions } from '../engine/engine.js';
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
  const kept = allocateKept(engine, left.rows, limit);
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
      ...kept.map(output),
    ];
    await engine.run('truncated_product', args, { pieces: left.rows, scratchBytes: 8 * right.columns + 128 }, options);
    return compact(kept, right.columns, limit);
  } finally {
    engine.release(...kept);
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
  const kept = allocateKept(engine, rows, most);
  try {
    await engine.run('truncate_rows', [matrix, rows, columns, most, ...kept.map(output)], { pieces: rows }, options);
    return compact(kept, columns, most);
  } finally {
    engine.release(...kept);
  }
}

type Kept = [indices: Uint32Array, values: Float32Array, counts: Uint32Array];

function allocateKept(engine: Engine, rows: number, limit: number): Kept {
  const [indices, values] = [engine.float32(rows * limit), engine.float32(rows * limit)];
  return [new Uint32Array(indices.buffer, indices.byteOffset, rows * limit), values, new Uint32Array(rows)];
}

function compact([indices, values, counts]: Kept, columns: number, limit: number): Csr {
  const rows = counts.length;
  const offsets = new Uint32Array(rows + 1);
  counts.forEach((count, row) => (offsets[row + 1] = offsets[row] + count));
  const csr = {
    rows,
    columns,
    offsets,
    indices: new Uint32Array(offsets[rows]),
    values: new Float32Array(offsets[rows]),
  };
  for (let row = 0; row < rows; row++) {
    const start = row * limit;
    csr.indices.set(indices.subarray(start, start + counts[row]), offsets[row]);
    csr.values.set(values.subarray(start, start + counts[row]), offsets[row]);
  }
  return csr;
}
