import { Turns } from '../turns.js';
import type { LinearModel } from './linear-model.js';

/**
 * Adds a share of another model's weights and biases, each told against the mean of all classes, in place. What one learns from the border
 * between classes and another from counts err on different texts.
 */
export async function leanOn(
  model: LinearModel,
  other: LinearModel,
  share: number,
  signal?: AbortSignal,
): Promise<LinearModel> {
  const turns = new Turns(signal);
  const { classes } = model;
  for (let start = 0; start < model.weights.length; start += classes) {
    await turns.before(2 * classes);
    addShare(model.weights.subarray(start, start + classes), other.weights.subarray(start, start + classes), share);
  }
  addShare(model.bias, other.bias, share);
  return model;
}

/** Of all classes. */
function addShare(values: Float32Array, others: Float32Array, share: number): void {
  let sum = 0;
  for (let k = 0; k < others.length; k++) sum += others[k]!;
  const mean = sum / others.length;
  for (let k = 0; k < values.length; k++) values[k]! += share * (others[k]! - mean);
}
