import type { Csr } from '../../../compute/csr/kernel.js';
import { distinctPairs, typeWeightsOf, type Events } from '../events.js';
import type { PopularityModel } from '../fitted-model.js';
import type { TrendingSettings } from '../settings.js';
import { ageDecay } from '../weighting.js';
import { NOTHING_TO_RELEASE, type Fit } from './fit.js';

/** Items by how much they are in demand. */
export interface Popularity {
  /** `[items]`, finite. */
  scores: Float32Array;
  /** `[items]`, item indices by falling score, equal scores by lower index. */
  order: Uint32Array;
}

export function rankByScore(scores: Float32Array): Popularity {
  const order = Uint32Array.from(scores.keys()).sort((a, b) => scores[b] - scores[a] || a - b);
  return { scores, order };
}

/** Scores an item by its distinct users, given pairs `[users, items]`. */
export function countPopularity({ columns, indices }: Csr): Popularity {
  const counts = new Float32Array(columns);
  for (const item of indices) counts[item]++;
  return rankByScore(counts);
}

export async function fitPopularity(events: Events): Promise<Fit> {
  return popularityFit(countPopularity(distinctPairs(events)).scores);
}

/** Scores an item by its events, each worth half after every half-life, seen from the latest of all. */
export async function fitTrending(events: Events, settings: TrendingSettings): Promise<Fit> {
  const decay = ageDecay(events, settings.halfLifeDays)!;
  const typeWeights = typeWeightsOf(events, settings.eventWeights);
  const scores = new Float64Array(events.itemCount);
  events.items.forEach((item, position) => {
    scores[item] += decay[position] * (typeWeights?.[events.eventTypes!.codes[position]] ?? 1);
  });
  return popularityFit(Float32Array.from(scores));
}

/** The first `limit` items of the order that are not in `excluded`. */
export function topPopular({ order }: Popularity, limit: number, excluded: Uint32Array): Uint32Array {
  const leftOut = new Set(excluded);
  // No more than this many of the first items are needed, however many of them are left out.
  return order
    .subarray(0, limit + leftOut.size)
    .filter((item) => !leftOut.has(item))
    .subarray(0, limit);
}

function popularityFit(scores: Float32Array): Fit<PopularityModel> {
  const model: PopularityModel = { kind: 'popularity', scores };
  return { model, foldIn: async () => model, release: NOTHING_TO_RELEASE };
}
