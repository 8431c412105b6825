import { pairwiseSgdEpoch } from '../../../compute/pairwise-sgd/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { resumeFit, runOptions, type FitContext } from '../../training/fit.js';
import { distinctPairs, type Events } from '../events.js';
import type { BprSettings } from '../settings.js';
import { drawFactors, factorFit, paddedDimensions, type Fit } from './fit.js';

/** Bayesian personalised ranking (Rendle et al. 2009) over distinct pairs, without item biases, from N(0, 0.1/√d). */
export async function fitBpr(events: Events, settings: BprSettings, context: FitContext): Promise<Fit> {
  const { engine, seed } = context;
  const { factors, epochs, learningRate, regularization } = settings;
  const interactions = distinctPairs(events);
  const random = Random.seeded(seed);
  const users = drawFactors(engine, interactions.rows, { drawn: factors }, 0.1 / Math.sqrt(factors), random);
  const items = drawFactors(engine, interactions.columns, { drawn: factors }, 0.1 / Math.sqrt(factors), random);
  const dimensions = paddedDimensions(factors);
  const state = { interactions, dimensions, users, items, learningRate, regularization, seed };
  try {
    for (let epoch = resumeFit(context, { users, items }); epoch < epochs; epoch++) {
      await pairwiseSgdEpoch(engine, { ...state, epoch }, runOptions(context));
      const reached = { steps: epoch + 1, read: () => ({ users, items }) };
      const progress = { epoch: epoch + 1, epochs, fraction: (epoch + 1) / epochs };
      await context.report({ ...progress, examples: interactions.indices.length, state: reached });
    }
    return factorFit(engine, { kind: 'factors', dimensions, users, items }, null);
  } catch (error) {
    engine.release(users, items);
    throw error;
  }
}
