import { transposeCsr } from '../../../compute/csr/kernel.js';
import { elasticNet } from '../../../compute/elastic-net/kernel.js';
import { sparseGram } from '../../../compute/sparse-gram/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { SlimSettings } from '../settings.js';
import { weighHistory, weighPairs } from '../weighting.js';
import { type Fit } from './fit.js';
import { productFit } from './product.js';

/** Passes over the weights of an item, which rest long before as a rule. */
const SWEEPS_MAX = 50;
/** A thousandth of the weights that matter. */
const TOLERANCE = 1e-4;

/**
 * SLIM (Ning and Karypis 2011): each item explained by few others, with positive weights, under an elastic net. Takes 4 bytes for
 * each pair of items.
 */
export async function fitSlim(events: Events, settings: SlimSettings, context: FitContext): Promise<Fit> {
  const { engine } = context;
  const pairs = weighPairs(events, settings);
  const gram = await sparseGram(engine, pairs, runOptions(context));
  try {
    await context.report({ epoch: 0, epochs: 0, fraction: 0.2 });
    const { l1, l2, neighbours: limit } = settings;
    const net = { gram, size: pairs.columns, l1, l2, sweeps: SWEEPS_MAX, tolerance: TOLERANCE, limit };
    const explained = await elasticNet(engine, net, runOptions(context));
    return productFit(transposeCsr(explained), (users) => weighHistory(users, settings), events);
  } finally {
    engine.release(gram);
  }
}
