import { buildCsr, type Csr } from '../../libs/compute/csr/kernel.js';
import { hash32, Random } from '../../libs/compute/random/kernel.js';

export interface GeneratedShape {
  name: string;
  users: number;
  items: number;
  /** Draws; repeats of a pair merge, so some percent fewer come out. */
  interactions: number;
  seed: number;
}

/** The sets that the speed benchmarks run on; the second has the shape of goodbooks-10k. */
export const SPEED_SETS = {
  A: { name: 'A', users: 100_000, items: 20_000, interactions: 5_000_000, seed: 1 },
  B: { name: 'B', users: 53_424, items: 10_000, interactions: 6_000_000, seed: 2 },
} satisfies Record<string, GeneratedShape>;

const TOPICS = 150;
const POPULARITY_EXPONENT = 0.9;
const OFF_TOPIC_SHARE = 0.2;

/**
 * Users with a few topics each draw items by popularity within their topics, a fifth of them by popularity alone. Popularity
 * falls as a power law, activity is log-normal.
 */
export function generateInteractions({ users, items, interactions, seed }: GeneratedShape): Csr {
  const random = Random.seeded(seed);
  const popularity = shuffle(
    Float64Array.from({ length: items }, (_, rank) => (rank + 21) ** -POPULARITY_EXPONENT),
    random,
  );
  const topics = drawTopics(popularity, random);
  const overall = cumulate(popularity);
  const activity = Float64Array.from({ length: users }, () =>
    Math.min(40, Math.max(0.15, Math.exp(random.gaussian()))),
  );
  // Popular items are drawn twice by the same user, so a third more is drawn than asked for.
  const scale = (1.35 * interactions) / activity.reduce((sum, value) => sum + value, 0);
  const counts = activity.map((value) => Math.ceil(Math.min(items / 4, Math.max(5, Math.round(value * scale)))));
  // Lists would end at some hundred million entries.
  const total = counts.reduce((sum, count) => sum + count, 0);
  const [rowIndices, columnIndices] = [new Uint32Array(total), new Uint32Array(total)];
  let at = 0;
  for (let user = 0; user < users; user++) {
    const tastes = Array.from(
      { length: 2 + Math.floor(random.uniform() * 5) },
      () => topics[Math.floor(random.uniform() * TOPICS)],
    );
    rowIndices.fill(user, at, at + counts[user]);
    for (const end = at + counts[user]; at < end; at++) {
      // Squaring makes a user's first topics the favourite ones.
      const taste = tastes[Math.floor(random.uniform() ** 2 * tastes.length)];
      columnIndices[at] = drawFrom(random.uniform() < OFF_TOPIC_SHARE ? overall : taste, random);
    }
  }
  return buildCsr({ rows: users, columns: items, rowIndices, columnIndices, values: null });
}

/** Holds out a fifth of the rows of a tenth of the users with at least five, by seeded hash. */
export function holdOut(interactions: Csr, seed: number): { train: Csr; test: Csr } {
  const { rows, columns, offsets, indices } = interactions;
  const sides = [0, 1].map(() => ({ rowIndices: [] as number[], columnIndices: [] as number[] }));
  for (let user = 0; user < rows; user++) {
    const isTested = offsets[user + 1] - offsets[user] >= 5 && hash32(seed, user, 1) % 10 === 0;
    for (let position = offsets[user]; position < offsets[user + 1]; position++) {
      const side = sides[isTested && hash32(seed, user, indices[position]) % 5 === 0 ? 1 : 0];
      side.rowIndices.push(user);
      side.columnIndices.push(indices[position]);
    }
  }
  const [train, test] = sides.map((side) =>
    buildCsr({
      rows,
      columns,
      rowIndices: Uint32Array.from(side.rowIndices),
      columnIndices: Uint32Array.from(side.columnIndices),
      values: null,
    }),
  );
  return { train, test };
}

/** Cumulated popularity of the items of each topic; an item belongs to one topic fully and to two a little. */
function drawTopics(popularity: Float64Array, random: Random): Float64Array[] {
  const weights = Array.from({ length: TOPICS }, () => new Float64Array(popularity.length));
  for (const share of [1, 0.35, 0.12]) {
    popularity.forEach((value, item) => {
      weights[Math.floor(random.uniform() * TOPICS)][item] += share * value * -Math.log(1 - random.uniform());
    });
  }
  return weights.map(cumulate);
}

function cumulate(weights: Float64Array): Float64Array {
  let sum = 0;
  return weights.map((weight) => (sum += weight));
}

/** An index with probability proportional to its weight. */
function drawFrom(cumulated: Float64Array, random: Random): number {
  const wanted = random.uniform() * cumulated[cumulated.length - 1];
  let [low, high] = [0, cumulated.length - 1];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (cumulated[middle] <= wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function shuffle(values: Float64Array, random: Random): Float64Array {
  for (let i = values.length - 1; i > 0; i--) {
    const j = Math.floor(random.uniform() * (i + 1));
    [values[i], values[j]] = [values[j], values[i]];
  }
  return values;
}
