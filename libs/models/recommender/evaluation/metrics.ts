import { Random } from '../../../compute/random/kernel.js';

/** The ranks of one user's held-out items and what they stand among. */
export interface UserRanks {
  /** From 1, ascending. */
  ranks: Uint32Array;
  /** Items that were ranked: the catalogue without the user's training items. */
  candidates: number;
}

/** A metric of one user; the value of a model is its mean over users. */
export type UserMetric = (user: UserRanks) => number;

/** Share of the held-out items among the first k: hits / |relevant|, even where there are more than k of them. */
export const recallAt =
  (k: number): UserMetric =>
  ({ ranks }) =>
    countWithin(ranks, k) / ranks.length;

/** Share of the first k that are held-out items: hits / k. */
export const precisionAt =
  (k: number): UserMetric =>
  ({ ranks }) =>
    countWithin(ranks, k) / k;

/** 1 where a held-out item is among the first k, else 0. */
export const hitRateAt =
  (k: number): UserMetric =>
  ({ ranks }) =>
    ranks[0] <= k ? 1 : 0;

/**
 * DCG / ideal DCG with binary gains and discount 1/log₂(rank + 1) (Järvelin and Kekäläinen 2002); the ideal is cut at
 * min(|relevant|, k), as in RecBole, LightGCN and BARS.
 */
export const ndcgAt =
  (k: number): UserMetric =>
  ({ ranks }) => {
    let [gain, ideal] = [0, 0];
    for (let place = 0; place < Math.min(ranks.length, k); place++) {
      if (ranks[place] <= k) gain += 1 / Math.log2(ranks[place] + 1);
      ideal += 1 / Math.log2(place + 2);
    }
    return gain / ideal;
  };

/** Average precision over the first k: Σ precision at each hit / min(|relevant|, k). */
export const averagePrecisionAt =
  (k: number): UserMetric =>
  ({ ranks }) => {
    let sum = 0;
    for (let place = 0; place < ranks.length && ranks[place] <= k; place++) sum += (place + 1) / ranks[place];
    return sum / Math.min(ranks.length, k);
  };

/** 1 / rank of the first held-out item, 0 beyond k. */
export const reciprocalRankAt =
  (k: number): UserMetric =>
  ({ ranks }) =>
    ranks[0] <= k ? 1 / ranks[0] : 0;

/** Chance that a held-out item ranks above one that is not; 0.5 where there is no other item. */
export const auc: UserMetric = ({ ranks, candidates }) => {
  const others = candidates - ranks.length;
  if (others === 0) return 0.5;
  let above = 0;
  ranks.forEach((rank, place) => (above += rank - 1 - place));
  return 1 - above / (ranks.length * others);
};

/** The metrics that follow from ranks alone, by their name in the manifest. */
export const USER_METRICS: Record<string, UserMetric> = {
  'recall@20': recallAt(20),
  'ndcg@10': ndcgAt(10),
  'ndcg@20': ndcgAt(20),
  'ndcg@100': ndcgAt(100),
  'precision@20': precisionAt(20),
  'map@20': averagePrecisionAt(20),
  'mrr@20': reciprocalRankAt(20),
  'hitRate@10': hitRateAt(10),
  'hitRate@20': hitRateAt(20),
  auc,
};

/**
 * One user's ranks from the numbers of candidates above and level with each held-out item. Level ones share the places
 * evenly: an order is drawn by chance, so that every metric has the expected value over all orders, and a model that gives
 * every item the same score does as well as chance, no better.
 */
export function drawRanks(above: Uint32Array, tied: Uint32Array, random: Random): Uint32Array {
  const byScore = Uint32Array.from(above.keys()).sort((a, b) => above[a] - above[b]);
  const ranks = new Uint32Array(above.length);
  for (let start = 0; start < ranks.length;) {
    const first = above[byScore[start]];
    const places = tied[byScore[start]] + 1;
    let end = start + 1;
    while (end < ranks.length && above[byScore[end]] === first) end++;
    drawPlaces(end - start, places, random).forEach((place, i) => (ranks[start + i] = first + place + 1));
    start = end;
  }
  return ranks.sort();
}

/** `count` different numbers below `places` (Floyd's sampling). */
function drawPlaces(count: number, places: number, random: Random): number[] {
  const drawn = new Set<number>();
  for (let last = places - count; last < places; last++) {
    const place = Math.floor(random.uniform() * (last + 1));
    drawn.add(drawn.has(place) ? last : place);
  }
  return [...drawn];
}

function countWithin(ranks: Uint32Array, k: number): number {
  let hits = 0;
  while (hits < ranks.length && ranks[hits] <= k) hits++;
  return hits;
}
