import type { Csr } from '../csr/kernel.js';
import { shuffledRows } from '../rating-sgd/reference.js';

/** Which labels each row has. */
export interface Labels {
  /** There are so many, numbered from 0. */
  classes: number;
  /** `[rows + 1]`; row r holds positions `offsets[r]` to `offsets[r + 1]` of `indices`. */
  offsets: Uint32Array;
  /** Ascending within a row. */
  indices: Uint32Array;
}

/** What a linear classifier for each class against all others is to minimise, and how it goes about it. */
export interface OneVsRest {
  /** Values are required. */
  rows: Csr;
  labels: Labels;
  loss: 'logistic' | 'squared-hinge';
  /** C > 0: how much a row's loss counts next to the size of the weights. */
  cost: number;
  /** A block of classes is done when no α moves by more than this part of C in a pass. */
  tolerance: number;
  seed: number;
}

/** Classes that are learnt side by side: a cache line of floats. */
export const CLASSES_OF_BLOCK = 16;

/**
 * Where the classifiers stand; all 0 at first, but for the moves, which are 1. Classes lie in blocks of
 * {@link CLASSES_OF_BLOCK}, the last filled up with classes that no row has.
 */
export interface OneVsRestState {
  /** `[blocks, columns + 1, CLASSES_OF_BLOCK]`; the last column is the bias. */
  weights: Float32Array;
  /** `[blocks, rows, CLASSES_OF_BLOCK]`: α */
  duals: Float32Array;
  /** `[blocks]`: the largest move of an α in the block's last pass, as a part of C; at or below the tolerance it rests. */
  moves: Float32Array;
}

/** Newton's steps towards the best α of the logistic loss. */
export const NEWTON_STEPS = 6;

/**
 * One pass of dual coordinate descent, in place, over the rows in an order of chance that is the same for all classes. Each
 * class has y = 1 on its rows and −1 on others, and with w = Σ α y x (and a bias, as a column that is always 1) minimises
 *
 *   ½‖w‖² + C Σ ln(1 + exp(−y w·x))  or  ½‖w‖² + C Σ max(0, 1 − y w·x)²
 *
 * by the α that is best with the others as they are (Yu, Huang, Lin 2011, "Dual coordinate descent methods for logistic
 * regression and maximum entropy models"; Hsieh et al. 2008 for the hinge). Deviation: as all classes visit a row at once,
 * the logistic α is found by a set number of Newton's steps instead of until it rests.
 */
export function oneVsRestPassReference(problem: OneVsRest, state: OneVsRestState, pass: number): void {
  const { rows, labels } = problem;
  const order = shuffledRows(rows.rows, problem.seed, pass);
  for (let block = 0; block < state.moves.length; block++) {
    if (state.moves[block] <= problem.tolerance) continue;
    state.moves[block] = 0;
    for (let lane = 0; lane < CLASSES_OF_BLOCK; lane++) {
      const k = block * CLASSES_OF_BLOCK + lane;
      for (const row of order) {
        const hasLabel = labels.indices.subarray(labels.offsets[row], labels.offsets[row + 1]).includes(k);
        const move = visit(problem, state, row, k, hasLabel ? 1 : -1);
        state.moves[block] = Math.max(state.moves[block], move);
      }
    }
  }
}

function visit({ rows, loss, cost }: OneVsRest, state: OneVsRestState, row: number, k: number, y: 1 | -1): number {
  const block = Math.floor(k / CLASSES_OF_BLOCK);
  const lane = k % CLASSES_OF_BLOCK;
  const weightAt = (column: number) => (block * (rows.columns + 1) + column) * CLASSES_OF_BLOCK + lane;
  const dualAt = (block * rows.rows + row) * CLASSES_OF_BLOCK + lane;
  let margin = state.weights[weightAt(rows.columns)];
  let square = 1;
  for (let place = rows.offsets[row]; place < rows.offsets[row + 1]; place++) {
    const value = rows.values![place];
    margin += value * state.weights[weightAt(rows.indices[place])];
    square += value * value;
  }
  const dual = state.duals[dualAt];
  const best = loss === 'logistic' ? logisticDual : squaredHingeDual;
  const move = best(y * margin, square, dual, cost) - dual;
  state.duals[dualAt] = dual + move;
  state.weights[weightAt(rows.columns)] += y * move;
  for (let place = rows.offsets[row]; place < rows.offsets[row + 1]; place++)
    state.weights[weightAt(rows.indices[place])] += y * move * rows.values![place];
  return Math.abs(move) / cost;
}

/** The α ≥ 0 at which 1 − margin is what α says it is: α / 2C. */
function squaredHingeDual(margin: number, square: number, dual: number, cost: number): number {
  const diagonal = 1 / (2 * cost);
  return Math.max(0, dual - (margin - 1 + diagonal * dual) / (square + diagonal));
}

/**
 * The α = C σ(u) with f(u) = u + margin + ‖x‖² (α − dual) = 0. As f rises, bends up below 0 and down above, Newton's steps
 * come closer from one side when they start where f points away from 0: from 0, or from as far as u can be.
 */
function logisticDual(margin: number, square: number, dual: number, cost: number): number {
  const lowest = -margin - square * (cost - dual);
  const highest = -margin + square * dual;
  let u = lowest + highest < 0 ? Math.min(0, highest) : Math.max(0, lowest);
  for (let step = 0; step < NEWTON_STEPS; step++) {
    const share = 1 / (1 + Math.exp(-u));
    const error = u + margin + square * (cost * share - dual);
    u -= error / (1 + square * cost * share * (1 - share));
  }
  return cost / (1 + Math.exp(-u));
}
