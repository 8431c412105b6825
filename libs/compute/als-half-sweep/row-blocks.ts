import type { Csr } from '../csr/kernel.js';
import type { Gpu } from '../gpu/gpu.js';
import type { Shard, ShardedTable } from '../gpu/sharded-table.js';

/** Rows of one shard with their entries, as far as one binding takes them. */
export interface RowBlock {
  shard: Shard;
  /** `[rows, 4]`: row of the shard, first and last entry, ridge; longest first, without the long rows. */
  rows: GPUBuffer;
  /** Entries of each of `rows`. */
  lengths: Uint32Array;
  /** `[entries]` columns, or `[entries, 2]` columns and weights. */
  entries: GPUBuffer;
  /** Null for none. */
  long: LongRows | null;
}

/** Rows that are cut into segments, so that many workgroups share one. */
export interface LongRows {
  count: number;
  segmentCount: number;
  /** `[count, 4]`: row of the shard, first and last segment, ridge. */
  rows: GPUBuffer;
  /** `[segments, 4]`: place among the long rows, first and last entry, 0. */
  segments: GPUBuffer;
  /** `[count, 4, dimensions]`: what `long-step.wgsl` keeps. */
  state: GPUBuffer;
  /** `[segments, 2, dimensions]` */
  partials: GPUBuffer;
}

export interface BlockOptions {
  /** Entries from which on a row is a long one. */
  longRow: number;
  /** Of a row with this many entries. */
  ridgeOf: (count: number) => number;
}

/** Uploads interactions block by block. Throws RangeError where one row is too long for a binding. */
export async function uploadRowBlocks(
  gpu: Gpu,
  interactions: Csr,
  table: ShardedTable,
  options: BlockOptions,
): Promise<RowBlock[]> {
  const { offsets, values } = interactions;
  const entriesMax = Math.floor(gpu.limits.maxStorageBufferBindingSize / (values ? 8 : 4));
  const blocks: RowBlock[] = [];
  for (const shard of table.shards) {
    const end = shard.firstRow + shard.rows;
    for (let first = shard.firstRow; first < end;) {
      let last = first + 1;
      while (last < end && offsets[last + 1] - offsets[first] <= entriesMax) last++;
      if (offsets[last] - offsets[first] > entriesMax)
        throw new RangeError(`Row ${first} has more entries than this GPU takes in one buffer, ${entriesMax}.`);
      blocks.push(await uploadBlock(gpu, interactions, shard, [first, last], table.dimensions, options));
      first = last;
    }
  }
  return blocks;
}

export function releaseRowBlocks(gpu: Gpu, blocks: RowBlock[]): void {
  for (const { rows, entries, long } of blocks) {
    gpu.release(rows, entries);
    if (long) gpu.release(long.rows, long.segments, long.state, long.partials);
  }
}

async function uploadBlock(
  gpu: Gpu,
  { offsets, indices, values }: Csr,
  shard: Shard,
  [first, last]: [number, number],
  dimensions: number,
  { longRow, ridgeOf }: BlockOptions,
): Promise<RowBlock> {
  const start = offsets[first];
  const lengthOf = (row: number) => offsets[row + 1] - offsets[row];
  const all = Uint32Array.from({ length: last - first }, (_, at) => first + at);
  const order = all.sort((a, b) => lengthOf(b) - lengthOf(a) || a - b);
  const longCount = order.findIndex((row) => lengthOf(row) < longRow);
  const split = longCount < 0 ? order.length : longCount;
  const infoOf = (row: number) => [row - shard.firstRow, offsets[row] - start, offsets[row + 1] - start];
  const short = order.subarray(split);
  const rows = packRows(short.length, (at) => [...infoOf(short[at]), ridgeOf(lengthOf(short[at]))]);
  return {
    shard,
    rows: await gpu.upload(rows),
    lengths: short.map(lengthOf),
    entries: await gpu.upload(packEntries(indices, values, start, offsets[last])),
    long:
      split === 0
        ? null
        : await uploadLong(gpu, [...order.subarray(0, split)].map(infoOf), dimensions, { longRow, ridgeOf }),
  };
}

async function uploadLong(
  gpu: Gpu,
  infos: number[][],
  d: number,
  { longRow, ridgeOf }: BlockOptions,
): Promise<LongRows> {
  const size = Math.ceil(longRow / 2);
  const rows: number[][] = [];
  const segments: number[][] = [];
  infos.forEach(([row, start, end], place) => {
    const first = segments.length;
    for (let at = start; at < end; at += size) segments.push([place, at, Math.min(end, at + size), 0]);
    rows.push([row, first, segments.length, ridgeOf(end - start)]);
  });
  return {
    count: rows.length,
    segmentCount: segments.length,
    rows: await gpu.upload(packRows(rows.length, (at) => rows[at])),
    segments: await gpu.upload(Uint32Array.from(segments.flat())),
    state: await gpu.allocate(rows.length * 16 * d),
    partials: await gpu.allocate(segments.length * 8 * d),
  };
}

/** Three integers and a float a row. */
function packRows(count: number, rowOf: (at: number) => number[]): Uint32Array {
  const packed = new Uint32Array(4 * count);
  const floats = new Float32Array(packed.buffer);
  for (let at = 0; at < count; at++) {
    const [row, start, end, ridge] = rowOf(at);
    packed.set([row, start, end], 4 * at);
    floats[4 * at + 3] = ridge;
  }
  return packed;
}

function packEntries(indices: Uint32Array, values: Float32Array | null, start: number, end: number): Uint32Array {
  if (!values) return indices.subarray(start, end);
  const packed = new Uint32Array(2 * (end - start));
  const floats = new Float32Array(packed.buffer);
  for (let at = start; at < end; at++) {
    packed[2 * (at - start)] = indices[at];
    floats[2 * (at - start) + 1] = values[at];
  }
  return packed;
}
