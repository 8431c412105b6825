import { transposeCsr, type Csr } from '../csr/kernel.js';
import { DIMENSIONS_MULTIPLE, type RunOptions } from '../engine/engine.js';
import { submitInChunks } from '../gpu/chunks.js';
import { read, shaderOf, write, type Binding, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { ShardedTable, type Storage } from '../gpu/sharded-table.js';
import { GpuGram } from '../gram/webgpu.js';
import type { HalfSweep } from './reference.js';
import { releaseRowBlocks, uploadRowBlocks, type LongRows, type RowBlock } from './row-blocks.js';

/** How a row is solved. Rows of `longRow` entries and more are always solved by conjugate gradient. */
export type GpuAlsSolver =
  | {
      method: 'conjugate-gradient';
      /** The most steps of a row. */
      steps: number;
      /** A row is done when its residual is at most this share of its right side. */
      tolerance: number;
    }
  /** In workgroup memory, where it fits: up to 64 dimensions on every GPU; else by conjugate gradient to 1e-6. */
  | { method: 'cholesky' };

export type AlsSide = 'users' | 'items';

/** Settings of {@link HalfSweep}, and how factors are stored. */
export interface GpuAlsOptions extends Pick<
  HalfSweep,
  'dimensions' | 'unobservedWeight' | 'regularization' | 'regularizationExponent'
> {
  /** Of both tables; f16 halves the memory and what is read, and keeps 11 bits. */
  storage?: Storage;
  /** Entries from which on several workgroups share a row. */
  longRow?: number;
}

export interface AlsFactors {
  /** `[users, dimensions]` */
  users: Float32Array;
  /** `[items, dimensions]` */
  items: Float32Array;
}

interface Side {
  solved: ShardedTable;
  fixed: ShardedTable;
  gram: GpuGram;
  blocks: RowBlock[];
}

const EXACT = 1e-6;
const LONG_ROW = 2_048;
/** A guess at how many steps a row takes, to size submissions. */
const STEPS_USUAL = 10;
const TILE = 16;

/** iALS with interactions and both tables of factors on the device; one use at a time. Release it when done. */
export class GpuAls {
  private constructor(
    private readonly gpu: Gpu,
    private readonly options: GpuAlsOptions,
    private readonly sides: Record<AlsSide, Side>,
    private readonly isWeighted: boolean,
  ) {}

  /**
   * Uploads interactions `[users, items]` and the factors to start from. Throws RangeError for shapes that do not fit, up to 256
   * dimensions, and rejects with GpuOutOfMemoryError where the device has no room.
   */
  static async create(gpu: Gpu, interactions: Csr, factors: AlsFactors, options: GpuAlsOptions): Promise<GpuAls> {
    assertShape(interactions, factors, options);
    return gpu.releasingOnFailure(() => GpuAls.upload(gpu, interactions, factors, options));
  }

  private static async upload(gpu: Gpu, interactions: Csr, factors: AlsFactors, options: GpuAlsOptions) {
    const { dimensions, storage } = options;
    const users = await ShardedTable.upload(gpu, factors.users, dimensions, storage);
    const items = await ShardedTable.upload(gpu, factors.items, dimensions, storage);
    const side = async (csr: Csr, solved: ShardedTable, fixed: ShardedTable): Promise<Side> => ({
      solved,
      fixed,
      gram: await GpuGram.create(gpu, fixed),
      blocks: await uploadRowBlocks(gpu, csr, solved, {
        longRow: options.longRow ?? LONG_ROW,
        ridgeOf: (count) =>
          options.regularization * (count + options.unobservedWeight * csr.columns) ** options.regularizationExponent,
      }),
    });
    const sides = {
      users: await side(interactions, users, items),
      items: await side(transposeCsr(interactions), items, users),
    };
    return new GpuAls(gpu, options, sides, interactions.values !== null);
  }

  /** Solves one side with the other held fixed; see {@link HalfSweep} for the mathematics. Hears an abort within some 100 ms. */
  async sweep(side: AlsSide, solver: GpuAlsSolver, options: RunOptions = {}): Promise<void> {
    const { gram, blocks } = this.sides[side];
    await gram.compute(this.options.unobservedWeight, { signal: options.signal });
    const { dimensions: d } = this.options;
    const [steps, tolerance] = solver.method === 'cholesky' ? [3 * d, EXACT] : [solver.steps, solver.tolerance];
    const isDirect = solver.method === 'cholesky' && this.fitsCholesky;
    for (const [place, block] of blocks.entries()) {
      const code = isDirect ? this.choleskyCode(side, block) : this.gradientCode(side, block);
      const bindings = this.bindings(side, block);
      const pieces = {
        kind: `als by ${isDirect ? 'cholesky' : 'conjugate gradient'} in ${d}`,
        count: block.lengths.length,
        costOf: (at: number) => this.costOf(block.lengths[at], isDirect),
        dispatchesOf: (first: number, count: number): Dispatch[] => [
          { code, bindings, params: { integers: [first, count, steps], floats: [tolerance] }, workgroups: count },
        ],
      };
      const onProgress = (share: number) => options.onProgress?.((place + share) / blocks.length);
      await submitInChunks(this.gpu, pieces, { signal: options.signal, onProgress });
      if (block.long) await this.solveLong(side, block, block.long, steps, tolerance, options.signal);
    }
  }

  /** Both tables as they are after the sweeps so far. */
  async read(): Promise<AlsFactors> {
    return { users: await this.sides.users.solved.read(), items: await this.sides.items.solved.read() };
  }

  release(): void {
    for (const { solved, gram, blocks } of Object.values(this.sides)) {
      solved.release();
      gram.release();
      releaseRowBlocks(this.gpu, blocks);
    }
  }

  /** Operations for a row; a workgroup takes as long for a few entries as for all that it reads at a time. */
  private costOf(length: number, isDirect: boolean): number {
    const d = this.options.dimensions;
    if (isDirect) return Math.max(length, TILE) * d * d + d ** 3;
    return (4 * Math.max(length, 4 * this.constants().SLOTS) * d + 2 * d * d) * STEPS_USUAL;
  }

  private get columns(): number {
    return this.options.dimensions / 4;
  }

  private get fitsCholesky(): boolean {
    const blocks = (this.columns * (this.columns + 1)) / 2;
    return 68 * blocks + 16 * (TILE + 1) * this.columns + 4 * TILE <= this.gpu.limits.maxComputeWorkgroupStorageSize;
  }

  private constants() {
    const wanted = this.options.dimensions > 128 ? 128 : 64;
    const threads = Math.min(this.gpu.limits.maxComputeInvocationsPerWorkgroup, wanted);
    const slots = Math.max(1, Math.floor(threads / this.columns));
    return { COLUMNS: this.columns, SLOTS: slots, WEIGHTED: this.isWeighted ? 1 : 0 };
  }

  private bindings(side: AlsSide, block: RowBlock): Binding[] {
    const { gram, fixed } = this.sides[side];
    const inputs = [gram.matrix, block.rows, block.entries].map(read);
    return [...inputs, write(block.shard.buffer), ...fixed.reading('fixed', 4).bindings];
  }

  private declarations(side: AlsSide, block: RowBlock): string {
    const { solved, fixed } = this.sides[side];
    return `@group(0) @binding(0) var<storage, read> gram: array<vec4f>;
@group(0) @binding(1) var<storage, read> rows: array<vec4u>;
@group(0) @binding(2) var<storage, read> entries: array<u32>;
${solved.writing('solved', 3, block.shard).code}
${fixed.reading('fixed', 4).code}`;
  }

  private gradientCode(side: AlsSide, block: RowBlock): string {
    const declarations = this.declarations(side, block);
    return this.codeOf('conjugate-gradient', this.constants(), declarations, ['columns', 'entries', 'solve']);
  }

  private choleskyCode(side: AlsSide, block: RowBlock): string {
    const wanted = this.options.dimensions > 64 ? 128 : 64;
    const THREADS = Math.min(this.gpu.limits.maxComputeInvocationsPerWorkgroup, wanted);
    const constants = { COLUMNS: this.columns, THREADS, WEIGHTED: this.isWeighted ? 1 : 0 };
    return this.codeOf('cholesky', constants, this.declarations(side, block), []);
  }

  /** Conjugate gradient over all long rows of a block at once: a product over segments, then a step a row. */
  private async solveLong(
    side: AlsSide,
    block: RowBlock,
    long: LongRows,
    steps: number,
    tolerance: number,
    signal: AbortSignal | undefined,
  ): Promise<void> {
    const product = this.longProduct(side, block, long);
    const step = (phase: number) => this.longStep(side, block, long, phase, tolerance);
    await this.gpu.submit([step(0), product, step(1)]);
    const entries = (long.segmentCount * (this.options.longRow ?? LONG_ROW)) / 2;
    const pieces = {
      kind: `als of long rows in ${this.options.dimensions}`,
      count: steps,
      costOf: () => 4 * entries * this.options.dimensions,
      dispatchesOf: (_: number, count: number) => Array.from({ length: count }, () => [product, step(2)]).flat(),
    };
    await submitInChunks(this.gpu, pieces, { signal });
  }

  private longProduct(side: AlsSide, block: RowBlock, long: LongRows): Dispatch {
    const { code, bindings } = this.sides[side].fixed.reading('fixed', 4);
    const declarations = `@group(0) @binding(0) var<storage, read> entries: array<u32>;
@group(0) @binding(1) var<storage, read> segments: array<vec4u>;
@group(0) @binding(2) var<storage, read> state: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> partials: array<vec4f>;
${code}`;
    return {
      code: this.codeOf('long-rows', this.constants(), declarations, ['columns', 'entries']),
      bindings: [...[block.entries, long.segments, long.state].map(read), write(long.partials), ...bindings],
      params: { integers: [0, long.segmentCount] },
      workgroups: long.segmentCount,
    };
  }

  private longStep(side: AlsSide, block: RowBlock, long: LongRows, phase: number, tolerance: number): Dispatch {
    const solved = this.sides[side].solved.writing('solved', 4, block.shard);
    const declarations = `@group(0) @binding(0) var<storage, read> gram: array<vec4f>;
@group(0) @binding(1) var<storage, read> longRows: array<vec4u>;
@group(0) @binding(2) var<storage, read> partials: array<vec4f>;
@group(0) @binding(3) var<storage, read_write> state: array<vec4f>;
${solved.code}`;
    const inputs = [this.sides[side].gram.matrix, long.rows, long.partials].map(read);
    return {
      code: this.codeOf('long-step', { ...this.constants(), PHASE: phase }, declarations, ['columns', 'solve']),
      bindings: [...inputs, write(long.state), ...solved.bindings],
      params: { integers: [long.count], floats: [tolerance] },
      workgroups: long.count,
    };
  }

  private codeOf(name: string, constants: Record<string, number>, declarations: string, parts: string[]): string {
    const before = parts.map((part) => shaderOf(`als-half-sweep/${part}.wgsl`, {}));
    return shaderOf(`als-half-sweep/${name}.wgsl`, constants, declarations, ...before);
  }
}

function assertShape({ rows, columns }: Csr, { users, items }: AlsFactors, { dimensions }: GpuAlsOptions): void {
  if (!Number.isInteger(dimensions / DIMENSIONS_MULTIPLE) || dimensions <= 0 || dimensions > 256)
    throw new RangeError(`${dimensions} dimensions: not a multiple of ${DIMENSIONS_MULTIPLE} up to 256.`);
  if (users.length !== rows * dimensions || items.length !== columns * dimensions)
    throw new RangeError('The factors do not have a row for each row and column of the interactions.');
}
