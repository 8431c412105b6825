import { buildCsr, transposeCsr, type Csr } from '../../../compute/csr/kernel.js';
import { truncatedProduct } from '../../../compute/similarity/kernel.js';
import { runOptions, type FitContext } from '../../training/fit.js';
import { distinctPairs, type Events } from '../events.js';
import { PLAIN_WEIGHTING, type MarkovSettings } from '../settings.js';
import { scaleByRecency } from '../weighting.js';
import { rowSums, scaleRows, type Fit } from './fit.js';
import { itemLikeness } from './item-knn.js';
import { productFit } from './product.js';

/**
 * What comes next: the share of the steps from an item that led to another one, further steps counting less, and next to it
 * item-knn with cosine on the same history. The two stand below each other in one matrix `[2 · items, items]`.
 */
export async function fitMarkov(events: Events, settings: MarkovSettings, context: FitContext): Promise<Fit> {
  const transitions = await countTransitions(events, settings, context);
  await context.report({ epoch: 0, epochs: 0, fraction: 0.5 });
  const knn = { ...PLAIN_WEIGHTING, similarity: 'cosine', asymmetry: 0.5, ...settings } as const;
  const together = await itemLikeness(distinctPairs(events), knn, context);
  const similarity = stackRows(transitions, scaleRows(together, filled(together.rows, settings.cooccurrence)));
  return productFit(similarity, (users) => latestItems(users, settings.recency), events);
}

/** `[items, items]`: row a holds where steps from a led, as shares of all of them. */
async function countTransitions(events: Events, settings: MarkovSettings, context: FitContext): Promise<Csr> {
  const steps = followers(events, settings);
  const byItem = occurrences(events);
  const outgoing = rowSums(steps, 1);
  const popularity = rowSums(byItem, 1);
  return truncatedProduct(
    context.engine,
    {
      left: byItem,
      right: steps,
      rowScale: sumByItem(events, outgoing).map((sum) => Math.max(sum, 1)),
      columnScale: popularity.map((count) => Math.max(count, 1) ** settings.popularityPenalty),
      shrinkage: 0,
      limit: settings.neighbours,
      // Some do the same thing twice; where what was seen is left out, this says nothing.
      dropDiagonal: false,
    },
    runOptions(context),
  );
}

/** `[events, items]`: what the same user did within the window after each event, weighted by distance. */
function followers({ users, items, itemCount }: Events, { window, distanceDecay }: MarkovSettings): Csr {
  const capacity = users.length * window;
  const rowIndices = new Uint32Array(capacity);
  const columnIndices = new Uint32Array(capacity);
  const values = new Float32Array(capacity);
  let count = 0;
  for (let event = 0; event < users.length; event++) {
    for (let distance = 1; distance <= window && users[event + distance] === users[event]; distance++) {
      rowIndices[count] = event;
      columnIndices[count] = items[event + distance];
      values[count++] = distanceDecay ** (distance - 1);
    }
  }
  return buildCsr({
    rows: users.length,
    columns: itemCount,
    rowIndices: rowIndices.subarray(0, count),
    columnIndices: columnIndices.subarray(0, count),
    values: values.subarray(0, count),
  });
}

/** `[items, events]`, which events are of which item. */
function occurrences({ items, itemCount }: Events): Csr {
  const offsets = Uint32Array.from({ length: items.length + 1 }, (_, event) => event);
  return transposeCsr({ rows: items.length, columns: itemCount, offsets, indices: items, values: null });
}

function sumByItem({ items, itemCount }: Events, amounts: Float32Array): Float32Array {
  const sums = new Float32Array(itemCount);
  items.forEach((item, event) => (sums[item] += amounts[event]));
  return sums;
}

/** The history twice, side by side, `[users, 2 · items]`: once for each of the stacked matrices. */
function latestItems(events: Events, recency: number): Csr {
  const { rows, columns, offsets, indices, values } = scaleByRecency(distinctPairs(events), events, recency);
  const doubled = { indices: new Uint32Array(2 * indices.length), values: new Float32Array(2 * indices.length) };
  for (let row = 0; row < rows; row++) {
    const [start, end] = [offsets[row], offsets[row + 1]];
    for (let place = start; place < end; place++) {
      const [first, second] = [start + place, end + place];
      doubled.indices[first] = indices[place];
      doubled.indices[second] = columns + indices[place];
      doubled.values[first] = doubled.values[second] = values![place];
    }
  }
  return { rows, columns: 2 * columns, offsets: offsets.map((offset) => 2 * offset), ...doubled };
}

function stackRows(top: Csr, bottom: Csr): Csr {
  const count = top.indices.length;
  const offsets = new Uint32Array(top.rows + bottom.rows + 1);
  offsets.set(top.offsets);
  bottom.offsets.forEach((offset, row) => (offsets[top.rows + row] = count + offset));
  const indices = new Uint32Array(count + bottom.indices.length);
  indices.set(top.indices);
  indices.set(bottom.indices, count);
  const values = new Float32Array(indices.length);
  values.set(top.values!);
  values.set(bottom.values!, count);
  return { rows: top.rows + bottom.rows, columns: top.columns, offsets, indices, values };
}

function filled(length: number, value: number): Float32Array {
  return new Float32Array(length).fill(value);
}
