import type { Csr } from '../csr/kernel.js';

/** The best items of each query, best first, equal scores by lower index. */
export interface TopItems {
  limit: number;
  /** `[queries]`: how many of a query's `limit` places are filled; fewer when fewer items qualify. */
  counts: Uint32Array;
  /** `[queries, limit]` */
  indices: Uint32Array;
  /** `[queries, limit]` */
  scores: Float32Array;
}

/** Which items a query may return. */
export interface Candidates {
  /** `[queries, items]`: items that a query leaves out; null for none. */
  excluded: Csr | null;
  /** `[⌈items / 8⌉]`, bit `item & 7` of byte `item >> 3`: 0 leaves the item out for every query; null for none. */
  allowed: Uint8Array | null;
}

/** The `limit` best of each row of `scores` `[queries, items]`; NaN is left out. */
export function topScoresReference(
  scores: Float32Array,
  items: number,
  limit: number,
  { excluded, allowed }: Candidates,
): TopItems {
  const queries = scores.length / items;
  const top = emptyTop(queries, limit);
  for (let query = 0; query < queries; query++) {
    const leftOut = new Set(excluded?.indices.subarray(excluded.offsets[query], excluded.offsets[query + 1]));
    const ranked = Array.from(scores.subarray(query * items, (query + 1) * items), (score, item) => ({ item, score }))
      .filter(({ item, score }) => !Number.isNaN(score) && !leftOut.has(item) && (!allowed || isSet(allowed, item)))
      .sort((a, b) => b.score - a.score || a.item - b.item)
      .slice(0, limit);
    top.counts[query] = ranked.length;
    ranked.forEach(({ item, score }, place) => {
      top.indices[query * limit + place] = item;
      top.scores[query * limit + place] = score;
    });
  }
  return top;
}

function isSet(bitmap: Uint8Array, item: number): boolean {
  return ((bitmap[item >> 3] >> (item & 7)) & 1) === 1;
}

/** No place filled yet. */
export function emptyTop(queries: number, limit: number): TopItems {
  return {
    limit,
    counts: new Uint32Array(queries),
    indices: new Uint32Array(queries * limit),
    scores: new Float32Array(queries * limit),
  };
}
