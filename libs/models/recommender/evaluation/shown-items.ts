import type { MetricValues } from '../../family.js';

/** What the lists that users are shown say together of the catalogue. */
export class ShownItems {
  /** `[items]`: lists that hold the item. */
  private readonly counts: Uint32Array;
  /** `[items]`: −log₂ of the share of users who touched the item. */
  private readonly surprise: Float64Array;
  private noveltySum = 0;
  private shown = 0;

  /** @param popularity `[items]`, users who touched each item in training @param users of the training data */
  constructor(popularity: Float32Array, users: number) {
    this.counts = new Uint32Array(popularity.length);
    // An item that nobody touched is as surprising as one that half a user did.
    this.surprise = Float64Array.from(popularity, (count) => -Math.log2(Math.max(count, 0.5) / users));
  }

  add(list: Uint32Array): void {
    for (const item of list) {
      this.counts[item]++;
      this.noveltySum += this.surprise[item];
    }
    this.shown += list.length;
  }

  /** Coverage, Gini coefficient and novelty (mean self-information, Vargas and Castells 2011) of what was added. */
  values(): MetricValues {
    const covered = this.counts.reduce((sum, count) => sum + (count > 0 ? 1 : 0), 0);
    return {
      'coverage@20': covered / this.counts.length,
      'gini@20': giniCoefficient(this.counts),
      'novelty@20': this.shown > 0 ? this.noveltySum / this.shown : 0,
    };
  }
}

/** 0 where all counts are equal, towards 1 where one holds all; 0 where all are 0. */
export function giniCoefficient(counts: Uint32Array): number {
  const sorted = counts.toSorted();
  let [weighted, total] = [0, 0];
  sorted.forEach((count, place) => {
    weighted += (2 * (place + 1) - sorted.length - 1) * count;
    total += count;
  });
  return total > 0 ? weighted / (sorted.length * total) : 0;
}
