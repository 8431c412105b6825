import os from 'node:os';
import process from 'node:process';
import type { Engine } from '../../compute/engine/engine.js';
import { TrainingInputError } from '../family.js';
import type { Events } from './events.js';
import type { RecipeChoice } from './manifest.js';
import { type InputCounts, memoryNeeded } from './memory-needed.js';

/** The rest is for the input, its copies by user and by item, and whatever else runs here. */
const SHARE_OF_MEMORY = 0.5;

/** What a fit may hold where nobody says otherwise: half of the memory of this container or machine, or of what the engine reaches. */
export function defaultMemoryBytesMax({ memoryBytesMax }: Engine): number {
  const limit = process.constrainedMemory();
  const installed = os.totalmem();
  return SHARE_OF_MEMORY * Math.min(limit || Infinity, installed, memoryBytesMax);
}

/** Throws {@link TrainingInputError} where the fit would not fit. */
export function assertFits(choice: RecipeChoice, events: Events, bytesMax: number): void {
  const needed = memoryNeeded(choice, countEvents(events));
  if (needed <= bytesMax) return;
  throw new TrainingInputError(
    `The recipe "${choice.recipe}" needs about ${gibibytes(needed)} GiB of memory for ${events.userCount} users and ${events.itemCount} items, but ${gibibytes(bytesMax)} GiB are there. ${remedyFor(choice)}`,
  );
}

export function countEvents({ users, userCount, itemCount }: Events): InputCounts {
  return { interactions: users.length, users: userCount, items: itemCount };
}

function remedyFor({ recipe, settings }: RecipeChoice): string {
  if ('factors' in settings) return 'Lower "factors", then train again.';
  if (recipe !== 'ease' && recipe !== 'slim' && 'neighbours' in settings)
    return 'Lower "neighbours", then train again.';
  return 'Choose "rp3beta", "ials" or "auto", then train again.';
}

function gibibytes(bytes: number): string {
  return (bytes / 1024 ** 3).toFixed(1);
}
