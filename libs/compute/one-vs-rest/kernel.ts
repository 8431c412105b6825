import type { Csr } from '../csr/kernel.js';
import { output, type Engine, type RunOptions } from '../engine/engine.js';
import { shuffledRows } from '../rating-sgd/reference.js';
import { CLASSES_OF_BLOCK, type OneVsRest, type OneVsRestState } from './reference.js';

export { CLASSES_OF_BLOCK, type Labels, type OneVsRest, type OneVsRestState } from './reference.js';

/** Where the classifiers stand before the first pass, in the engine's memory. */
export function startOneVsRest(engine: Engine, { rows, labels }: OneVsRest): OneVsRestState {
  const blocks = Math.ceil(labels.classes / CLASSES_OF_BLOCK);
  return {
    weights: engine.float32(blocks * (rows.columns + 1) * CLASSES_OF_BLOCK),
    duals: engine.float32(blocks * rows.rows * CLASSES_OF_BLOCK),
    moves: new Float32Array(blocks).fill(1),
  };
}

/** One pass in place; see {@link oneVsRestPassReference}. Blocks of classes are shared out among the threads. */
export async function oneVsRestPass(
  engine: Engine,
  problem: OneVsRest,
  state: OneVsRestState,
  pass: number,
  options: RunOptions = {},
): Promise<void> {
  const { rows, labels, loss, cost, tolerance, seed } = problem;
  const { weights, duals, moves } = state;
  const matrix = [rows.rows, rows.columns, rows.offsets, rows.indices, rows.values, squaresOf(rows)];
  const targets = [labels.offsets, labels.indices, shuffledRows(rows.rows, seed, pass)];
  const settings = [loss === 'logistic' ? 1 : 0, cost, tolerance];
  const args = [...matrix, ...targets, ...settings, output(weights), output(duals), output(moves), moves.length];
  await engine.run('one_vs_rest_pass', args, { pieces: moves.length }, options);
}

/** `[rows]`: ‖x‖² of each row with its column that is always 1. */
function squaresOf({ rows, offsets, values }: Csr): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    let sum = 1;
    for (let place = offsets[row]; place < offsets[row + 1]; place++) sum += values![place] ** 2;
    return sum;
  });
}
