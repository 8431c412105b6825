import type { z } from 'zod';
import type { FitContext } from '../../training/fit.js';
import { parseChoice as parse, type RecipeChoice as Choice } from '../../training/recipe.js';
import { assertColumn, type Events } from '../events.js';
import { recommenderManifest, type FittableRecipe, type RecipeChoice, type RecipeKey } from '../manifest.js';
import { assertFits } from '../memory.js';
import { fitBpr } from './bpr.js';
import { fitEase } from './ease.js';
import { fitEmbeddingMf } from './embedding-mf.js';
import { fitExplicitMf } from './explicit-mf.js';
import type { Fit, FitRecipe } from './fit.js';
import { createHybrid } from './hybrid.js';
import { fitIals, fitIalsPlusPlus } from './ials.js';
import { fitItemKnn } from './item-knn.js';
import { fitMarkov } from './markov.js';
import { fitPopularity, fitTrending } from './popularity.js';
import { fitRandom } from './random.js';
import { fitRp3beta } from './rp3beta.js';
import { fitSequence } from './sequence.js';
import { fitSlim } from './slim.js';
import { fitTwoTower } from './two-tower.js';
import { fitUserKnn } from './user-knn.js';

type SettingsOf<Key extends RecipeKey> = z.infer<(typeof recommenderManifest.recipes)[Key]['settings']>;

const recipes: { [Key in FittableRecipe]: FitRecipe<SettingsOf<Key>> } = {
  ials: fitIals,
  'ials++': fitIalsPlusPlus,
  bpr: fitBpr,
  ease: fitEase,
  slim: fitSlim,
  'item-knn': fitItemKnn,
  'user-knn': fitUserKnn,
  rp3beta: fitRp3beta,
  markov: fitMarkov,
  'explicit-mf': fitExplicitMf,
  sequence: fitSequence,
  'embedding-mf': fitEmbeddingMf,
  hybrid: createHybrid(fitGenerator),
  'two-tower': fitTwoTower,
  popularity: fitPopularity,
  trending: fitTrending,
  random: fitRandom,
};

/** With the default settings. */
function fitGenerator({ recipe }: RecipeChoice, events: Events, context: FitContext): Promise<Fit> {
  return fit(parseChoice(recipe, {}) as RecipeChoice, events, context);
}

/** Throws {@link TrainingInputError} where there is no such recipe or its schema refuses the settings. */
export function parseChoice(recipe: string, settings: unknown): Choice<RecipeKey> {
  return parse(recommenderManifest.recipes, recipe, settings);
}

/** Throws {@link TrainingInputError} where the recipe wants what the data or the memory does not give. */
export async function fitRecipe(
  choice: RecipeChoice,
  events: Events,
  memoryBytesMax: number,
  context: FitContext,
): Promise<Fit> {
  assertFits(choice, events, memoryBytesMax);
  return fit(choice, events, context);
}

async function fit({ recipe, settings }: RecipeChoice, events: Events, context: FitContext): Promise<Fit> {
  for (const column of recommenderManifest.recipes[recipe].needs) assertColumn(events, column, recipe);
  // The registry's type ties each function to its settings, which parseChoice has checked.
  const fitIt = recipes[recipe] as FitRecipe<Record<string, unknown>>;
  return fitIt(events, settings, context);
}
