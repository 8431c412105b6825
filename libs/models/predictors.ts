import type { Engine } from '../compute/engine/engine.js';
import { sharedEngine } from './engine.js';
import type { RankingPredictor } from './family.js';
import type { FamilyKey } from './manifests.js';
import { loadRecommenderPredictor } from './recommender/predictor.js';

type PredictorLoader = (artifact: Uint8Array, engine: Engine) => Promise<RankingPredictor>;

const predictors = {
  recommender: loadRecommenderPredictor,
} satisfies Record<FamilyKey, PredictorLoader>;

/**
 * Loads an artifact whose SHA-256 the caller has checked. The predictor may keep views into `artifact`, so the caller must
 * not write to it afterwards; it uses `engine`, the
 * shared one where none is given, for as long as it lives. Rejects with the family's artifact error when the
 * bytes are not a valid artifact.
 */
export async function loadPredictor(
  family: FamilyKey,
  artifact: Uint8Array,
  engine?: Engine,
): Promise<RankingPredictor> {
  return predictors[family](artifact, engine ?? (await sharedEngine()));
}
