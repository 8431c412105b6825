import type { Random } from '../../../compute/random/kernel.js';
import { shuffledOrder } from '../../../compute/random/order.js';
import { userOffsets, type Events } from '../events.js';

/** Some users' items in the order of time, one after the other. */
export interface Sequences {
  /** `[sequences + 1]`, into `items`. */
  offsets: Uint32Array;
  items: Uint32Array;
}

/** Sequences of like length, padded at the end to the longest of them. */
export interface SequenceBatch {
  sequences: number;
  /** Length of the longest. */
  steps: number;
  /** `[positions]`: row of each item that is there, `sequence · steps + step`. */
  rows: Uint32Array;
  /** `[positions]` */
  inputs: Uint32Array;
  /** `[positions]`: the item that follows. */
  targets: Uint32Array;
}

/** Each user's latest `length` items; users without events have an empty one. */
export function latestItems(events: Events, length: number): Sequences {
  const offsets = userOffsets(events);
  return cut(events.items, offsets, (start, end) => [[Math.max(start, end - length), end]]);
}

/**
 * What a model that predicts the next item learns from: windows of `length + 1` items at most which overlap by one item, so
 * that each item but a user's first is predicted once.
 *
 * @param lastOut users whose latest item is left out
 */
export function trainingWindows(events: Events, length: number, lastOut: Uint8Array): Sequences {
  return cut(events.items, userOffsets(events), (start, stop, user) => {
    const windows: [number, number][] = [];
    for (let end = stop - lastOut[user]; end - start >= 2; end -= length)
      windows.push([Math.max(start, end - length - 1), end]);
    return windows;
  });
}

/** The latest `length` items of each of the given users before the last one. */
export function historiesBeforeLast(events: Events, users: Uint32Array, length: number): Sequences {
  const offsets = userOffsets(events);
  return joined(
    Array.from(users, (user) => {
      const end = offsets[user + 1] - 1;
      return events.items.subarray(Math.max(offsets[user], end - length), end);
    }),
  );
}

function cut(
  items: Uint32Array,
  starts: Uint32Array,
  windowsOf: (start: number, end: number, user: number) => [number, number][],
): Sequences {
  const pieces: Uint32Array[] = [];
  for (let user = 0; user + 1 < starts.length; user++) {
    for (const [from, to] of windowsOf(starts[user], starts[user + 1], user)) pieces.push(items.subarray(from, to));
  }
  return joined(pieces);
}

function joined(pieces: Uint32Array[]): Sequences {
  const offsets = new Uint32Array(pieces.length + 1);
  pieces.forEach((piece, i) => (offsets[i + 1] = offsets[i] + piece.length));
  const items = new Uint32Array(offsets[pieces.length]);
  pieces.forEach((piece, i) => items.set(piece, offsets[i]));
  return { offsets, items };
}

/** Batches of sequences of like length in an order of chance. */
export function shuffledBatches({ offsets, items }: Sequences, batchSize: number, random: Random): SequenceBatch[] {
  const order = shuffledOrder(offsets.length - 1, random);
  // Sorting is stable, so sequences of one length stay shuffled.
  order.sort((a, b) => offsets[a + 1] - offsets[a] - (offsets[b + 1] - offsets[b]));
  const batches = Array.from({ length: Math.ceil(order.length / batchSize) }, (_, i) =>
    padForTraining({ offsets, items }, order.subarray(i * batchSize, (i + 1) * batchSize)),
  );
  return Array.from(shuffledOrder(batches.length, random), (place) => batches[place]);
}

function padForTraining({ offsets, items }: Sequences, chosen: Uint32Array): SequenceBatch {
  const lengths = Array.from(chosen, (sequence) => offsets[sequence + 1] - offsets[sequence] - 1);
  const steps = Math.max(...lengths);
  const count = lengths.reduce((sum, length) => sum + length, 0);
  const batch = { rows: new Uint32Array(count), inputs: new Uint32Array(count), targets: new Uint32Array(count) };
  let at = 0;
  chosen.forEach((sequence, i) => {
    for (let step = 0; step < lengths[i]; step++, at++) {
      batch.rows[at] = i * steps + step;
      batch.inputs[at] = items[offsets[sequence] + step];
      batch.targets[at] = items[offsets[sequence] + step + 1];
    }
  });
  return { sequences: chosen.length, steps, ...batch };
}
