import { DIMENSIONS_MULTIPLE } from '../../../compute/engine/engine.js';
import { Random } from '../../../compute/random/kernel.js';
import type { FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import { drawFactors, factorFit, type Fit } from './fit.js';

/** Factors of noise: an order of its own for every user, the same for the same seed. */
export async function fitRandom(events: Events, _settings: object, { engine, seed }: FitContext): Promise<Fit> {
  const drawn = { drawn: DIMENSIONS_MULTIPLE };
  const random = Random.seeded(seed);
  const users = drawFactors(engine, events.userCount, drawn, 1, random);
  const items = drawFactors(engine, events.itemCount, drawn, 1, random);
  return factorFit(engine, { kind: 'factors', dimensions: DIMENSIONS_MULTIPLE, users, items }, null);
}
