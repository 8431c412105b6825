import type { FamilyKey } from '../../../libs/models/manifests.js';
import { recommender } from './families/recommender.js';
import { textClassification } from './families/text-classification.js';
import type { FamilyJourney } from './family-journey.js';

export const journeys: Record<FamilyKey, FamilyJourney> = { recommender, 'text-classification': textClassification };
