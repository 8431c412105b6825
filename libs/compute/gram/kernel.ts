import { output, type Engine, type RunOptions } from '../engine/engine.js';

const PARTS_MAX = 16;
const ROWS_PER_PART = 512;

/** `YᵀY` of Y `[rows, dimensions]`, dimensions a multiple of 16; returns `[dimensions, dimensions]`, symmetric. */
export async function gram(
  engine: Engine,
  matrix: Float32Array,
  dimensions: number,
  options: RunOptions = {},
): Promise<Float32Array> {
  const rows = matrix.length / dimensions;
  // Fixed by the input, so that the order of additions does not depend on the threads.
  const parts = Math.min(PARTS_MAX, Math.max(1, Math.ceil(rows / ROWS_PER_PART)));
  const sums = new Float32Array(parts * dimensions * dimensions);
  await engine.run('gram', [matrix, rows, dimensions, output(sums), parts], { pieces: parts }, options);
  return sumParts(sums, parts, dimensions);
}

/** Adds up the upper triangles in float64 and mirrors the sum. */
function sumParts(sums: Float32Array, parts: number, d: number): Float32Array {
  const total = new Float32Array(d * d);
  for (let i = 0; i < d; i++) {
    for (let j = i; j < d; j++) {
      let sum = 0;
      for (let part = 0; part < parts; part++) sum += sums[(part * d + i) * d + j];
      total[i * d + j] = sum;
      total[j * d + i] = sum;
    }
  }
  return total;
}
