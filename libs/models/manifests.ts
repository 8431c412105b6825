import type { FamilyManifest, RecipeManifest } from './family.js';
import { recommenderManifest } from './recommender/manifest.js';

/** A family adds its key here; each registry then fails to compile until it has a line for it. */
export type FamilyKey = 'recommender';

/** Every family's manifest. Imports no trainer, so the API process can load it. */
export const manifests = {
  recommender: recommenderManifest,
} satisfies Record<FamilyKey, FamilyManifest>;

/** A recipe with the family that it belongs to. */
export interface RecipeEntry extends RecipeManifest {
  family: FamilyKey;
  recipe: string;
}

const recipes = new Map<string, RecipeEntry>();
for (const [family, manifest] of Object.entries<FamilyManifest>(manifests)) {
  for (const [recipe, entry] of Object.entries(manifest.recipes)) {
    if (recipes.has(recipe)) throw new Error(`Two families declare the recipe "${recipe}".`);
    recipes.set(recipe, { family: family as FamilyKey, recipe, ...entry });
  }
}

/** All recipes of all families; a recipe's key is unique over the families. */
export const recipeKeys: readonly string[] = [...recipes.keys()];

export function findRecipe(recipe: string): RecipeEntry | undefined {
  return recipes.get(recipe);
}
