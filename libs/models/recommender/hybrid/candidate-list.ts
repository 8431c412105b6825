import { rowIndicesOf, type Csr } from '../../../compute/csr/kernel.js';
import type { HybridModel, Ranker } from '../fitted-model.js';

/** Signals of an item itself; see {@link HybridModel}. */
export const SIGNALS = 2;
/** Of a candidate next to what the generators say: its signals, how its attributes suit the user, and how much the user has. */
const OWN_FEATURES = SIGNALS + 2;
const FEATURES_OF_GENERATOR = 2;

/** Numbers that describe a candidate to the ranker. */
export function featureCount(generators: number): number {
  return FEATURES_OF_GENERATOR * generators + OWN_FEATURES;
}

/** One user's candidates, described. */
export interface CandidateList {
  /** Distinct. */
  items: Uint32Array;
  /** `[items, features]` */
  features: Float32Array;
}

/**
 * The best of each generator that the user does not have, with each generator's standardised score and rank among them.
 *
 * @param scores of each generator, `[items]`
 */
export function listCandidates(
  { seen, signals, itemFeatures, candidates }: Pick<HybridModel, 'seen' | 'signals' | 'itemFeatures' | 'candidates'>,
  user: number,
  scores: Float32Array[],
): CandidateList {
  const had = rowIndicesOf(seen, user);
  const union = new Set<number>();
  for (const each of scores) for (const item of topUnseen(each, had, candidates)) union.add(item);
  const items = Uint32Array.from(union).sort();
  const width = featureCount(scores.length);
  const features = new Float32Array(items.length * width);
  scores.forEach((each, generator) => describeScores(each, items, features, generator * FEATURES_OF_GENERATOR, width));
  const suits = itemFeatures && affinityTo(itemFeatures, had);
  const own = FEATURES_OF_GENERATOR * scores.length;
  items.forEach((item, i) => {
    const at = i * width + own;
    features.set(signals.subarray(item * SIGNALS, (item + 1) * SIGNALS), at);
    features[at + SIGNALS] = suits ? suits(item) : 0;
    features[at + SIGNALS + 1] = Math.log1p(had.length) / 5;
  });
  return { items, features };
}

/** `[items]` for the candidates; higher is better. */
export function rankCandidates({ inner, bias, outer }: Ranker, { items, features }: CandidateList): Float32Array {
  const hidden = bias.length;
  const width = inner.length / hidden;
  return Float32Array.from(items, (_, i) => {
    let score = 0;
    for (let h = 0; h < hidden; h++) {
      let sum = bias[h];
      for (let k = 0; k < width; k++) sum += features[i * width + k] * inner[k * hidden + h];
      if (sum > 0) score += sum * outer[h];
    }
    return score;
  });
}

/** The places of the greatest scores among items that are not in `had` (ascending). */
function topUnseen(scores: Float32Array, had: Uint32Array, count: number): number[] {
  const top: number[] = [];
  let least = -Infinity;
  let next = 0;
  for (let item = 0; item < scores.length; item++) {
    if (had[next] === item) {
      next++;
      continue;
    }
    if (top.length >= count && scores[item] <= least) continue;
    top.push(item);
    // Twice too many are cut back at once, so that each item costs next to nothing.
    if (top.length >= 2 * count) least = keepGreatest(top, scores, count);
  }
  keepGreatest(top, scores, count);
  return top;
}

/** Returns the least score that was kept. */
function keepGreatest(items: number[], scores: Float32Array, count: number): number {
  items.sort((a, b) => scores[b] - scores[a] || a - b);
  items.length = Math.min(items.length, count);
  return items.length > 0 ? scores[items[items.length - 1]] : -Infinity;
}

function describeScores(
  scores: Float32Array,
  items: Uint32Array,
  features: Float32Array,
  at: number,
  width: number,
): void {
  let [sum, squares] = [0, 0];
  for (const item of items) {
    sum += scores[item];
    squares += scores[item] ** 2;
  }
  const mean = sum / items.length;
  const deviation = Math.sqrt(Math.max(1e-12, squares / items.length - mean * mean));
  const order = Array.from(items.keys()).sort((a, b) => scores[items[b]] - scores[items[a]] || a - b);
  order.forEach((i, rank) => {
    features[i * width + at] = (scores[items[i]] - mean) / deviation;
    features[i * width + at + 1] = 1 / Math.log2(2 + rank);
  });
}

/** The cosine between an item's attributes and those of what the user has. */
function affinityTo(attributes: Csr, had: Uint32Array): (item: number) => number {
  const { offsets, indices, values } = attributes;
  const profile = new Map<number, number>();
  for (const item of had) {
    for (let place = offsets[item]; place < offsets[item + 1]; place++)
      profile.set(indices[place], (profile.get(indices[place]) ?? 0) + values![place]);
  }
  const norm = Math.hypot(...profile.values()) || 1;
  return (item) => {
    let [product, squares] = [0, 0];
    for (let place = offsets[item]; place < offsets[item + 1]; place++) {
      product += values![place] * (profile.get(indices[place]) ?? 0);
      squares += values![place] ** 2;
    }
    return squares > 0 ? product / (norm * Math.sqrt(squares)) : 0;
  };
}
