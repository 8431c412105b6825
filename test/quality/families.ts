import type { FamilyKey } from '../../libs/models/manifests.js';
import type { FamilyQuality } from './family-quality.js';
import { recommender } from './recommender/quality.js';
import { textClassification } from './text-classification/quality.js';

export const families: Record<FamilyKey, FamilyQuality> = { recommender, 'text-classification': textClassification };
