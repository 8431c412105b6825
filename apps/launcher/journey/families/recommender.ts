import type { FamilyJourney } from '../family-journey.js';
import { pickValues } from '../file-rows.js';

const USER_HEADERS = ['user_id', 'userId', 'userid', 'USER_ID'];
const USERS = 3;
const LIMIT = 3;

interface Recommendations {
  source: string;
  items: { itemId: string; score: number; rank: number; attributes?: Record<string, string> }[];
}

export const recommender: FamilyJourney = {
  recipe: 'ials',
  meter: 'recommendation_requests',
  calls: async (file) =>
    (await pickValues(file, USER_HEADERS, USERS, 'HAVING count(*) > 1')).map((userId) => ({
      what: `Recommend for user ${userId}`,
      operation: 'recommendations',
      request: { userId, limit: LIMIT },
      show,
    })),
};

function show({ source, items }: Recommendations): string[] {
  const lines = items.map(
    ({ rank, itemId, score, attributes }) =>
      `${String(rank).padStart(3)}. ${attributes?.['title'] ?? itemId} (${Number(score.toFixed(4))})`,
  );
  return [`from ${source}:`, ...lines];
}
