import type { Csr } from '../csr/kernel.js';

/** Where each held-out item stands among a query's candidates. */
export interface HeldOutRanks {
  /** Next to `heldOut.indices`: candidates that score higher. */
  above: Uint32Array;
  /** Next to `heldOut.indices`: other candidates that score the same. */
  tied: Uint32Array;
}

/**
 * Ranks the held-out items `[queries, items]` by `scores` `[queries, items]` among all items but those of `excluded`. A
 * held-out item counts as a candidate even where it is excluded; NaN scores below everything.
 */
export function heldOutRanksReference(scores: Float32Array, heldOut: Csr, excluded: Csr | null): HeldOutRanks {
  const items = heldOut.columns;
  const valueOf = (query: number, item: number) => {
    const score = scores[query * items + item];
    return Number.isNaN(score) ? -Infinity : score;
  };
  const ranks = { above: new Uint32Array(heldOut.indices.length), tied: new Uint32Array(heldOut.indices.length) };
  for (let query = 0; query < heldOut.rows; query++) {
    const wanted = heldOut.indices.subarray(heldOut.offsets[query], heldOut.offsets[query + 1]);
    const left = excluded?.indices.subarray(excluded.offsets[query], excluded.offsets[query + 1]);
    const leftOut = new Set(left);
    for (const item of wanted) leftOut.delete(item);
    wanted.forEach((item, place) => {
      const position = heldOut.offsets[query] + place;
      for (let other = 0; other < items; other++) {
        if (other === item || leftOut.has(other)) continue;
        if (valueOf(query, other) > valueOf(query, item)) ranks.above[position]++;
        else if (valueOf(query, other) === valueOf(query, item)) ranks.tied[position]++;
      }
    });
  }
  return ranks;
}
