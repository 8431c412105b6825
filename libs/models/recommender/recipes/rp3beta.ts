import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { truncatedProduct } from '../../../compute/similarity/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { Rp3betaSettings } from '../settings.js';
import { weighHistory, weighPairs } from '../weighting.js';
import { rowSums, scaleRows, type Fit } from './fit.js';
import { productFit } from './product.js';

/**
 * RP3β (Paudel et al. 2017): the chance to walk from an item to a user and on to another item, each step's probability to
 * the power of α, divided by the goal's popularity to the power of β. Deviation: the kept walks from an item are scaled to
 * sum to 1, so that every item of a history has the same say (an option of Ferrari Dacrema et al. 2019).
 */
export async function fitRp3beta(events: Events, settings: Rp3betaSettings, context: FitContext): Promise<Fit> {
  const { alpha, beta, neighbours } = settings;
  const pairs = weighPairs(events, settings);
  const byItem = transposeCsr(pairs);
  const popularity = rowSums(byItem, 1);
  const walks = await truncatedProduct(
    context.engine,
    {
      left: stepProbabilities(byItem, alpha),
      right: stepProbabilities(pairs, alpha),
      rowScale: new Float32Array(byItem.rows).fill(1),
      columnScale: popularity.map((count) => count ** beta),
      shrinkage: 0,
      limit: neighbours,
      dropDiagonal: true,
    },
    runOptions(context),
  );
  return productFit(toShares(walks), (users) => weighHistory(users, settings), events);
}

/** Each row divided by its sum, to the power of α. */
function stepProbabilities(matrix: Csr, alpha: number): Csr {
  const shares = toShares(matrix);
  return { ...shares, values: shares.values!.map((share) => share ** alpha) };
}

/** Each row divided by its sum. */
function toShares(matrix: Csr): Csr {
  return scaleRows(
    matrix,
    rowSums(matrix, 1).map((sum) => (sum > 0 ? 1 / sum : 0)),
  );
}
