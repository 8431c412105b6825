import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { truncateRows } from '../../../compute/similarity/kernel.js';
import { sparseGram } from '../../../compute/sparse-gram/kernel.js';
import { invertSymmetric } from '../../../compute/symmetric-inverse/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { EaseSettings } from '../settings.js';
import { weighHistory, weighPairs } from '../weighting.js';
import { scaleRows, type Fit } from './fit.js';
import { productFit } from './product.js';

/**
 * EASE (Steck 2019): with P = (XᵀX + λI)⁻¹ the weight of item j for item i is −P_ji / P_ii, and 0 on the diagonal. Deviation:
 * of each item only the weights of largest magnitude are kept. Takes 4 bytes for each pair of items.
 */
export async function fitEase(events: Events, settings: EaseSettings, context: FitContext): Promise<Fit> {
  const { engine } = context;
  const pairs = weighPairs(events, settings);
  const inverse = await sparseGram(engine, pairs, runOptions(context));
  try {
    await context.report({ epoch: 0, epochs: 0, fraction: 0.2 });
    const items = pairs.columns;
    for (let item = 0; item < items; item++) inverse[item * (items + 1)] += settings.regularization;
    await invertSymmetric(engine, inverse, items, runOptions(context));
    await context.report({ epoch: 0, epochs: 0, fraction: 0.8 });
    const scales = Float32Array.from({ length: items }, (_, item) => -1 / inverse[item * (items + 1)]);
    for (let item = 0; item < items; item++) inverse[item * (items + 1)] = 0;
    // Row i of the symmetric P, scaled by one factor, is what speaks for item i: the order of its entries is P's.
    const kept = await truncateRows(engine, inverse, items, settings.neighbours, runOptions(context));
    return productFit(transposeCsr(scaleRows(kept, scales)), (users): Csr => weighHistory(users, settings), events);
  } finally {
    engine.release(inverse);
  }
}
