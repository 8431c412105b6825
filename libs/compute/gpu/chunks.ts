import type { RunOptions } from '../engine/engine.js';
import type { Dispatch } from './dispatch.js';
import type { Gpu } from './gpu.js';

/** A submission takes about this long: an abort is heard within it, and the overhead is small next to it. */
const CHUNK_MS = 50;
const OPERATIONS_FIRST = 2e7;

/** What a device did of each kind of work in `CHUNK_MS` when it last was measured. */
const measured = new WeakMap<Gpu, Map<string, number>>();

/** Pieces of work that do not depend on each other. */
export interface Pieces {
  /** Work of one kind takes as long for as many operations. */
  kind: string;
  count: number;
  /** Operations that a piece takes, roughly. */
  costOf: (piece: number) => number;
  /** Shaders that do `count` pieces from `first` on. */
  dispatchesOf: (first: number, count: number) => Dispatch[];
}

/** Runs pieces in submissions of about 50 ms, whose size follows the device. Rejects with the signal's reason between two. */
export async function submitInChunks(
  gpu: Gpu,
  { kind, count, costOf, dispatchesOf }: Pieces,
  { signal, onProgress }: RunOptions = {},
): Promise<void> {
  const budgets = measured.get(gpu) ?? new Map<string, number>();
  measured.set(gpu, budgets);
  for (let first = 0; first < count;) {
    signal?.throwIfAborted();
    const budget = budgets.get(kind) ?? OPERATIONS_FIRST;
    let [last, cost] = [first, 0];
    while (last < count && (last === first || cost + costOf(last) <= budget)) cost += costOf(last++);
    const started = performance.now();
    await gpu.submit(dispatchesOf(first, last - first));
    await gpu.finish();
    const elapsed = performance.now() - started;
    // A chunk far below the budget says nothing of a full one.
    if (cost > budget / 2) budgets.set(kind, budget * Math.min(4, Math.max(0.25, CHUNK_MS / elapsed)));
    first = last;
    onProgress?.(first / count);
  }
}
