import type { RankingPredictor } from './family.js';
import type { FamilyKey } from './manifests.js';
import { loadRecommenderPredictor } from './recommender/predictor.js';

type PredictorLoader = (artifact: Uint8Array) => RankingPredictor;

const predictors = {
  recommender: loadRecommenderPredictor,
} satisfies Record<FamilyKey, PredictorLoader>;

/**
 * Loads an artifact whose SHA-256 the caller has checked. The predictor may keep views into `artifact`, so the caller must
 * not write to it afterwards. Throws the family's artifact error when the bytes are not a valid artifact.
 */
export function loadPredictor(family: FamilyKey, artifact: Uint8Array): RankingPredictor {
  return predictors[family](artifact);
}
