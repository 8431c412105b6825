import type { FamilyKey } from '../../libs/models/manifests.js';
import { plantRecommender } from './families/recommender.js';
import { plantTextClassification } from './families/text-classification.js';
import type { FamilyDemo } from './family-demo.js';

export const demos: Record<FamilyKey, FamilyDemo> = {
  recommender: plantRecommender,
  'text-classification': plantTextClassification,
};
