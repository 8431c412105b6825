import type { Kind } from './kind.js';

/** Below these a recommender rarely beats popularity. */
const ROWS_ADVISED = 1_000;
const ACTIVE_USERS_ADVISED = 25;

export const interactions = {
  summary: 'What users did with items: one row for each click, purchase or rating.',
  columns: {
    user_id: {
      type: 'id',
      spellings: ['user_id', 'userId', 'userid', 'USER_ID'],
      meaning: 'the user id',
      isRequired: true,
    },
    item_id: {
      type: 'id',
      spellings: ['item_id', 'itemId', 'itemid', 'movieId', 'ITEM_ID'],
      meaning: 'the item id',
      isRequired: true,
    },
    event_type: {
      type: 'text',
      spellings: ['event_type', 'eventType', 'EVENT_TYPE'],
      meaning: 'the event type, such as view or purchase',
      isCategory: true,
    },
    value: { type: 'number', spellings: ['value', 'rating', 'EVENT_VALUE'], meaning: 'the rating or value' },
    timestamp: {
      type: 'time',
      spellings: ['timestamp', 'TIMESTAMP'],
      meaning: 'the time: Unix seconds, milliseconds or ISO 8601',
    },
  },
  others: 'ignored',
  person: 'user_id',
  history: { time: 'timestamp', thing: 'item_id', describedBy: 'items' },
  statistics: {
    users: { sql: 'count(DISTINCT user_id)', type: 'count', meaning: 'Distinct users' },
    items: { sql: 'count(DISTINCT item_id)', type: 'count', meaning: 'Distinct items' },
    usersWithTwoOrMore: {
      sql: '(SELECT count(*) FROM (SELECT user_id FROM accepted GROUP BY user_id HAVING count(*) > 1))',
      type: 'count',
      meaning: 'Users with at least two interactions',
    },
    from: { sql: 'min(timestamp)', type: 'time', meaning: 'Earliest timestamp' },
    to: { sql: 'max(timestamp)', type: 'time', meaning: 'Latest timestamp' },
  },
  meters: { ingested: 'interactions_ingested', stored: 'stored_interactions' },
  quota: 'interactions_held',
  rowBytes: 64,
  judge(rows, { usersWithTwoOrMore }) {
    const activeUsers = Number(usersWithTwoOrMore ?? 0);
    const warnings = [];
    if (rows < ROWS_ADVISED)
      warnings.push(`There are ${rows} interactions; below ${ROWS_ADVISED} a recommender rarely beats popularity.`);
    if (activeUsers < ACTIVE_USERS_ADVISED) {
      warnings.push(
        `${activeUsers} users have two interactions or more; the metrics say little below ${ACTIVE_USERS_ADVISED}.`,
      );
    }
    return warnings;
  },
} satisfies Kind;
