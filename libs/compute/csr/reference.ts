import type { Coordinates, Csr } from './kernel.js';

/** {@link buildCsr} by sorted maps. */
export function buildCsrReference({ rows, columns, rowIndices, columnIndices, values }: Coordinates): Csr {
  const table = Array.from({ length: rows }, () => new Map<number, number>());
  rowIndices.forEach((row, pair) => {
    const column = columnIndices[pair];
    const previous = table[row].get(column) ?? 0;
    table[row].set(column, Math.fround(previous + (values?.[pair] ?? 0)));
  });
  const sorted = table.map((row) => [...row].sort(([a], [b]) => a - b));
  const offsets = [0];
  for (const row of sorted) offsets.push(offsets[offsets.length - 1] + row.length);
  return {
    rows,
    columns,
    offsets: Uint32Array.from(offsets),
    indices: Uint32Array.from(sorted.flat().map(([column]) => column)),
    values: values && Float32Array.from(sorted.flat().map(([, value]) => value)),
  };
}
