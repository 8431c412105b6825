import type { Dimension, SearchSpace } from '../../training/search-space.js';
import type { FittableRecipe } from '../manifest.js';

const shrinkage: Dimension = { scale: 'logarithmic', low: 0.1, high: 100 };
const neighbours: Dimension = { scale: 'logarithmic', low: 50, high: 800, isWhole: true };
const likeness: SearchSpace = {
  similarity: { scale: 'choice', options: ['cosine', 'cosine', 'tf-idf', 'bm25', 'asymmetric'] },
  asymmetry: { scale: 'linear', low: 0.3, high: 0.7 },
  shrinkage,
  neighbours,
};
const als: SearchSpace = {
  factors: { scale: 'logarithmic', low: 32, high: 256, isWhole: true, multipleOf: 16 },
  epochs: { scale: 'linear', low: 8, high: 16, isWhole: true },
  unobservedWeight: { scale: 'logarithmic', low: 0.001, high: 1 },
  regularization: { scale: 'logarithmic', low: 0.005, high: 30 },
  regularizationExponent: { scale: 'linear', low: 0, high: 1 },
};

/**
 * Where the search looks, by recipe. The ranges are those in which the best settings of the public sets of `docs/quality.md`
 * lie, and a factor of three beyond. Settings that are not here keep their defaults.
 */
export const SEARCH_SPACES: Partial<Record<FittableRecipe, SearchSpace>> = {
  ials: als,
  ease: { regularization: { scale: 'logarithmic', low: 20, high: 5_000 } },
  slim: {
    l1: { scale: 'logarithmic', low: 0.05, high: 10 },
    l2: { scale: 'logarithmic', low: 10, high: 2_000 },
  },
  'item-knn': likeness,
  'user-knn': { ...likeness, neighbours: { scale: 'logarithmic', low: 30, high: 500, isWhole: true } },
  rp3beta: {
    alpha: { scale: 'linear', low: 0.4, high: 1.6 },
    beta: { scale: 'linear', low: 0, high: 1 },
    neighbours,
  },
  markov: {
    window: { scale: 'linear', low: 1, high: 8, isWhole: true },
    distanceDecay: { scale: 'linear', low: 0.2, high: 0.95 },
    recency: { scale: 'linear', low: 0.05, high: 0.95 },
    cooccurrence: { scale: 'logarithmic', low: 0.05, high: 5 },
    popularityPenalty: { scale: 'linear', low: 0, high: 0.5 },
    shrinkage,
    neighbours,
  },
  trending: { halfLifeDays: { scale: 'logarithmic', low: 0.5, high: 365 } },
};

/** Settings that are worth a try only where the order of time is to be predicted. */
const RECENCY: SearchSpace = { recency: { scale: 'linear', low: 0.1, high: 1 } };
const FOLLOWS_HISTORY = new Set<FittableRecipe>(['ease', 'slim', 'item-knn', 'user-knn', 'rp3beta']);

/** The dimensions of a recipe; none where the recipe has nothing to tune. */
export function searchSpaceOf(recipe: FittableRecipe, minds: { order: boolean }): SearchSpace {
  const space = SEARCH_SPACES[recipe] ?? {};
  return minds.order && FOLLOWS_HISTORY.has(recipe) ? { ...space, ...RECENCY } : space;
}
