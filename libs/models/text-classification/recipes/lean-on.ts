import type { LinearModel } from './linear-model.js';

/**
 * Adds a share of another model's weights and biases, each told against the mean of all classes, in place. What one learns from the border
 * between classes and another from counts err on different texts.
 */
export function leanOn(model: LinearModel, other: LinearModel, share: number): LinearModel {
  addShare(model.weights, other.weights, model.classes, share);
  addShare(model.bias, other.bias, model.classes, share);
  return model;
}

/** Of rows of all classes. */
function addShare(values: Float32Array, others: Float32Array, classes: number, share: number): void {
  for (let start = 0; start < values.length; start += classes) {
    let sum = 0;
    for (let i = start; i < start + classes; i++) sum += others[i]!;
    const mean = sum / classes;
    for (let i = start; i < start + classes; i++) values[i]! += share * (others[i]! - mean);
  }
}
