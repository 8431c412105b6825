import type { MetricValues } from '../../family.js';

/** Items that {@link RankingMetrics} needs per user: the largest cutoff. */
export const RANKING_DEPTH = 100;

/** Share of the relevant items found among the first k recommended: hits / |relevant|, in 0..1. */
export function recallAt(k: number, recommended: Uint32Array, relevant: ReadonlySet<number>): number {
  return countHits(recommended.subarray(0, k), relevant) / relevant.size;
}

/**
 * DCG / ideal DCG in 0..1 with binary gains and discount 1/log₂(rank + 1) (Järvelin and Kekäläinen 2002); the ideal is cut
 * at min(|relevant|, k).
 */
export function ndcgAt(k: number, recommended: Uint32Array, relevant: ReadonlySet<number>): number {
  let gain = 0;
  let ideal = 0;
  for (let position = 0; position < k; position++) {
    const discount = 1 / Math.log2(position + 2);
    if (position < recommended.length && relevant.has(recommended[position])) gain += discount;
    if (position < relevant.size) ideal += discount;
  }
  return gain / ideal;
}

/**
 * Means over users of recall and NDCG, and coverage@k: the share of the catalogue that is among the first k of at least one
 * user. Give every user with at least one training and one test item once, ranked over the full catalogue without the
 * user's training items.
 */
export class RankingMetrics {
  private readonly sums = { 'recall@20': 0, 'ndcg@20': 0, 'ndcg@100': 0 };
  private readonly shown: Uint8Array;
  private users = 0;

  constructor(itemCount: number) {
    this.shown = new Uint8Array(itemCount);
  }

  /** `recommended` holds {@link rankingDepth} items, best first, or fewer when the catalogue runs out; `relevant` ≥ 1. */
  add(recommended: Uint32Array, relevant: Uint32Array): void {
    const wanted = new Set(relevant);
    this.sums['recall@20'] += recallAt(20, recommended, wanted);
    this.sums['ndcg@20'] += ndcgAt(20, recommended, wanted);
    this.sums['ndcg@100'] += ndcgAt(100, recommended, wanted);
    for (const item of recommended.subarray(0, 20)) this.shown[item] = 1;
    this.users++;
  }

  values(): MetricValues {
    const means = Object.entries(this.sums).map(([metric, sum]) => [metric, sum / this.users]);
    const shown = this.shown.reduce((sum, isShown) => sum + isShown, 0);
    return { ...Object.fromEntries(means), 'coverage@20': shown / this.shown.length };
  }
}

function countHits(recommended: Uint32Array, relevant: ReadonlySet<number>): number {
  let hits = 0;
  for (const item of recommended) if (relevant.has(item)) hits++;
  return hits;
}
