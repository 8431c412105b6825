import type { Csr } from '../../compute/csr/kernel.js';
import type { LinearModel } from './recipes/linear-model.js';
import { Turns } from './turns.js';

/** A linear model whose weights take a byte each, of which artifacts are made. */
export interface QuantisedModel {
  features: number;
  classes: number;
  /** `[features, classes]`, -127..127 */
  weights: Int8Array;
  /** `[features]`: a weight is its byte times this. */
  scales: Float32Array;
  /** `[classes]` */
  bias: Float32Array;
}

const BYTE_MAX = 127;

/** Each feature has a scale of its own, so that strong ones do not coarsen the weak. */
export async function quantise(
  { features, classes, weights, bias }: LinearModel,
  signal?: AbortSignal,
): Promise<QuantisedModel> {
  const turns = new Turns(signal);
  const scales = new Float32Array(features);
  const bytes = new Int8Array(features * classes);
  for (let feature = 0; feature < features; feature++) {
    await turns.before(2 * classes);
    const start = feature * classes;
    let largest = 0;
    for (let i = start; i < start + classes; i++) largest = Math.max(largest, Math.abs(weights[i]!));
    if (largest === 0) continue;
    scales[feature] = largest / BYTE_MAX;
    for (let i = start; i < start + classes; i++) bytes[i] = Math.round((weights[i]! / largest) * BYTE_MAX);
  }
  return { features, classes, weights: bytes, scales, bias: bias.slice() };
}

/** `[classes]`: the scores of one text's features. */
export function scoreRow(
  { classes, weights, scales, bias }: QuantisedModel,
  indices: Uint32Array,
  values: Float32Array,
  into = new Float32Array(classes),
): Float32Array {
  into.set(bias);
  for (let place = 0; place < indices.length; place++) {
    const feature = indices[place]!;
    const factor = values[place]! * (scales[feature] ?? 0);
    if (factor === 0) continue;
    const start = feature * classes;
    for (let label = 0; label < classes; label++) into[label]! += factor * weights[start + label]!;
  }
  return into;
}

/** Multiply-adds that take as long as one step of {@link Turns}. */
const MULTIPLY_ADDS_PER_STEP = 20;

/** `[rows, classes]`; rejects with the signal's reason. */
export async function scoreRows(
  model: QuantisedModel,
  { rows, offsets, indices, values }: Csr,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const scores = new Float32Array(rows * model.classes);
  const turns = new Turns(signal);
  for (let row = 0; row < rows; row++) {
    const [start, end] = [offsets[row]!, offsets[row + 1]!];
    await turns.before(((end - start) * model.classes) / MULTIPLY_ADDS_PER_STEP);
    const into = scores.subarray(row * model.classes, (row + 1) * model.classes);
    scoreRow(model, indices.subarray(start, end), values!.subarray(start, end), into);
  }
  return scores;
}
