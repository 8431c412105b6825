import type { Csr } from '../../../compute/csr/kernel.js';
import {
  CLASSES_OF_BLOCK,
  oneVsRestPass,
  startOneVsRest,
  type Labels,
  type OneVsRest,
  type OneVsRestState,
} from '../../../compute/one-vs-rest/kernel.js';
import { resumeFit, runOptions, type FitContext } from '../../training/fit.js';
import { Turns } from '../turns.js';
import type { LinearModel } from './linear-model.js';

export interface LinearSettings {
  loss: OneVsRest['loss'];
  /** C > 0: the larger, the more closely the training rows are met. */
  cost: number;
}

/** Passes over the rows; a classifier rests long before as a rule. */
const PASSES_MAX = 40;
/** A part of C: what an α may still move by when its classifier is done. */
const TOLERANCE = 0.02;

/**
 * A linear classifier of each class against all others. Two classes of which each row has one are one classifier and its
 * mirror image: pass `labels` as they are, it is seen to here.
 */
export async function fitLinear(
  rows: Csr,
  labels: Labels,
  { loss, cost }: LinearSettings,
  context: FitContext,
): Promise<LinearModel> {
  const mirrored = labels.classes === 2 && hasOneLabelEach(labels);
  const problem = {
    rows,
    labels: mirrored ? withoutFirst(labels) : labels,
    loss,
    cost,
    tolerance: TOLERANCE,
    seed: context.seed,
  };
  const state = startOneVsRest(context.engine, problem);
  try {
    let pass = resumeFit(context, { ...state });
    for (; pass < PASSES_MAX && state.moves.some((move) => move > TOLERANCE); pass++) {
      await oneVsRestPass(context.engine, problem, state, pass, runOptions(context));
      await context.report({
        epoch: pass + 1,
        epochs: PASSES_MAX,
        fraction: (pass + 1) / PASSES_MAX,
        examples: rows.rows,
        state: { steps: pass + 1, read: () => ({ ...state }) },
      });
    }
    const model = await toModel(problem, state, context.signal);
    return mirrored ? mirror(model) : model;
  } finally {
    context.engine.release(state.weights, state.duals);
  }
}

function hasOneLabelEach({ offsets }: Labels): boolean {
  return offsets.every((offset, row) => offset === row);
}

/** The rows of the second class alone, as the only class that there is. */
function withoutFirst({ offsets, indices }: Labels): Labels {
  const seconds = Uint32Array.from(offsets);
  for (let row = 0; row + 1 < offsets.length; row++) seconds[row + 1] = seconds[row] + indices[row];
  return { classes: 1, offsets: seconds, indices: new Uint32Array(seconds.at(-1)!) };
}

function mirror({ features, weights, bias }: LinearModel): LinearModel {
  const both = (values: Float32Array) =>
    Float32Array.from({ length: 2 * values.length }, (_, i) => (i % 2 ? 1 : -1) * values[i >> 1]);
  return { features, classes: 2, weights: both(weights), bias: both(bias) };
}

/** From blocks of classes to a row of all classes for each feature. */
async function toModel(
  { rows: { columns }, labels: { classes } }: OneVsRest,
  { weights }: OneVsRestState,
  signal?: AbortSignal,
): Promise<LinearModel> {
  const turns = new Turns(signal);
  const all = new Float32Array((columns + 1) * classes);
  for (let k = 0; k < classes; k++) {
    await turns.before(columns);
    const block = Math.floor(k / CLASSES_OF_BLOCK) * (columns + 1) * CLASSES_OF_BLOCK;
    for (let column = 0; column <= columns; column++)
      all[column * classes + k] = weights[block + column * CLASSES_OF_BLOCK + (k % CLASSES_OF_BLOCK)];
  }
  const end = columns * classes;
  return { features: columns, classes, weights: all.slice(0, end), bias: all.slice(end) };
}
