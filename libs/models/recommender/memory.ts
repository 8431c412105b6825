import os from 'node:os';
import process from 'node:process';
import type { Engine } from '../../compute/engine/engine.js';
import { TrainingInputError } from '../family.js';
import type { Events } from './events.js';
import type { RecipeChoice } from './manifest.js';
import { paddedDimensions } from './recipes/fit.js';

/** The rest is for the input, its copies by user and by item, and whatever else runs here. */
const SHARE_OF_MEMORY = 0.5;
/** A value of a sparse matrix and its column; the factor of two is for the copy that transposing makes. */
const SPARSE_ENTRY_BYTES = 2 * 8;

/** What a fit may hold where nobody says otherwise: half of the memory of this container or machine, or of what the engine reaches. */
export function defaultMemoryBytesMax({ memoryBytesMax }: Engine): number {
  const limit = process.constrainedMemory();
  const installed = os.totalmem();
  return SHARE_OF_MEMORY * Math.min(limit || Infinity, installed, memoryBytesMax);
}

/** What a fit holds beside its events at its peak, in bytes: an estimate that errs on the high side. */
export function memoryNeeded({ recipe, settings }: RecipeChoice, events: Events): number {
  const { userCount, itemCount, users } = events;
  const setting = (name: string) => settings[name] as number;
  const neighbours = (rows: number) => rows * Math.min(setting('neighbours'), rows) * SPARSE_ENTRY_BYTES;
  const pairs = 2 * users.length * SPARSE_ENTRY_BYTES;
  switch (recipe) {
    case 'ease':
    case 'slim':
      return pairs + 4 * itemCount ** 2 + neighbours(itemCount);
    case 'item-knn':
    case 'rp3beta':
      return pairs + neighbours(itemCount);
    case 'user-knn':
      return pairs + neighbours(userCount);
    case 'markov':
      return pairs * (1 + setting('window')) + 2 * neighbours(itemCount);
    case 'ials':
    case 'ials++':
    case 'bpr':
    case 'explicit-mf':
      return pairs + 4 * (userCount + 2 * itemCount) * (paddedDimensions(setting('factors')) + 16);
    default:
      return pairs;
  }
}

/** Throws {@link TrainingInputError} where the fit would not fit. */
export function assertFits(choice: RecipeChoice, events: Events, bytesMax: number): void {
  const needed = memoryNeeded(choice, events);
  if (needed <= bytesMax) return;
  throw new TrainingInputError(
    `The recipe "${choice.recipe}" needs about ${gibibytes(needed)} GiB of memory for ${events.userCount} users and ${events.itemCount} items, but ${gibibytes(bytesMax)} GiB are there. ${remedyFor(choice)}`,
  );
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
