import type { Csr } from '../../../compute/csr/kernel.js';
import type { Labels } from '../../../compute/one-vs-rest/kernel.js';
import { Turns } from '../turns.js';
import type { LinearModel } from './linear-model.js';

/** What a feature is thought to have been seen in every class beforehand, so that none is impossible. */
const SMOOTHING = 0.1;

/**
 * Multinomial naive Bayes (McCallum and Nigam 1998) over the rows' values: ln P(class) + Σ value · ln P(feature | class).
 */
export async function fitNaiveBayes(rows: Csr, labels: Labels, signal?: AbortSignal): Promise<LinearModel> {
  const turns = new Turns(signal);
  const { columns } = rows;
  const { classes } = labels;
  const weights = new Float32Array(columns * classes).fill(SMOOTHING);
  const totals = new Float64Array(classes).fill(SMOOTHING * columns);
  forEachValue(rows, labels, (column, k, value) => {
    weights[column * classes + k] += value;
    totals[k] += value;
  });
  for (let start = 0; start < weights.length; start += classes) {
    await turns.before(classes);
    for (let k = 0; k < classes; k++) weights[start + k] = Math.log(weights[start + k] / totals[k]);
    tellAgainstMean(weights.subarray(start, start + classes));
  }
  const bias = logShares(labels);
  tellAgainstMean(bias);
  return { features: columns, classes, weights, bias };
}

/**
 * Takes from the values of all classes their mean. Which class is likeliest stays; but how likely a text is of all together, which falls the more
 * words there are to learn from, no longer moves the scores, whose curves are found by fits to parts.
 */
function tellAgainstMean(values: Float32Array): void {
  let sum = 0;
  for (let k = 0; k < values.length; k++) sum += values[k];
  for (let k = 0; k < values.length; k++) values[k] -= sum / values.length;
}

function forEachValue(rows: Csr, labels: Labels, hear: (column: number, k: number, value: number) => void): void {
  for (let row = 0; row < rows.rows; row++)
    for (const k of labels.indices.subarray(labels.offsets[row], labels.offsets[row + 1]))
      for (let place = rows.offsets[row]; place < rows.offsets[row + 1]; place++)
        hear(rows.indices[place], k, rows.values![place]);
}

/** `[classes]`: the logarithm of each class's share of all labels, one thought to be there beforehand. */
export function logShares({ classes, indices }: Labels): Float32Array {
  const counts = new Float32Array(classes).fill(1);
  for (const k of indices) counts[k]++;
  return counts.map((count) => Math.log(count / (indices.length + classes)));
}
