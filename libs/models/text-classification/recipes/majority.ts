import type { Labels } from '../../../compute/one-vs-rest/kernel.js';
import type { LinearModel } from './linear-model.js';
import { logShares } from './naive-bayes.js';

/** The most frequent class first, whatever the text. */
export function fitMajority(features: number, labels: Labels): LinearModel {
  const { classes } = labels;
  return { features, classes, weights: new Float32Array(features * classes), bias: logShares(labels) };
}
