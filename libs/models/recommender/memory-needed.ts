import type { HybridSettings } from './settings.js';

/** The size of what is learnt from. */
export interface InputCounts {
  interactions: number;
  users: number;
  items: number;
}

/** A value of a sparse matrix and its column; the factor of two is for the copy that transposing makes. */
const SPARSE_ENTRY_BYTES = 2 * 8;

// What a fit holds next to its events at its peak, in bytes: estimates that err on the high side.

/** The events as pairs, and no more than a row of numbers for each user or item. */
export function pairsNeeded(_settings: unknown, { interactions }: InputCounts): number {
  return 2 * interactions * SPARSE_ENTRY_BYTES;
}

/** Also a number for each pair of items. */
export function squareNeeded(settings: unknown, counts: InputCounts): number {
  return pairsNeeded(settings, counts) + 4 * counts.items ** 2;
}

/** Squared first, then the weights that are kept of each item. */
export function linearNeeded(settings: { neighbours: number }, counts: InputCounts): number {
  return squareNeeded(settings, counts) + neighboursOf(settings, counts.items);
}

export function itemNeighboursNeeded(settings: { neighbours: number }, counts: InputCounts): number {
  return pairsNeeded(settings, counts) + neighboursOf(settings, counts.items);
}

export function userNeighboursNeeded(settings: { neighbours: number }, counts: InputCounts): number {
  return pairsNeeded(settings, counts) + neighboursOf(settings, counts.users);
}

/** A pair for every step within the window. */
export function stepsNeeded(settings: { neighbours: number; window: number }, counts: InputCounts): number {
  return pairsNeeded(settings, counts) * (1 + settings.window) + 2 * neighboursOf(settings, counts.items);
}

/** The neural recipes keep Adam's moments and the best weights next to the weights. */
export function factorsNeeded(settings: { factors: number }, counts: InputCounts): number {
  const { users, items } = counts;
  return pairsNeeded(settings, counts) + 4 * 4 * (users + 2 * items) * (settings.factors + 32);
}

export function hybridNeeded(settings: HybridSettings, counts: InputCounts): number {
  return settings.generators.reduce(
    (sum, recipe) => sum + generatorNeeds(recipe, counts),
    pairsNeeded(settings, counts),
  );
}

/** With default settings: a table of 128 columns, or up to 400 neighbours an item; EASE holds a dense matrix. */
function generatorNeeds(recipe: string, { users, items }: InputCounts): number {
  if (recipe === 'ease') return 4 * items ** 2;
  return recipe === 'ials' ? 4 * (users + 2 * items) * 160 : items * Math.min(400, items) * SPARSE_ENTRY_BYTES;
}

function neighboursOf({ neighbours }: { neighbours: number }, rows: number): number {
  return rows * Math.min(neighbours, rows) * SPARSE_ENTRY_BYTES;
}
