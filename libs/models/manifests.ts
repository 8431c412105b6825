import type { FamilyManifest, RecipeManifest } from './family.js';
import { recommenderManifest } from './recommender/manifest.js';
import { textClassificationManifest } from './text-classification/manifest.js';

const registry = {
  recommender: recommenderManifest,
  'text-classification': textClassificationManifest,
} satisfies Record<string, FamilyManifest>;

/** A family adds a line above; each other registry then fails to compile until it has one for it. */
export type FamilyKey = keyof typeof registry;

/** The task that a family belongs to. */
export type TaskOf<F extends FamilyKey> = (typeof registry)[F]['task'];

/** Every family's manifest. Imports no trainer, so that the API's process can load it. */
export const manifests: Record<FamilyKey, FamilyManifest> = registry;

/** @returns undefined for what names no family */
export function findFamily(family: string): FamilyManifest | undefined {
  return Object.hasOwn(manifests, family) ? manifests[family as FamilyKey] : undefined;
}

/** @returns undefined for what names no recipe of the family */
export function findRecipe(family: string, recipe: string): RecipeManifest | undefined {
  const recipes = findFamily(family)?.recipes ?? {};
  return Object.hasOwn(recipes, recipe) ? recipes[recipe] : undefined;
}
