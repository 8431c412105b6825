import { transposeCsr } from '../../../compute/csr/kernel.js';
import type { Csr } from '../../../compute/csr/kernel.js';
import { truncatedProduct } from '../../../compute/similarity/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { KnnSettings, Similarity } from '../settings.js';
import { weighHistory, weighPairs } from '../weighting.js';
import { type Fit } from './fit.js';
import { likeness, likenessSide } from './likeness.js';
import { productFit } from './product.js';

/** Neighbourhoods of items (Deshpande and Karypis 2004): each item is recommended for its most similar items. */
export async function fitItemKnn(events: Events, settings: KnnSettings, context: FitContext): Promise<Fit> {
  const similarity = await itemLikeness(weighPairs(events, settings), settings, context);
  return productFit(similarity, (users) => weighHistory(users, settings), events);
}

/** `[items, items]`, column i holding the most similar items of item i, itself left out. */
export async function itemLikeness(pairs: Csr, settings: Similarity, context: FitContext): Promise<Csr> {
  const side = likenessSide(transposeCsr(pairs), settings, pairs);
  const product = { ...likeness(side, side, settings), dropDiagonal: true };
  return transposeCsr(await truncatedProduct(context.engine, product, runOptions(context)));
}
