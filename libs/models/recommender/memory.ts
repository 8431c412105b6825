import type { SourceSize } from '../family.js';
import * as training from '../training/memory.js';
import type { Events } from './events.js';
import { recommenderManifest, type RecipeChoice } from './manifest.js';

/** What the fit would hold next to the events at its peak. */
export function memoryBytesOf({ recipe, settings }: RecipeChoice, events: Events): number {
  return recommenderManifest.recipes[recipe].memoryBytes(settings, sizesOf(events));
}

/** Throws {@link TrainingInputError} where the fit would not fit. */
export function assertFits(choice: RecipeChoice, events: Events, bytesMax: number): void {
  const data = `${events.userCount} users and ${events.itemCount} items`;
  const bytes = memoryBytesOf(choice, events);
  training.assertFits({ recipe: choice.recipe, bytes, data, remedy: remedyFor(choice) }, bytesMax);
}

function sizesOf({ users, userCount, itemCount }: Events): Record<string, SourceSize> {
  return { interactions: { rows: users.length, statistics: { users: userCount, items: itemCount } } };
}

function remedyFor({ recipe, settings }: RecipeChoice): string {
  if ('factors' in settings) return 'Lower "factors", then train again.';
  if (recipe !== 'ease' && recipe !== 'slim' && 'neighbours' in settings)
    return 'Lower "neighbours", then train again.';
  return 'Choose "rp3beta", "ials" or "auto", then train again.';
}
