import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { ShardedTable } from '../gpu/sharded-table.js';
import type { RowGroups } from './group-by-row.js';

/** Positions of a piece. */
const PIECE = 64;

/** The segments of one batch after another on the device, and the sums of their pieces. */
export class GpuSegments {
  /** `[pieces, dimensions]`: sums of the pieces, once {@link sumPieces} ran. */
  readonly partials: GPUBuffer;
  /** `[groups + 1]`: group g is the sum of pieces `offsets[g]` to `offsets[g + 1]`. */
  readonly pieceOffsets: GPUBuffer;
  /** `[groups]`, ascending. */
  readonly rows: GPUBuffer;
  private readonly positions: GPUBuffer;
  private readonly pieces: GPUBuffer;
  private pieceCount = 0;

  private constructor(
    private readonly gpu: Gpu,
    private readonly dimensions: number,
    buffers: GPUBuffer[],
  ) {
    [this.partials, this.pieceOffsets, this.rows, this.positions, this.pieces] = buffers;
  }

  /** Room for batches of up to `idsMax` ids. */
  static async create(gpu: Gpu, idsMax: number, dimensions: number): Promise<GpuSegments> {
    const buffers: GPUBuffer[] = [];
    for (const words of [idsMax * dimensions, idsMax + 1, idsMax, idsMax, 2 * idsMax])
      buffers.push(await gpu.allocate(4 * words));
    return new GpuSegments(gpu, dimensions, buffers);
  }

  /** Replaces the segments, for what is submitted from now on. */
  write({ rows, offsets, positions }: RowGroups): void {
    const pieceOffsets = new Uint32Array(rows.length + 1);
    const pieces = new Uint32Array(2 * positions.length);
    let count = 0;
    for (let group = 0; group < rows.length; group++) {
      for (let at = offsets[group]; at < offsets[group + 1]; at += PIECE, count++) {
        pieces[2 * count] = at;
        pieces[2 * count + 1] = Math.min(offsets[group + 1], at + PIECE);
      }
      pieceOffsets[group + 1] = count;
    }
    this.pieceCount = count;
    this.gpu.write(this.pieceOffsets, pieceOffsets);
    this.gpu.write(this.rows, rows);
    this.gpu.write(this.positions, positions);
    this.gpu.write(this.pieces, pieces.subarray(0, 2 * count));
  }

  /** Fills `partials` from vectors; positions from `count` on are those from 0 on with the other sign. */
  sumPieces(vectors: ShardedTable, count: number): Dispatch {
    const { code, bindings } = vectors.reading('vectors', 3);
    return {
      code: shaderOf('segment-sum/segment-sum.wgsl', { COLUMNS: this.dimensions / 4 }, code),
      bindings: [read(this.positions), read(this.pieces), write(this.partials), ...bindings],
      params: { integers: [this.pieceCount, count] },
      workgroups: Math.ceil((this.pieceCount * this.dimensions) / 256),
    };
  }

  release(): void {
    this.gpu.release(this.partials, this.pieceOffsets, this.rows, this.positions, this.pieces);
  }
}

/** {@link segmentSumReference} on the device; returns `[groups, dimensions]`. */
export async function segmentSumOnGpu(
  gpu: Gpu,
  vectors: Float32Array,
  dimensions: number,
  groups: RowGroups,
): Promise<Float32Array> {
  const table = await ShardedTable.upload(gpu, vectors, dimensions);
  const segments = await GpuSegments.create(gpu, groups.positions.length, dimensions);
  const sums = await gpu.allocate(groups.rows.length * dimensions * 4);
  try {
    segments.write(groups);
    const total: Dispatch = {
      code: shaderOf('segment-sum/sum-pieces.wgsl', { COLUMNS: dimensions / 4 }),
      bindings: [read(segments.partials), read(segments.pieceOffsets), write(sums)],
      params: { integers: [groups.rows.length] },
      workgroups: Math.ceil((groups.rows.length * dimensions) / 256),
    };
    await gpu.submit([segments.sumPieces(table, table.rows), total]);
    return await gpu.read(sums, new Float32Array(groups.rows.length * dimensions));
  } finally {
    gpu.release(sums);
    segments.release();
    table.release();
  }
}
