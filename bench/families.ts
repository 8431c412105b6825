import type { FamilyKey } from '../libs/models/manifests.js';
import type { FamilyBenches } from './family-benches.js';
import { recommender } from './recommender/benches.js';
import { textClassification } from './text-classification/benches.js';

export const families: Record<FamilyKey, FamilyBenches> = { recommender, 'text-classification': textClassification };
