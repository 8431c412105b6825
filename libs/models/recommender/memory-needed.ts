/** The size of what is learnt from. */
export interface InputCounts {
  interactions: number;
  users: number;
  items: number;
}

/** A value of a sparse matrix and its column; the factor of two is for the copy that transposing makes. */
const SPARSE_ENTRY_BYTES = 2 * 8;

/** What a fit holds next to its events at its peak, in bytes: an estimate that errs on the high side. */
export function memoryNeeded(
  { recipe, settings }: { recipe: string; settings: Record<string, unknown> },
  { interactions, users, items }: InputCounts,
): number {
  const setting = (name: string) => settings[name] as number;
  const neighbours = (rows: number) => rows * Math.min(setting('neighbours'), rows) * SPARSE_ENTRY_BYTES;
  const pairs = 2 * interactions * SPARSE_ENTRY_BYTES;
  switch (recipe) {
    // The hungriest recipe that it may try.
    case 'auto':
      return pairs + 4 * items ** 2;
    case 'ease':
    case 'slim':
      return pairs + 4 * items ** 2 + neighbours(items);
    case 'item-knn':
    case 'rp3beta':
      return pairs + neighbours(items);
    case 'hybrid':
      return (
        pairs + (settings['generators'] as string[]).reduce((sum, each) => sum + generatorNeeds(each, items, users), 0)
      );
    case 'user-knn':
      return pairs + neighbours(users);
    case 'markov':
      return pairs * (1 + setting('window')) + 2 * neighbours(items);
    case 'ials':
    case 'ials++':
    case 'bpr':
    case 'explicit-mf':
    case 'embedding-mf':
    case 'sequence':
    case 'two-tower':
      // The neural ones keep Adam's moments and the best weights next to the weights.
      return pairs + 4 * 4 * (users + 2 * items) * (setting('factors') + 32);
    default:
      return pairs;
  }
}

/** With default settings: a table of 128 columns, or up to 400 neighbours an item; EASE holds a dense matrix. */
function generatorNeeds(recipe: string, items: number, users: number): number {
  if (recipe === 'ease') return 4 * items ** 2;
  return recipe === 'ials' ? 4 * (users + 2 * items) * 160 : items * Math.min(400, items) * SPARSE_ENTRY_BYTES;
}
