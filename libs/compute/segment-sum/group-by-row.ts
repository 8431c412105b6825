import type { RowGroups } from './reference.js';

export type { RowGroups } from './reference.js';

const DIGIT_BITS = 11;
const DIGITS = 2 ** DIGIT_BITS;

/** Groups positions by id in O(ids), however many rows there are. Throws RangeError for an id that is no row. */
export function groupByRow(ids: Uint32Array, rowCount: number): RowGroups {
  const bad = ids.findIndex((id) => id >= rowCount);
  if (bad >= 0) throw new RangeError(`Position ${bad} of the batch names row ${ids[bad]}, but there are ${rowCount}.`);
  const positions = sortPositions(ids, rowCount);
  const rows = new Uint32Array(ids.length);
  const offsets = new Uint32Array(ids.length + 1);
  let groups = 0;
  for (let place = 0; place < ids.length; place++) {
    const id = ids[positions[place]];
    if (groups > 0 && rows[groups - 1] === id) continue;
    rows[groups] = id;
    offsets[groups++] = place;
  }
  offsets[groups] = ids.length;
  return { rows: rows.slice(0, groups), offsets: offsets.slice(0, groups + 1), positions };
}

/** Positions by ascending id, equal ids in their order: radix sort from the lowest digit. */
function sortPositions(ids: Uint32Array, rowCount: number): Uint32Array {
  let positions = new Uint32Array(ids.length);
  for (let position = 0; position < ids.length; position++) positions[position] = position;
  let sorted = new Uint32Array(ids.length);
  const starts = new Uint32Array(DIGITS + 1);
  for (let shift = 0; shift < 32 && (rowCount - 1) >>> shift > 0; shift += DIGIT_BITS) {
    starts.fill(0);
    for (const id of ids) starts[((id >>> shift) & (DIGITS - 1)) + 1]++;
    for (let digit = 0; digit < DIGITS; digit++) starts[digit + 1] += starts[digit];
    for (const position of positions) sorted[starts[(ids[position] >>> shift) & (DIGITS - 1)]++] = position;
    [positions, sorted] = [sorted, positions];
  }
  return positions;
}
