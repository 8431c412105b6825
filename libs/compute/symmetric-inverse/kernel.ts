import { output, type Engine, type RunOptions } from '../engine/engine.js';

/** Pivots that the C++ takes at a time. */
const PIVOTS = 128;
const TILE = 192;
const PADDING = 16;

/**
 * Inverts a symmetric positive definite matrix `[size, size]` in place: size³ / 2 multiply-adds, and next to the matrix room
 * for 1 kB a row. Throws RangeError when the matrix is not positive definite; its contents are then undefined.
 */
export async function invertSymmetric(
  engine: Engine,
  matrix: Float32Array,
  size: number,
  { signal, onProgress }: RunOptions = {},
): Promise<void> {
  const stride = Math.ceil(size / PADDING) * PADDING;
  const work = stride === size ? matrix : padRows(engine, matrix, size, stride);
  const panels = [engine.float32(PIVOTS * PIVOTS), engine.float32(PIVOTS * stride), engine.float32(size * PIVOTS)];
  try {
    await sweep(engine, work, size, stride, panels, { signal, onProgress });
    if (work !== matrix) for (let row = 0; row < size; row++) matrix.set(rowOf(work, row, stride, size), row * size);
  } finally {
    engine.release(...panels, work === matrix ? null : work);
  }
}

async function sweep(
  engine: Engine,
  matrix: Float32Array,
  size: number,
  stride: number,
  panels: Float32Array[],
  { signal, onProgress }: RunOptions,
): Promise<void> {
  const failed = new Int32Array(1);
  const tiles = Math.ceil(size / TILE) ** 2;
  for (let first = 0; first < size; first += PIVOTS) {
    const pivots = Math.min(PIVOTS, size - first);
    const args = [output(matrix), size, stride, first, pivots, ...panels.map(output), output(failed)];
    await engine.run('inverse_pivot', args, { pieces: 1, scratchBytes: 8 * PIVOTS * PIVOTS }, { signal });
    if (failed[0]) throw new RangeError('The matrix is not positive definite.');
    await engine.run('inverse_panel', args, { pieces: size, scratchBytes: 4 * 64 * PIVOTS }, { signal });
    await engine.run('inverse_update', args, { pieces: tiles }, { signal });
    onProgress?.((first + pivots) / size);
  }
  const args = [output(matrix), size, stride, 0, 0, ...panels.map(output), output(failed)];
  await engine.run('inverse_mirror', args, { pieces: size }, { signal });
}

function padRows(engine: Engine, matrix: Float32Array, size: number, stride: number): Float32Array {
  const padded = engine.float32(size * stride);
  for (let row = 0; row < size; row++) padded.set(rowOf(matrix, row, size, size), row * stride);
  return padded;
}

function rowOf(matrix: Float32Array, row: number, stride: number, length: number): Float32Array {
  return matrix.subarray(row * stride, row * stride + length);
}
