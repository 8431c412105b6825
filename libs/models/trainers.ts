import type { StartTraining } from './family.js';
import type { FamilyKey } from './manifests.js';
import { startRecommender } from './recommender/trainer.js';
import { startTextClassification } from './text-classification/trainer.js';

/** How each family starts a job; only a training process loads it. */
export const trainers: Record<FamilyKey, StartTraining> = {
  recommender: startRecommender,
  'text-classification': startTextClassification,
};
