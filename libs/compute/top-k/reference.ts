/** The best items, best first, equal scores by lower index; `indices` and `scores` have the same length, at most k. */
export interface TopItems {
  indices: Uint32Array;
  scores: Float32Array;
}

/** Scores `vector` `[d]` against every row of `items` `[items, d]` by dot product and keeps the k best not in `excluded`. */
export function topKReference(vector: Float32Array, items: Float32Array, k: number, excluded: Uint32Array): TopItems {
  const d = vector.length;
  const leftOut = new Set(excluded);
  const ranked = Array.from({ length: items.length / d }, (_, item) => {
    let score = 0;
    for (let j = 0; j < d; j++) score += vector[j] * items[item * d + j];
    return { item, score };
  })
    .filter(({ item }) => !leftOut.has(item))
    .sort((a, b) => b.score - a.score || a.item - b.item)
    .slice(0, k);
  return {
    indices: Uint32Array.from(ranked, ({ item }) => item),
    scores: Float32Array.from(ranked, ({ score }) => score),
  };
}
