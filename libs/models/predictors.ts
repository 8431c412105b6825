import type { Engine } from '../compute/engine/engine.js';
import { sharedEngine } from './engine.js';
import type { FamilyKey, TaskOf } from './manifests.js';
import { loadRecommenderPredictor } from './recommender/predictor.js';
import type { Predictor } from './tasks/tasks.js';
import { loadTextClassificationPredictor } from './text-classification/predictor.js';

type Loaders = { [F in FamilyKey]: (artifact: Uint8Array, engine: Engine) => Promise<Predictor<TaskOf<F>>> };

/** How each family loads its artifacts. */
export const predictors = {
  recommender: loadRecommenderPredictor,
  'text-classification': loadTextClassificationPredictor,
} satisfies Loaders;

type PredictorOf<F extends FamilyKey> = Awaited<ReturnType<(typeof predictors)[F]>>;

/**
 * Loads an artifact whose SHA-256 the caller has checked. The predictor may keep views into `artifact`, so the caller must
 * not write to it afterwards; it uses `engine`, the shared one where none is given, for as long as it lives. Rejects with the
 * family's artifact error when the bytes are not a valid artifact.
 */
export async function loadPredictor<F extends FamilyKey>(
  family: F,
  artifact: Uint8Array,
  engine?: Engine,
): Promise<PredictorOf<F>> {
  const load = predictors[family] as (artifact: Uint8Array, engine: Engine) => Promise<PredictorOf<F>>;
  return load(artifact, engine ?? (await sharedEngine()));
}
