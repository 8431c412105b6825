import type { Random } from '../../../compute/random/kernel.js';
import type { FittableRecipe } from '../manifest.js';

/** The values of one setting that the search tries. */
export type Dimension =
  | { scale: 'linear' | 'logarithmic'; low: number; high: number; isWhole?: boolean; multipleOf?: number }
  | { scale: 'choice'; options: (string | number)[] };

type SearchSpace = Record<string, Dimension>;

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

/** A point of the space, drawn evenly on each dimension's scale. */
export function drawSettings(space: SearchSpace, random: Random): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(space).map(([name, dimension]) => [name, valueAt(dimension, random.uniform())]),
  );
}

/** A point near another: each numeric setting moves by about `step` of its range, a choice is redrawn now and then. */
export function moveSettings(
  space: SearchSpace,
  settings: Record<string, unknown>,
  step: number,
  random: Random,
): Record<string, unknown> {
  const moved = Object.entries(space).map(([name, dimension]) => {
    if (dimension.scale === 'choice') {
      return [name, random.uniform() < step ? valueAt(dimension, random.uniform()) : settings[name]];
    }
    const place = placeOf(dimension, settings[name] as number) + step * random.gaussian();
    return [name, valueAt(dimension, Math.min(1, Math.max(0, place)))];
  });
  return { ...settings, ...Object.fromEntries(moved) };
}

/** The value at a place of 0..1 along the dimension. */
function valueAt(dimension: Dimension, place: number): string | number {
  if (dimension.scale === 'choice') {
    return dimension.options[Math.min(dimension.options.length - 1, Math.floor(place * dimension.options.length))];
  }
  const { low, high, scale, isWhole, multipleOf = 1 } = dimension;
  const value = scale === 'linear' ? low + place * (high - low) : low * (high / low) ** place;
  return isWhole ? Math.round(value / multipleOf) * multipleOf : Number(value.toPrecision(3));
}

function placeOf(dimension: Exclude<Dimension, { scale: 'choice' }>, value: number): number {
  const { low, high, scale } = dimension;
  const bounded = Math.min(high, Math.max(low, value));
  return scale === 'linear' ? (bounded - low) / (high - low) : Math.log(bounded / low) / Math.log(high / low);
}
