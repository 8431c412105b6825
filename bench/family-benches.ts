import type { Bench, Figure } from './gpu/bench.js';

/** What of a family is measured side by side with its peers. */
export interface FamilyBenches {
  /** By the name that `npm run bench` takes; each prints its tables. */
  benches: Record<string, () => Promise<void>>;
  /** Parts of `npm run bench -- gpu`. */
  gpuParts: Record<string, (bench: Bench) => Promise<Figure[]>>;
}
