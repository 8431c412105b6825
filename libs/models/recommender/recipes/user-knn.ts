import { transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { truncatedProduct } from '../../../compute/similarity/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import type { Events } from '../events.js';
import type { KnnSettings } from '../settings.js';
import { weighHistory, weighPairs } from '../weighting.js';
import { NOTHING_TO_RELEASE, type Fit } from './fit.js';
import { likeness, likenessSide, type LikenessSide } from './likeness.js';

/**
 * Neighbourhoods of users (Herlocker et al. 1999): what the most similar users touched, weighted by their likeness. With a
 * recency below 1 the latest items decide who is alike, as in V-SKNN (Ludewig and Jannach 2018).
 */
export async function fitUserKnn(events: Events, settings: KnnSettings, context: FitContext): Promise<Fit> {
  const pairs = weighPairs(events, settings);
  const byItem = transposeCsr(pairs);
  const everyone = likenessSide(pairs, settings, byItem);
  const neighboursOf = async (asking: Csr, dropDiagonal: boolean, { engine, ...rest }: FitContext): Promise<Csr> => {
    const side: LikenessSide = likenessSide(asking, settings, byItem);
    return truncatedProduct(
      engine,
      { ...likeness(side, everyone, settings), dropDiagonal },
      runOptions({ engine, ...rest }),
    );
  };
  const histories = await neighboursOf(weighHistory(events, settings), true, context);
  return {
    model: { kind: 'product', histories, similarity: pairs },
    foldIn: async (newcomers, foldContext) => ({
      kind: 'product',
      histories: await neighboursOf(weighHistory(newcomers, settings), false, foldContext),
      similarity: pairs,
    }),
    release: NOTHING_TO_RELEASE,
  };
}
