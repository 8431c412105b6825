import { output, type Engine, type NumericArray, type RunOptions } from '../engine/engine.js';
import { emptyTop, type Candidates, type TopItems } from './reference.js';

export type { Candidates, TopItems } from './reference.js';

/** Items that the C++ packs together. */
const PANEL = 64;
/** Queries that the C++ screens a panel for at a time. */
const BATCH_MAX = 48;

/** A catalogue of factors made ready to be ranked. */
export interface ItemIndex {
  readonly itemCount: number;
  readonly dimensions: number;
  /** In the order of `ItemIndexArguments`. */
  readonly args: readonly (number | NumericArray)[];
}

/**
 * Packs items `[items, dimensions]` for {@link topItems}; takes about a quarter of their memory more. The items must not change
 * while the index is in use. Its arrays are released when it has been collected.
 */
export async function buildItemIndex(
  engine: Engine,
  items: Float32Array,
  dimensions: number,
  options: RunOptions = {},
): Promise<ItemIndex> {
  const itemCount = items.length / dimensions;
  const panels = Math.ceil(itemCount / PANEL);
  const own = engine.own(items);
  const packed = engine.float32(panels * Math.ceil(dimensions / 4) * PANEL);
  const [scales, sums] = [engine.float32(panels * PANEL), engine.float32(panels * PANEL)];
  const [errors, lengths] = [engine.float32(panels), engine.float32(panels)];
  const outputs = [packed, scales, sums, errors, lengths];
  await engine.run('pack_items', [own, itemCount, dimensions, ...outputs.map(output)], { pieces: panels }, options);
  const index = { itemCount, dimensions, args: [own, itemCount, dimensions, ...outputs] };
  engine.releaseWith(index, ...outputs, own === items ? null : own);
  return index;
}

/** The `limit` best items by dot product for each of `queries` `[queries, dimensions]`. Factors must be finite. */
export async function topItems(
  engine: Engine,
  index: ItemIndex,
  queries: Float32Array,
  limit: number,
  { excluded, allowed }: Candidates,
  options: RunOptions = {},
): Promise<TopItems> {
  const count = queries.length / index.dimensions;
  const top = emptyTop(count, Math.min(limit, index.itemCount));
  if (top.limit === 0) return top;
  const batch = batchOf(count, engine.threads);
  const args = [
    ...index.args,
    queries,
    count,
    top.limit,
    excluded && excluded.offsets,
    excluded && excluded.indices,
    allowed && padBitmap(allowed, index.itemCount),
    output(top.indices),
    output(top.scores),
    output(top.counts),
    batch,
  ];
  const scratchBytes = BATCH_MAX * (4 * Math.ceil(index.dimensions / 4) + 128) + 256;
  await engine.run('top_items', args, { pieces: count, scratchBytes }, options);
  return top;
}

/** The `limit` best of each row of `scores` `[queries, items]`; NaN is left out. */
export async function topScores(
  engine: Engine,
  scores: Float32Array,
  items: number,
  limit: number,
  { excluded, allowed }: Candidates,
  options: RunOptions = {},
): Promise<TopItems> {
  const count = scores.length / items;
  const top = emptyTop(count, Math.min(limit, items));
  if (top.limit === 0) return top;
  const args = [
    scores,
    count,
    items,
    top.limit,
    excluded && excluded.offsets,
    excluded && excluded.indices,
    allowed,
    output(top.indices),
    output(top.scores),
    output(top.counts),
  ];
  await engine.run('top_scores', args, { pieces: count }, options);
  return top;
}

/** Even shares for the threads, each as large as the kernel takes at a time. */
function batchOf(queries: number, threads: number): number {
  const perThread = Math.ceil(queries / threads);
  return Math.max(1, Math.ceil(perThread / Math.ceil(perThread / BATCH_MAX)));
}

/** Whole panels, so that the kernel reads 64 bits at a time; items past the last are ruled out there. */
function padBitmap(allowed: Uint8Array, itemCount: number): Uint8Array {
  const padded = new Uint8Array(Math.ceil(itemCount / PANEL) * (PANEL / 8));
  padded.set(allowed.subarray(0, padded.length));
  return padded;
}
