import { buildCsr, transposeCsr, type Csr } from '../../compute/csr/kernel.js';
import { TrainingInputError } from '../family.js';
import { typeWeightsOf, userOffsets, type Events } from './events.js';
import type { Recency, Weighting } from './settings.js';

const SECONDS_PER_DAY = 86_400;

/**
 * What each user did with each item as one positive weight, `[users, items]`; values are null where every weight is 1.
 *
 * An event weighs w = (weight of its type) · 2^(−age / half-life), its age counted from the latest event of all. A pair of
 * several events gets the greatest w without confidence, 1 + α Σ w v with linear and 1 + α ln(1 + Σ w v) with logarithmic
 * confidence (Hu, Koren, Volinsky 2008, section 3), v being the event's value, at least 0, or 1 where it has none.
 * Events of weight 0 are left out. Throws {@link TrainingInputError} where none is left.
 */
export function weighPairs(events: Events, settings: Weighting): Csr {
  const weights = weighEvents(events, settings);
  const isPlain = settings.confidence === 'none';
  const { userCount: rows, itemCount: columns, users, items } = events;
  if (weights === null && isPlain) {
    return buildCsr({ rows, columns, rowIndices: users, columnIndices: items, values: null });
  }
  const kept = weights ? keptPositions(weights) : Uint32Array.from(users.keys());
  const rowIndices = kept.map((position) => users[position]);
  const columnIndices = kept.map((position) => items[position]);
  const amounts = Float32Array.from(kept, (position) => amountOf(events, weights, position, isPlain));
  if (isPlain) return greatestOfPairs({ rows, columns, rowIndices, columnIndices, values: amounts });
  const summed = buildCsr({ rows, columns, rowIndices, columnIndices, values: amounts });
  return { ...summed, values: summed.values!.map((sum) => confidenceOf(sum, settings)) };
}

/**
 * The pairs of {@link weighPairs}, each further scaled by `recency^q`, q counting the user's later distinct items; what a
 * user is recommended then follows the latest items more. Null timestamps leave the pairs as they are.
 */
export function weighHistory(events: Events, settings: Weighting & Recency): Csr {
  const pairs = weighPairs(events, settings);
  if (settings.recency === 1 || events.timestamps === null) return pairs;
  return scaleByRecency(pairs, events, settings.recency);
}

/** Scales each pair by `recency^q`, q counting the user's later distinct items; far ones are left out once below 10⁻⁴. */
export function scaleByRecency(pairs: Csr, events: Events, recency: number): Csr {
  const offsets = userOffsets(events);
  const factors = new Float32Array(pairs.indices.length);
  const later = new Map<number, number>();
  for (let user = 0; user < pairs.rows; user++) {
    later.clear();
    for (let position = offsets[user + 1] - 1; position >= offsets[user]; position--) {
      const item = events.items[position];
      if (!later.has(item)) later.set(item, recency ** later.size);
    }
    for (let place = pairs.offsets[user]; place < pairs.offsets[user + 1]; place++) {
      factors[place] = (pairs.values?.[place] ?? 1) * (later.get(pairs.indices[place]) ?? 0);
    }
  }
  return dropSmall({ ...pairs, values: factors });
}

const FACTOR_MIN = 1e-4;

function dropSmall({ rows, columns, offsets, indices, values }: Csr): Csr {
  const kept = new Uint32Array(rows + 1);
  let count = 0;
  const [keptIndices, keptValues] = [new Uint32Array(indices.length), new Float32Array(indices.length)];
  for (let row = 0; row < rows; row++) {
    for (let place = offsets[row]; place < offsets[row + 1]; place++) {
      if (values![place] < FACTOR_MIN) continue;
      keptIndices[count] = indices[place];
      keptValues[count++] = values![place];
    }
    kept[row + 1] = count;
  }
  return { rows, columns, offsets: kept, indices: keptIndices.slice(0, count), values: keptValues.slice(0, count) };
}

/** `[events]`; null where each is 1. */
function weighEvents(events: Events, { eventWeights, halfLifeDays }: Weighting): Float32Array | null {
  const typeWeights = typeWeightsOf(events, eventWeights);
  const weighsTypes = typeWeights?.some((weight) => weight !== 1) ?? false;
  const decay = halfLifeDays > 0 ? ageDecay(events, halfLifeDays) : null;
  if (!weighsTypes) return decay;
  const weights = decay ?? new Float32Array(events.users.length).fill(1);
  events.eventTypes!.codes.forEach((code, position) => (weights[position] *= typeWeights![code]));
  return weights;
}

/** `[events]`: 2^(−age / half-life), the age counted from the latest event; null without timestamps. */
export function ageDecay({ timestamps }: Events, halfLifeDays: number): Float32Array | null {
  if (!timestamps) return null;
  const latest = timestamps.reduce((last, time) => Math.max(last, time), -Infinity);
  return Float32Array.from(timestamps, (time) => 2 ** ((time - latest) / (halfLifeDays * SECONDS_PER_DAY)));
}

function keptPositions(weights: Float32Array): Uint32Array {
  const kept = Uint32Array.from(weights.keys()).filter((position) => weights[position] > 0);
  if (kept.length > 0) return kept;
  throw new TrainingInputError(
    'Nothing is left to learn from: every interaction weighs 0. Raise a weight in "eventWeights" or the half-life in "halfLifeDays", then train again.',
  );
}

function amountOf(events: Events, weights: Float32Array | null, position: number, isPlain: boolean): number {
  const value = events.values?.[position] ?? NaN;
  return (weights?.[position] ?? 1) * (isPlain || Number.isNaN(value) ? 1 : Math.max(0, value));
}

function confidenceOf(sum: number, { confidence, confidenceScale }: Weighting): number {
  return 1 + confidenceScale * (confidence === 'log' ? Math.log1p(sum) : sum);
}

/** Like `buildCsr`, but of a repeated pair the greatest value counts. */
function greatestOfPairs(pairs: Parameters<typeof buildCsr>[0]): Csr {
  const csr = buildCsr({ ...pairs, values: null });
  const values = new Float32Array(csr.indices.length);
  const places = new Map<number, number>();
  const byRow = groupPositions(pairs.rowIndices, csr.rows);
  for (let row = 0; row < csr.rows; row++) {
    places.clear();
    for (let place = csr.offsets[row]; place < csr.offsets[row + 1]; place++) places.set(csr.indices[place], place);
    for (let i = byRow.offsets[row]; i < byRow.offsets[row + 1]; i++) {
      const position = byRow.indices[i];
      const place = places.get(pairs.columnIndices[position])!;
      values[place] = Math.max(values[place], pairs.values![position]);
    }
  }
  return { ...csr, values };
}

/** Row r's positions in `rowIndices`, as the columns of row r. */
function groupPositions(rowIndices: Uint32Array, rows: number): Csr {
  const offsets = Uint32Array.from({ length: rowIndices.length + 1 }, (_, position) => position);
  return transposeCsr({ rows: rowIndices.length, columns: rows, offsets, indices: rowIndices, values: null });
}
