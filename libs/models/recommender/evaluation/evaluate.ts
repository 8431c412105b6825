import { rowIndicesOf } from '../../../compute/csr/kernel.js';
import { Random } from '../../../compute/random/kernel.js';
import { topK } from '../../../compute/top-k/kernel.js';
import type { TrainingResult } from '../../family.js';
import type { Factors } from '../recipes/ials.js';
import { topPopular, type Popularity } from '../recipes/popularity.js';
import { RANKING_DEPTH, RankingMetrics } from './metrics.js';
import type { Split } from './split.js';

/** Enough that the standard error of a mean recall stays below 0.005. */
export const EVALUATED_USERS_MAX = 5_000;
/** Items scored between two yields, times dimensions: about a second on one thread. */
const WORK_PER_STEP = 1_000_000_000;

/** What is measured: popularity, and factors beside it unless the recipe is popularity. */
export interface Candidates {
  popularity: Popularity;
  factors: Factors | null;
}

/**
 * Measures on the test side of the split over `users`, each with at least one training and one test item; see
 * {@link RankingMetrics} for the protocol. Yields the share done; a recipe without factors has popularity's metrics.
 */
export function* evaluate(
  { popularity, factors }: Candidates,
  { train, test }: Split,
  users: Uint32Array,
): Generator<number, TrainingResult['metrics']> {
  const [baseline, model] = [new RankingMetrics(train.columns), new RankingMetrics(train.columns)];
  const usersPerStep = Math.ceil(WORK_PER_STEP / (train.columns * (factors?.dimensions ?? 1)));
  for (const [index, user] of users.entries()) {
    if (index % usersPerStep === 0) yield index / users.length;
    const seen = rowIndicesOf(train, user);
    const relevant = rowIndicesOf(test, user);
    baseline.add(topPopular(popularity, RANKING_DEPTH, seen), relevant);
    if (factors) model.add(topByFactors(factors, user, seen), relevant);
  }
  const popularityValues = baseline.values();
  const modelValues = factors ? model.values() : popularityValues;
  return { model: modelValues, popularity: popularityValues, evaluatedUsers: users.length };
}

/** At most `limit` users with a training and a test item, drawn evenly by seed; ascending. */
export function sampleUsers({ train, test }: Split, limit: number, seed: number): Uint32Array {
  const isEligible = (user: number) =>
    train.offsets[user] < train.offsets[user + 1] && test.offsets[user] < test.offsets[user + 1];
  const eligible = Uint32Array.from({ length: train.rows }, (_, user) => user).filter(isEligible);
  const random = Random.seeded(seed);
  // The first steps of a Fisher-Yates shuffle.
  for (let drawn = 0; drawn < Math.min(limit, eligible.length); drawn++) {
    const other = drawn + Math.floor(random.uniform() * (eligible.length - drawn));
    [eligible[drawn], eligible[other]] = [eligible[other], eligible[drawn]];
  }
  return eligible.subarray(0, limit).sort();
}

function topByFactors({ users, items, dimensions }: Factors, user: number, seen: Uint32Array): Uint32Array {
  const vector = users.subarray(user * dimensions, (user + 1) * dimensions);
  return topK(vector, items, RANKING_DEPTH, seen).indices;
}
