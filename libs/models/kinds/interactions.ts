import { bucketsOf } from './buckets.js';
import type { Finding, Kind } from './kind.js';

/** Below these a recommender rarely beats popularity, and its metrics say nothing. */
const ROWS_LEAST = 1_000;
const ACTIVE_USERS_LEAST = 25;
/** Of all rows: from here on it is worth a look. */
const DUPLICATES_SHARE = 0.1;
const TOP_SHARE = 0.5;
/** 1990, in Unix seconds: nobody counted clicks before. */
const EARLY = 631_152_000;

export const interactions = {
  summary: 'What users did with items: one row for each click, purchase or rating.',
  columns: {
    user_id: {
      type: 'id',
      spellings: ['user_id', 'userId', 'userid', 'USER_ID'],
      guesses: [
        'user',
        'uid',
        'customer id',
        'customer',
        'client id',
        'client',
        'visitor id',
        'visitor',
        'member',
        'account',
        'buyer id',
        'buyer',
        'kundennummer',
        'kunde',
        'cliente',
        'customer email',
        'email',
        'session',
        '用户',
        '顾客',
        '客户',
        '会员',
        '买家',
      ],
      meaning: 'the user id',
      isRequired: true,
    },
    item_id: {
      type: 'id',
      spellings: ['item_id', 'itemId', 'itemid', 'movieId', 'ITEM_ID'],
      guesses: [
        'item',
        'product id',
        'sku',
        'product sku',
        'lineitem sku',
        'stock code',
        'article id',
        'asin',
        'isbn',
        'film id',
        'content id',
        'artikelnummer',
        'product',
        'article',
        'movie',
        'film',
        'artikel',
        'produkt',
        'produit',
        'producto',
        'lineitem name',
        'product name',
        'item name',
        '物品',
        '商品',
        '产品',
      ],
      meaning: 'the item id',
      isRequired: true,
    },
    event_type: {
      type: 'text',
      spellings: ['event_type', 'eventType', 'EVENT_TYPE'],
      guesses: ['event', 'action', 'behavior', '事件', '行为'],
      meaning: 'the event type, such as view or purchase',
      isCategory: true,
    },
    value: {
      type: 'number',
      spellings: ['value', 'rating', 'EVENT_VALUE'],
      guesses: [
        'score',
        'stars',
        'weight',
        'quantity',
        'qty',
        'lineitem quantity',
        'bewertung',
        'menge',
        '评分',
        '数量',
      ],
      meaning: 'the rating or value',
    },
    timestamp: {
      type: 'time',
      spellings: ['timestamp', 'TIMESTAMP'],
      guesses: [
        'time',
        'when',
        'date',
        'datetime',
        'ts',
        'event time',
        'occurred at',
        'created at',
        'order date',
        'purchase date',
        'invoice date',
        'datum',
        'fecha',
        '时间',
        '日期',
        '下单时间',
      ],
      meaning: 'the time: Unix seconds, milliseconds or ISO 8601',
    },
  },
  others: 'ignored',
  isLive: true,
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
  report: {
    density: {
      sql: 'count(DISTINCT hash(user_id, item_id)) / (count(DISTINCT user_id) * count(DISTINCT item_id))',
      type: 'share',
      meaning: 'Density: of all pairs of a user and an item, those that occur',
    },
    days: {
      sql: 'CAST(ceil((max(timestamp) - min(timestamp)) / 86400) AS BIGINT)',
      type: 'count',
      meaning: 'Days from the first to the last interaction',
    },
    duplicates: {
      sql: 'count(*) - count(DISTINCT hash(user_id, item_id, event_type, value, timestamp))',
      type: 'count',
      meaning: 'Interactions that repeat another in everything',
    },
    usersWithOne: {
      sql: '(SELECT count(*) FROM (SELECT user_id FROM accepted GROUP BY user_id HAVING count(*) < 2))',
      type: 'count',
      meaning: 'Users with a single interaction',
    },
    itemsWithOne: {
      sql: '(SELECT count(*) FROM (SELECT item_id FROM accepted GROUP BY item_id HAVING count(*) < 2))',
      type: 'count',
      meaning: 'Items with a single interaction',
    },
    topShare: {
      sql: `(SELECT sum(size) FILTER (WHERE place <= greatest(1, things * 0.01)) / sum(size)
        FROM (SELECT count(*) AS size, row_number() OVER (ORDER BY count(*) DESC) AS place, count(*) OVER () AS things FROM accepted GROUP BY item_id))`,
      type: 'share',
      meaning: 'Of all interactions, those with the most popular 1 % of the items',
    },
    futureTimes: {
      sql: "count(*) FILTER (WHERE timestamp > getvariable('now'))",
      type: 'count',
      meaning: 'Interactions with a time in the future',
    },
    earlyTimes: {
      sql: `count(*) FILTER (WHERE timestamp < ${EARLY})`,
      type: 'count',
      meaning: 'Interactions with a time before 1990',
    },
    unknownItems: {
      sql: '(SELECT count(*) FROM accepted ANTI JOIN described USING (item_id))',
      type: 'count',
      meaning: 'Interactions with items that no items data set of the project has',
      needsDescribed: true,
    },
  },
  distributions: {
    overTime: {
      // At most some ninety bars, each of as many whole days.
      sql: `WITH timed AS (SELECT timestamp FROM accepted WHERE timestamp IS NOT NULL),
        bars AS (SELECT 86400 * greatest(1, ceil((max(timestamp) - min(timestamp)) / 86400 / 90)) AS step, min(timestamp) AS first, max(timestamp) AS last FROM timed),
        starts AS (SELECT floor(first / step) * step + step * place AS start FROM bars, range(0, 92) places(place) WHERE floor(first / step) * step + step * place <= last)
        SELECT strftime(make_timestamp(CAST(start * 1e6 AS BIGINT)), '%Y-%m-%d') AS label, count(timed.timestamp) AS count
        FROM starts CROSS JOIN bars LEFT JOIN timed ON floor(timed.timestamp / step) * step = start GROUP BY start ORDER BY start`,
      labels: 'days',
      meaning: 'Interactions over time',
    },
    ofUsers: {
      sql: bucketsOf('SELECT count(*) AS size FROM accepted GROUP BY user_id', [1, 2, 5, 10, 20, 50, 100]),
      labels: 'texts',
      meaning: 'Users by how many interactions they have',
    },
    ofItems: {
      sql: bucketsOf('SELECT count(*) AS size FROM accepted GROUP BY item_id', [1, 2, 5, 10, 50, 100, 1_000]),
      labels: 'texts',
      meaning: 'Items by how many interactions they have: the long tail',
    },
  },
  meters: { ingested: 'interactions_ingested', stored: 'stored_interactions' },
  quota: 'interactions_held',
  rowBytes: 64,
  judge(rows, statistics) {
    const count = (name: string) => Number(statistics[name] ?? 0);
    const [active, duplicates, topShare] = [count('usersWithTwoOrMore'), count('duplicates'), count('topShare')];
    const [futureTimes, earlyTimes, unknownItems] = [count('futureTimes'), count('earlyTimes'), count('unknownItems')];
    const findings: Finding[] = [];
    const find = (code: string, sentence: string, parameters: Record<string, number>, blocks = false) =>
      findings.push({ code, sentence, parameters, blocks });
    if (rows < ROWS_LEAST)
      find(
        'few_interactions',
        `There are ${rows} interactions; below ${ROWS_LEAST} a recommender rarely beats popularity.`,
        { rows, least: ROWS_LEAST },
        true,
      );
    if (active < ACTIVE_USERS_LEAST)
      find(
        'few_active_users',
        `${active} users have two interactions or more; the metrics say little below ${ACTIVE_USERS_LEAST}.`,
        { users: active, least: ACTIVE_USERS_LEAST },
        true,
      );
    if (duplicates > DUPLICATES_SHARE * rows)
      find('duplicates', `${duplicates} interactions repeat another in everything: is a file in it twice?`, {
        duplicates,
      });
    if (futureTimes > 0)
      find('future_times', `${futureTimes} interactions have a time in the future: look at how times are written.`, {
        interactions: futureTimes,
      });
    if (earlyTimes > 0)
      find(
        'early_times',
        `${earlyTimes} interactions have a time before 1990, as days such as 20240131 have that are taken for Unix time: write times by ISO 8601, such as 2024-01-31.`,
        { interactions: earlyTimes },
      );
    if (unknownItems > 0)
      find(
        'unknown_items',
        `${unknownItems} interactions are with items that no items data set of the project has: import those too.`,
        { interactions: unknownItems },
      );
    if (topShare > TOP_SHARE)
      find(
        'concentrated',
        `The most popular 1 % of the items have ${Math.round(100 * topShare)} % of the interactions, so that a model is hard put to beat popularity.`,
        { share: topShare },
      );
    return findings;
  },
  enough: (rows, { usersWithTwoOrMore }) =>
    `There are ${rows} interactions, and ${Number(usersWithTwoOrMore ?? 0)} users have two or more.`,
} satisfies Kind;
