/** Positions of a batch grouped by the row that each names. */
export interface RowGroups {
  /** `[groups]`: the rows that occur, ascending. */
  rows: Uint32Array;
  /** `[groups + 1]`; group g holds places `offsets[g]` to `offsets[g + 1]` of `positions`. */
  offsets: Uint32Array;
  /** `[ids]`, ascending within a group. */
  positions: Uint32Array;
}

/**
 * Sum of the vectors `[positions, dimensions]` of each group, in float64; returns `[groups, dimensions]`. Positions from
 * `vectors.length / dimensions` on stand for the vectors from 0 on with the other sign (the negatives of pairwise learning).
 */
export function segmentSumReference(
  vectors: ArrayLike<number>,
  dimensions: number,
  { rows, offsets, positions }: RowGroups,
): Float64Array {
  const sums = new Float64Array(rows.length * dimensions);
  const count = vectors.length / dimensions;
  rows.forEach((_, group) => {
    for (const position of positions.subarray(offsets[group], offsets[group + 1])) {
      const sign = position < count ? 1 : -1;
      for (let k = 0; k < dimensions; k++)
        sums[group * dimensions + k] += sign * vectors[(position % count) * dimensions + k];
    }
  });
  return sums;
}
