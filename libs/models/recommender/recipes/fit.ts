import { allFinite } from '../../../compute/all-finite/kernel.js';
import type { Csr } from '../../../compute/csr/kernel.js';
import { DIMENSIONS_MULTIPLE, type Engine } from '../../../compute/engine/engine.js';
import type { Random } from '../../../compute/random/kernel.js';
import { TrainingInputError } from '../../family.js';
import type { FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { FactorModel, FittedModel } from '../fitted-model.js';

/** A fitted model with what outlives it. */
export interface Fit<Model extends FittedModel = FittedModel> {
  model: Model;
  /** Scores users whom the fit never saw, from their events over the same items; null where the recipe cannot. */
  foldIn: ((events: Events, context: FitContext) => Promise<FittedModel>) | null;
  /** Gives the model's arrays back to the engine. */
  release: () => void;
}

/** Fits one recipe; throws {@link TrainingInputError} where the customer can act. */
export type FitRecipe<Settings> = (events: Events, settings: Settings, context: FitContext) => Promise<Fit>;

export const NOTHING_TO_RELEASE = () => undefined;

/** The least multiple of 16, or of a multiple of it, that holds this many columns; kernels want rows of that length. */
export function paddedDimensions(columns: number, multiple = DIMENSIONS_MULTIPLE): number {
  return Math.ceil(columns / multiple) * multiple;
}

/** `[rows, dimensions]` in the engine's memory: the first `drawn` columns from N(0, deviation), the others 0. */
export function drawFactors(
  engine: Engine,
  rows: number,
  { drawn, dimensions = paddedDimensions(drawn) }: { drawn: number; dimensions?: number },
  deviation: number,
  random: Random,
): Float32Array {
  const factors = engine.float32(rows * dimensions);
  for (let start = 0; start < factors.length; start += dimensions) {
    for (let k = 0; k < drawn; k++) factors[start + k] = deviation * random.gaussian();
  }
  return factors;
}

/** The fit of a model of factors; no NaN or infinity leaves a recipe. */
export function factorFit(engine: Engine, model: FactorModel, foldIn: Fit['foldIn']): Fit<FactorModel> {
  assertFinite(model.users, model.items);
  return { model, foldIn, release: () => engine.release(model.users, model.items) };
}

/** Throws {@link TrainingInputError} when a value is NaN or infinite. */
export function assertFinite(...arrays: Float32Array[]): void {
  if (arrays.every(allFinite)) return;
  throw new TrainingInputError(
    'Training stopped because the model left the range of numbers. Raise "regularization" or lower "learningRate" or "unobservedWeight", whichever the recipe has, then train again.',
  );
}

/** `[rows]`: the sum of each row's values raised to `power`; a null value counts as 1. */
export function rowSums({ rows, offsets, values }: Csr, power: number): Float32Array {
  return Float32Array.from({ length: rows }, (_, row) => {
    if (!values) return offsets[row + 1] - offsets[row];
    let sum = 0;
    for (let place = offsets[row]; place < offsets[row + 1]; place++) sum += values[place] ** power;
    return sum;
  });
}

/** The same pattern with each value multiplied by its row's factor. */
export function scaleRows(csr: Csr, factors: Float32Array): Csr {
  const values = new Float32Array(csr.indices.length);
  for (let row = 0; row < csr.rows; row++) {
    for (let place = csr.offsets[row]; place < csr.offsets[row + 1]; place++) {
      values[place] = (csr.values?.[place] ?? 1) * factors[row];
    }
  }
  return { ...csr, values };
}
