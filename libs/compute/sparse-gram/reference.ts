import type { Csr } from '../csr/kernel.js';

/** `XᵀX` of sparse X `[rows, columns]` in float64; returns `[columns, columns]`. A null value counts as 1. */
export function sparseGramReference({ rows, columns, offsets, indices, values }: Csr): Float64Array {
  const gram = new Float64Array(columns * columns);
  for (let row = 0; row < rows; row++)
    for (let a = offsets[row]; a < offsets[row + 1]; a++)
      for (let b = offsets[row]; b < offsets[row + 1]; b++)
        gram[indices[a] * columns + indices[b]] += (values?.[a] ?? 1) * (values?.[b] ?? 1);
  return gram;
}
