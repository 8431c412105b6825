import type { Goal } from '../evaluation/hold-out.js';
import type { Events } from '../events.js';
import { recommenderManifest, type FittableRecipe, type RecipeChoice } from '../manifest.js';
import { memoryBytesOf } from '../memory.js';
import { parseChoice } from '../recipes/recipes.js';

/** What the choice of candidates depends on next to the data. */
export interface CandidateLimits {
  goal: Goal;
  memoryBytesMax: number;
}

/** Cheap ones first, so that nobody waits long for something to compare with. BPR, which iALS beats, is left to those who ask for it. */
const IN_ORDER_OF_COST: FittableRecipe[] = [
  'popularity',
  'trending',
  'rp3beta',
  'item-knn',
  'markov',
  'user-knn',
  'ials',
  'ease',
  'slim',
];

/** In cubes of the number of items; the passes of SLIM wait for memory, so that they count as more. */
const MULTIPLY_ADDS_PER_CUBE: Partial<Record<FittableRecipe, number>> = { ease: 1, slim: 5 };
/** About a minute of two cores, which take 51 s to invert the matrix of 17,000 items. */
const MULTIPLY_ADDS_MAX = 6e12;
/** Above this, comparing all users with each other costs more than it has ever been worth. */
const USER_KNN_INTERACTIONS_MAX = 5_000_000;

/** The recipes that suit the data, cheap ones first, and why others do not. */
export function chooseCandidates(events: Events, limits: CandidateLimits) {
  const unsuitable = new Map<FittableRecipe, string>();
  const candidates = IN_ORDER_OF_COST.filter((recipe) => {
    const reason = reasonAgainst(recipe, events, limits);
    if (reason !== null) unsuitable.set(recipe, reason);
    return reason === null;
  });
  return { candidates, unsuitable };
}

function reasonAgainst(recipe: FittableRecipe, events: Events, limits: CandidateLimits): string | null {
  const needed = memoryBytesOf(parseChoice(recipe, {}) as RecipeChoice, events);
  if (needed > limits.memoryBytesMax) return 'it needs more memory than there is';
  const missing = recommenderManifest.recipes[recipe].needs.find((column) => events[column] === null);
  if (missing) return `the data set has no ${missing}`;
  if (recipe === 'markov' && limits.goal === 'taste') return 'the order of time says little here';
  const multiplyAdds = (MULTIPLY_ADDS_PER_CUBE[recipe] ?? 0) * events.itemCount ** 3;
  if (multiplyAdds > MULTIPLY_ADDS_MAX) return 'there are too many items';
  if (recipe === 'user-knn' && events.users.length > USER_KNN_INTERACTIONS_MAX)
    return 'there are too many interactions';
  return null;
}
