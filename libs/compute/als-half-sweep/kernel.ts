import type { Csr } from '../csr/kernel.js';
import { DIMENSIONS_MULTIPLE, output, type Argument, type Engine, type RunOptions } from '../engine/engine.js';
import { gram } from '../gram/kernel.js';
import type { HalfSweep } from './reference.js';

export type { HalfSweep } from './reference.js';

/** How a row's system is solved: conjugate gradient from the last solution, exactly, or block by block (iALS++). */
export type AlsSolver =
  | { method: 'conjugate-gradient'; steps: number }
  | { method: 'cholesky' }
  /** `blockSize` is a multiple of 16 that divides the dimensions. */
  | { method: 'block-descent'; blockSize: number };

/**
 * Solves one side in place. Both `solved` and `fixed` are first turned into the principal axes of `fixed`, the same rotation
 * for both, so products of their rows stay as they were.
 */
export async function alsHalfSweep(
  engine: Engine,
  sweep: HalfSweep,
  solver: AlsSolver,
  options: RunOptions = {},
): Promise<void> {
  const { interactions, dimensions, solved, fixed } = sweep;
  // The exact solution is the descent over one block of everything.
  const blockSize = solver.method === 'block-descent' ? solver.blockSize : dimensions;
  assertShape(sweep, blockSize);
  const { signal } = options;
  const axes = await principalAxes(engine, await gram(engine, fixed, dimensions, { signal }), dimensions, { signal });
  await rotateRows(engine, fixed, axes.rotation, dimensions, { signal });
  // Conjugate gradient turns each row as it comes to it; the exact solution does not start from the last one.
  if (blockSize < dimensions) await rotateRows(engine, solved, axes.rotation, dimensions, { signal });
  const args: Argument[] = [
    interactions.rows,
    dimensions,
    longestFirst(interactions),
    interactions.offsets,
    interactions.indices,
    interactions.values,
    ridgesOf(sweep),
    axes.eigenvalues.map((value) => sweep.unobservedWeight * value),
    axes.rotation,
    output(solved),
    fixed,
    solver.method === 'conjugate-gradient' ? solver.steps : blockSize,
  ];
  const pieces = interactions.rows;
  if (solver.method === 'conjugate-gradient') {
    // Two chunks of 24 rows and four vectors.
    const scratchBytes = 4 * (2 * 24 + 4) * dimensions + 512;
    await engine.run('als_conjugate_gradient', args, { pieces, scratchBytes }, options);
  } else {
    const scratchBytes = blockScratchBytes(interactions, blockSize);
    await engine.run('als_block_descent', args, { pieces, scratchBytes }, options);
  }
}

interface PrincipalAxes {
  /** `[dimensions, dimensions]`, an axis a column. */
  rotation: Float32Array;
  /** `[dimensions]`, not sorted: near the order of the diagonal. */
  eigenvalues: Float32Array;
}

async function principalAxes(engine: Engine, matrix: Float32Array, d: number, options: RunOptions) {
  const identity = new Float32Array(d * d);
  for (let i = 0; i < d; i++) identity[i * d + i] = 1;
  const axes: PrincipalAxes = { rotation: new Float32Array(d * d), eigenvalues: new Float32Array(d) };
  const args = [output(matrix), output(identity), output(axes.rotation), output(axes.eigenvalues), d];
  await engine.run('principal_axes', args, { pieces: 1, scratchBytes: d * 4 + 64 }, options);
  return axes;
}

async function rotateRows(
  engine: Engine,
  matrix: Float32Array,
  rotation: Float32Array,
  d: number,
  options: RunOptions,
) {
  const rows = matrix.length / d;
  await engine.run(
    'rotate_rows',
    [output(matrix), rows, rotation, d],
    { pieces: rows, scratchBytes: 192 * d },
    options,
  );
}

const orders = new WeakMap<Csr, Uint32Array>();

/** Rows by falling number of columns; remembered, as a fit asks for it once a sweep. */
function longestFirst(interactions: Csr): Uint32Array {
  const known = orders.get(interactions);
  if (known) return known;
  const { rows, offsets } = interactions;
  const lengths = Uint32Array.from({ length: rows }, (_, row) => offsets[row + 1] - offsets[row]);
  const order = Uint32Array.from(lengths.keys()).sort((a, b) => lengths[b] - lengths[a] || a - b);
  orders.set(interactions, order);
  return order;
}

/** λ (n + α₀ |I|)^ν for each row of n columns. */
function ridgesOf({ interactions, unobservedWeight, regularization, regularizationExponent }: HalfSweep): Float32Array {
  const { rows, columns, offsets } = interactions;
  const byCount = new Map<number, number>();
  return Float32Array.from({ length: rows }, (_, row) => {
    const count = offsets[row + 1] - offsets[row];
    let ridge = byCount.get(count);
    if (ridge === undefined) {
      ridge = regularization * (count + unobservedWeight * columns) ** regularizationExponent;
      byCount.set(count, ridge);
    }
    return ridge;
  });
}

/** What `als_block_descent` cuts its scratch memory into. */
function blockScratchBytes(interactions: Csr, size: number): number {
  const longest = interactions.rows > 0 ? longestFirst(interactions)[0] : 0;
  const errors = interactions.offsets[longest + 1] - interactions.offsets[longest];
  return 4 * (size * size + Math.max(size, 64) * size + 4 * size + errors) + 1_024;
}

function assertShape({ dimensions, interactions, solved, fixed }: HalfSweep, blockSize: number): void {
  const isWhole = (value: number, of: number) => Number.isInteger(value / of) && value > 0;
  if (!isWhole(dimensions, DIMENSIONS_MULTIPLE))
    throw new RangeError(`${dimensions} dimensions: not a multiple of 16.`);
  if (solved.length !== interactions.rows * dimensions || fixed.length !== interactions.columns * dimensions)
    throw new RangeError('The factors do not have a row for each row and column of the interactions.');
  if (!isWhole(blockSize, DIMENSIONS_MULTIPLE) || !isWhole(dimensions, blockSize))
    throw new RangeError(`Blocks of ${blockSize}: not a multiple of 16 that divides ${dimensions} dimensions.`);
}
