import { interactions } from './interactions.js';
import { items } from './items.js';
import type { Kind } from './kind.js';
import { labelledTexts } from './labelled-texts.js';
import { users } from './users.js';

const registry = { interactions, items, users, 'labelled-texts': labelledTexts } satisfies Record<string, Kind>;

export type KindKey = keyof typeof registry;

/** Every kind of data by its key: a new one is a file and a line here. */
export const kinds: Record<KindKey, Kind> = registry;

/** @returns undefined for what names no kind, such as one that was stored by a later release */
export function findKind(key: string): Kind | undefined {
  return Object.hasOwn(kinds, key) ? kinds[key as KindKey] : undefined;
}

/** The keys of the kinds that `isWanted`. */
export function kindsWhere(isWanted: (kind: Kind) => unknown): KindKey[] {
  return (Object.keys(kinds) as KindKey[]).filter((key) => isWanted(kinds[key]));
}
