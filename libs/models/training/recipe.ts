import { type RecipeManifest, TrainingInputError } from '../family.js';

/** A recipe with settings that its schema has passed. */
export interface RecipeChoice<Recipe extends string = string> {
  recipe: Recipe;
  settings: Record<string, unknown>;
}

/** Throws {@link TrainingInputError} where there is no such recipe or its schema refuses the settings. */
export function parseChoice<Recipe extends string>(
  recipes: Record<Recipe, RecipeManifest>,
  recipe: string,
  settings: unknown,
): RecipeChoice<Recipe> {
  if (!Object.hasOwn(recipes, recipe)) throw new TrainingInputError(`There is no recipe "${recipe}".`);
  const key = recipe as Recipe;
  const parsed = recipes[key].settings.safeParse(settings);
  if (parsed.success) return { recipe: key, settings: parsed.data as Record<string, unknown> };
  const { path, message } = parsed.error.issues[0]!;
  throw new TrainingInputError(`The settings do not fit the recipe "${recipe}": ${[...path, message].join(': ')}`);
}
