import type { FamilyKey } from '../../../libs/models/manifests.js';
import { recommender } from './families/recommender.js';
import type { FamilyJourney } from './family-journey.js';

export const journeys: Record<FamilyKey, FamilyJourney> = { recommender };
