import type { Csr } from '../../compute/csr/kernel.js';

/** Those rows, in that order. */
export function selectRows({ columns, offsets, indices, values }: Csr, rows: Uint32Array): Csr {
  const selectedOffsets = new Uint32Array(rows.length + 1);
  rows.forEach((row, i) => (selectedOffsets[i + 1] = selectedOffsets[i]! + offsets[row + 1]! - offsets[row]!));
  const count = selectedOffsets[rows.length]!;
  const selected = { indices: new Uint32Array(count), values: values && new Float32Array(count) };
  rows.forEach((row, i) => {
    selected.indices.set(indices.subarray(offsets[row], offsets[row + 1]), selectedOffsets[i]);
    selected.values?.set(values!.subarray(offsets[row], offsets[row + 1]), selectedOffsets[i]);
  });
  return { rows: rows.length, columns, offsets: selectedOffsets, ...selected };
}
