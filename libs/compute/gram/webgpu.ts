import type { RunOptions } from '../engine/engine.js';
import { submitInChunks } from '../gpu/chunks.js';
import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { ShardedTable } from '../gpu/sharded-table.js';

const PARTS_MAX = 256;
const ROWS_PER_PART = 256;
/** Dimensions of a tile of `gram.wgsl`. */
const TILE = 32;

/** Gram matrices of one table, into a buffer that stays. */
export class GpuGram {
  private constructor(
    private readonly gpu: Gpu,
    private readonly table: ShardedTable,
    private readonly parts: number,
    /** `[dimensions, dimensions]`, symmetric. */
    readonly matrix: GPUBuffer,
    private readonly sums: GPUBuffer,
  ) {}

  static async create(gpu: Gpu, table: ShardedTable): Promise<GpuGram> {
    const bytes = table.dimensions ** 2 * 4;
    const fitting = Math.floor(gpu.limits.maxStorageBufferBindingSize / bytes);
    const parts = Math.max(1, Math.min(PARTS_MAX, fitting, Math.ceil(table.rows / ROWS_PER_PART)));
    const matrix = await gpu.allocate(bytes);
    return new GpuGram(gpu, table, parts, matrix, await gpu.allocate(bytes * parts));
  }

  /** Fills `matrix` with `scale · YᵀY` of the table Y; sums of fixed parts of the rows are added up in their order. */
  async compute(scale = 1, options: RunOptions = {}): Promise<void> {
    const { table } = this;
    const d = table.dimensions;
    const y = table.reading('y', 1);
    const code = shaderOf('gram/gram.wgsl', { COLUMNS: d / 4 }, y.code);
    const rowsPerPart = Math.max(1, Math.ceil(table.rows / this.parts));
    const parts = Math.ceil(table.rows / rowsPerPart);
    const pieces = {
      kind: `gram of ${d}`,
      count: parts,
      costOf: () => rowsPerPart * d * d,
      dispatchesOf: (first: number, count: number): Dispatch[] => [
        {
          code,
          bindings: [write(this.sums), ...y.bindings],
          params: { integers: [table.rows, rowsPerPart, first, count] },
          workgroups: count * Math.ceil(d / TILE) ** 2,
        },
      ],
    };
    await submitInChunks(this.gpu, pieces, options);
    const total: Dispatch = {
      code: shaderOf('gram/sum-parts.wgsl', { D: d }),
      bindings: [read(this.sums), write(this.matrix)],
      params: { integers: [parts], floats: [scale] },
      workgroups: Math.ceil((d * d) / 64),
    };
    await this.gpu.submit([total]);
  }

  release(): void {
    this.gpu.release(this.matrix, this.sums);
  }
}

/** `YᵀY` of Y `[rows, dimensions]`, dimensions a multiple of 16; returns `[dimensions, dimensions]`. */
export async function gramOnGpu(gpu: Gpu, matrix: Float32Array, dimensions: number): Promise<Float32Array> {
  const table = await ShardedTable.upload(gpu, matrix, dimensions);
  const gram = await GpuGram.create(gpu, table);
  try {
    await gram.compute();
    return await gpu.read(gram.matrix, new Float32Array(dimensions ** 2));
  } finally {
    gram.release();
    table.release();
  }
}
