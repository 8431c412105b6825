import type { Csr } from '../csr/kernel.js';

/** A product of two sparse matrices, scaled and cut to the largest entries of each row. */
export interface TruncatedProduct {
  /** A `[rows, inner]`; a null value counts as 1. */
  left: Csr;
  /** B `[inner, columns]`; a null value counts as 1. */
  right: Csr;
  /** r `[rows]` */
  rowScale: Float32Array;
  /** c `[columns]` */
  columnScale: Float32Array;
  /** h ≥ 0 */
  shrinkage: number;
  /** Most entries kept of a row. */
  limit: number;
  /** Leaves out the entries whose row and column have the same index. */
  dropDiagonal: boolean;
}

/**
 * Entries (AB)_ij / (r_i c_j + h), the `limit` largest positive ones of each row, ties to the lower column; columns ascending.
 * Cosine, asymmetric cosine, BM25 and RP3β differ only in the values and scales.
 */
export function truncatedProductReference(product: TruncatedProduct): Csr {
  const { left, right, rowScale, columnScale, shrinkage, limit, dropDiagonal } = product;
  const rows = Array.from({ length: left.rows }, (_, row) => {
    const sums = new Map<number, number>();
    for (let a = left.offsets[row]; a < left.offsets[row + 1]; a++) {
      const inner = left.indices[a];
      for (let b = right.offsets[inner]; b < right.offsets[inner + 1]; b++) {
        const term = (left.values?.[a] ?? 1) * (right.values?.[b] ?? 1);
        sums.set(right.indices[b], (sums.get(right.indices[b]) ?? 0) + term);
      }
    }
    return [...sums]
      .map(([column, sum]) => ({ column, value: sum / (rowScale[row] * columnScale[column] + shrinkage) }))
      .filter(({ column, value }) => value > 0 && !(dropDiagonal && column === row));
  });
  return keepLargest(rows, right.columns, limit);
}

/** The `limit` entries of largest magnitude of each row of dense `[rows, columns]`, zeros left out, ties to the lower column. */
export function truncateRowsReference(matrix: Float32Array, columns: number, limit: number): Csr {
  const rows = Array.from({ length: matrix.length / columns }, (_, row) =>
    Array.from(matrix.subarray(row * columns, (row + 1) * columns), (value, column) => ({ column, value })).filter(
      ({ value }) => value !== 0,
    ),
  );
  return keepLargest(rows, columns, limit);
}

function keepLargest(rows: { column: number; value: number }[][], columns: number, limit: number): Csr {
  const kept = rows.map((row) =>
    row
      .sort((a, b) => Math.abs(b.value) - Math.abs(a.value) || a.column - b.column)
      .slice(0, limit)
      .sort((a, b) => a.column - b.column),
  );
  const offsets = new Uint32Array(rows.length + 1);
  kept.forEach((row, index) => (offsets[index + 1] = offsets[index] + row.length));
  return {
    rows: rows.length,
    columns,
    offsets,
    indices: Uint32Array.from(kept.flatMap((row) => row.map(({ column }) => column))),
    values: Float32Array.from(kept.flatMap((row) => row.map(({ value }) => value))),
  };
}
