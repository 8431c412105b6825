import type { Csr } from '../../../compute/csr/kernel.js';
import type { Events } from '../events.js';
import type { ProductModel } from '../fitted-model.js';
import { NOTHING_TO_RELEASE, type Fit } from './fit.js';

/** The fit of items that speak for items: a newcomer needs nothing but a history. */
export function productFit(similarity: Csr, historiesOf: (events: Events) => Csr, events: Events): Fit<ProductModel> {
  return {
    model: { kind: 'product', histories: historiesOf(events), similarity },
    foldIn: async (newcomers) => ({ kind: 'product', histories: historiesOf(newcomers), similarity }),
    release: NOTHING_TO_RELEASE,
  };
}
