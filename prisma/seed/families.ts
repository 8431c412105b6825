import type { FamilyKey } from '../../libs/models/manifests.js';
import { recommender } from './families/recommender.js';
import { textClassification } from './families/text-classification.js';
import type { FamilyDemo } from './family-demo.js';

export const demos: Record<FamilyKey, FamilyDemo> = {
  recommender,
  'text-classification': textClassification,
};
