import type { FamilyKey } from './manifests.js';
import { eraseUser as eraseFromRecommender } from './recommender/artifact.js';

type Eraser = (artifact: Uint8Array, userId: string) => Uint8Array<ArrayBuffer> | null;

/** How each family takes a person out of its artifacts. */
export const erasers = {
  recommender: eraseFromRecommender,
  // Texts name nobody by an id.
  'text-classification': () => null,
} satisfies Record<FamilyKey, Eraser>;

/** The artifact without what it holds of one person; null where it holds nothing. */
export function eraseUser(family: FamilyKey, artifact: Uint8Array, userId: string): Uint8Array<ArrayBuffer> | null {
  return erasers[family](artifact, userId);
}
