import type { Csr } from '../../../compute/csr/kernel.js';

export interface Popularity {
  /** `[items]`, distinct users who touched the item. */
  counts: Uint32Array;
  /** `[items]`, item indices by falling count, equal counts by lower index. */
  order: Uint32Array;
}

/** Counts over deduplicated interactions `[users, items]`. */
export function countPopularity(interactions: Csr): Popularity {
  const counts = new Uint32Array(interactions.columns);
  for (const item of interactions.indices) counts[item]++;
  const order = Uint32Array.from(counts.keys()).sort((a, b) => counts[b] - counts[a] || a - b);
  return { counts, order };
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
