import path from 'node:path';
import type { SampledQuestion } from '../../../libs/models/recommender/evaluation/sampled-negatives.js';
import type { Split } from '../../../libs/models/recommender/evaluation/split.js';
import { type Events } from '../../../libs/models/recommender/events.js';
import { linesOf, readLines } from '../shared-files.js';

const RATINGS = path.resolve(import.meta.dirname, '../../../prisma/seed/movietweetings/ratings.csv.gz');

/** One interaction as a file tells it. */
interface Row {
  user: string;
  item: string;
  value?: number;
  time?: number;
}

/** As the demo has them, under a header. */
const shippedRatings = () => ratingsOf(readLines(RATINGS).slice(1), ',');

/** Row i is held out when its hash, Math.imul(i, 2654435761) / 2³², is below 0.2. */
export function movieTweetingsByHash(): Split {
  const rows = shippedRatings();
  const isTest = rows.map((_, i) => (Math.imul(i, 2654435761) >>> 0) / 2 ** 32 < 0.2);
  return splitOf(
    rows.filter((_, i) => !isTest[i]),
    rows.filter((_, i) => isTest[i]),
  );
}

/** Each user's last rating is held out, as `llo_test` names it. */
export function movieTweetingsLastOut(): Split {
  const rows = shippedRatings();
  const test = ratingsOf(linesOf('movietweetings/llo_test.dat.gz'));
  const held = new Set(test.map(({ user, item }) => `${user} ${item}`));
  return splitOf(
    rows.filter(({ user, item }) => !held.has(`${user} ${item}`)),
    test,
  );
}

export function gowalla(): Split {
  return splitOf(readLists('gowalla/train.txt.gz', false), readLists('gowalla/test.txt.gz', false));
}

/** Files of a user and the own items in the order of time a line; the last is held out. */
export function lastOutOfLists(file: string): Split {
  const rows = readLists(file, true);
  const isLast = rows.map(({ user }, i) => rows[i + 1]?.user !== user);
  return splitOf(
    rows.filter((_, i) => !isLast[i]),
    rows.filter((_, i) => isLast[i]),
  );
}

export function citeulike(): { train: Events; questions: SampledQuestion[] } {
  const rows = linesOf('citeulike-a/train.tsv.gz').map((line): Row => {
    const [user = '', item = ''] = line.split('\t');
    return { user, item };
  });
  const given = linesOf('citeulike-a/test_negatives.tsv.gz').map((line) => line.split('\t'));
  const [users, items] = [indexOf(rows.map(({ user }) => user)), indexOf(rows.map(({ item }) => item))];
  for (const [, ...named] of given) for (const item of named) if (!items.has(item)) items.set(item, items.size);
  const questions = given
    .filter(([user = '']) => users.has(user))
    .map(([user = '', positive = '', ...negatives]) => ({
      user: users.get(user)!,
      positive: items.get(positive)!,
      negatives: Uint32Array.from(negatives, (item) => items.get(item)!),
    }));
  return { train: toEvents(rows, users, items), questions };
}

/** Sessions to learn from, and prefixes whose next item is to be predicted; items that no session holds are left out. */
export function diginetica(): Split & { history: Events } {
  const sessions = linesOf('diginetica/train_sessions.txt.gz').map((line) => line.trim().split(' '));
  const tests = linesOf('diginetica/test_pairs.txt.gz').map((line) => {
    const [prefix = '', next = ''] = line.split('\t');
    return { prefix: prefix.split(' '), next };
  });
  const inOrder = (items: string[], user: number): Row[] =>
    items.map((item, time) => ({ user: String(user), item, time }));
  const rows = sessions.flatMap(inOrder);
  const items = indexOf([...sessions.flat(), ...tests.flatMap(({ prefix, next }) => [...prefix, next])]);
  const users = indexOf(sessions.map((_, user) => String(user)));
  const asking = indexOf(tests.map((_, user) => String(user)));
  return {
    train: toEvents(rows, users, items),
    history: toEvents(
      tests.flatMap(({ prefix }, user) => inOrder(prefix, user)),
      asking,
      items,
    ),
    test: toEvents(
      tests.map(({ next }, user) => ({ user: String(user), item: next, time: 0 })),
      asking,
      items,
    ),
  };
}

/** Lines of user, item, rating and Unix time. */
function ratingsOf(lines: string[], separator = '::'): Row[] {
  return lines.map((line) => {
    const [user = '', item = '', value, time] = line.split(separator);
    return { user, item, value: Number(value), time: Number(time) };
  });
}

/** Lines of a user and the own items; `isInTime` takes the place in the line for the time. */
function readLists(name: string, isInTime: boolean): Row[] {
  return linesOf(name).flatMap((line) => {
    const [user = '', ...items] = line.trim().split(' ');
    return items.map((item, place): Row => ({ user, item, ...(isInTime ? { time: place } : {}) }));
  });
}

function splitOf(train: Row[], test: Row[]): Split {
  const all = [...train, ...test];
  const [users, items] = [indexOf(all.map(({ user }) => user)), indexOf(all.map(({ item }) => item))];
  return { train: toEvents(train, users, items), test: toEvents(test, users, items) };
}

function toEvents(rows: Row[], users: Map<string, number>, items: Map<string, number>): Events {
  const sorted = rows
    .map((row, place) => ({ ...row, place, index: users.get(row.user)! }))
    .sort((a, b) => a.index - b.index || (a.time ?? 0) - (b.time ?? 0) || a.place - b.place);
  const has = (column: 'value' | 'time') => sorted.length > 0 && sorted[0]![column] !== undefined;
  return {
    userCount: users.size,
    itemCount: items.size,
    users: Uint32Array.from(sorted, ({ index }) => index),
    items: Uint32Array.from(sorted, ({ item }) => items.get(item)!),
    values: has('value') ? Float32Array.from(sorted, ({ value }) => value!) : null,
    timestamps: has('time') ? Float64Array.from(sorted, ({ time }) => time!) : null,
    eventTypes: null,
  };
}

function indexOf(ids: string[]): Map<string, number> {
  const indices = new Map<string, number>();
  for (const id of ids) if (!indices.has(id)) indices.set(id, indices.size);
  return indices;
}
