import { transposeCsr, type Csr } from '../csr/kernel.js';
import { output, type Engine, type RunOptions } from '../engine/engine.js';

/**
 * `XᵀX` of sparse X `[rows, columns]` as a dense `[columns, columns]`, 4 bytes a cell in the engine's memory: ask whether it
 * fits first, and release it. A null value counts as 1.
 */
export async function sparseGram(engine: Engine, matrix: Csr, options: RunOptions = {}): Promise<Float32Array> {
  const { columns } = matrix;
  const transposed = transposeCsr(matrix);
  const gram = engine.float32(columns * columns);
  const args = [
    columns,
    matrix.offsets,
    matrix.indices,
    matrix.values,
    transposed.offsets,
    transposed.indices,
    transposed.values,
    output(gram),
  ];
  await engine.run('sparse_gram', args, { pieces: columns }, options);
  return gram;
}
