import { quoteName, quoteText, withTables } from '../../../../libs/platform/tables/tables.js';
import type { FamilyJourney } from '../family-journey.js';

const USER_HEADERS = ['user_id', 'userId', 'userid', 'USER_ID'];
const LIMIT = 3;

interface Recommendations {
  source: string;
  items: { itemId: string; score: number; rank: number; attributes?: Record<string, string> }[];
}

export const recommender: FamilyJourney = {
  recipe: 'ials',
  meter: 'recommendation_requests',
  calls: async (file) =>
    (await pickUsers(file)).map((userId) => ({
      what: `Recommend for user ${userId}`,
      operation: 'recommendations',
      request: { userId, limit: LIMIT },
      show,
    })),
};

/** Three users of the file, the same ones each time. */
async function pickUsers(file: string): Promise<string[]> {
  return withTables([file], {}, async (connection) => {
    const source = `read_csv(${quoteText(file)}, header = true, all_varchar = true, ignore_errors = true)`;
    const names = (await connection.runAndReadAll(`SELECT * FROM ${source} LIMIT 0`)).columnNames();
    const column = quoteName(USER_HEADERS.find((name) => names.includes(name)) ?? names[0]!);
    const reader = await connection.runAndReadAll(
      `SELECT ${column} FROM ${source} WHERE ${column} IS NOT NULL GROUP BY 1 HAVING count(*) > 1 ORDER BY hash(${column}) LIMIT 3`,
    );
    return reader.getRows().map(([id]) => String(id));
  });
}

function show({ source, items }: Recommendations): string[] {
  const lines = items.map(
    ({ rank, itemId, score, attributes }) =>
      `${String(rank).padStart(3)}. ${attributes?.['title'] ?? itemId} (${Number(score.toFixed(4))})`,
  );
  return [`from ${source}:`, ...lines];
}
