import type { RunOptions } from '../engine/engine.js';
import { submitInChunks } from '../gpu/chunks.js';
import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { ShardedTable, type Storage } from '../gpu/sharded-table.js';
import { emptyTop, type Candidates, type TopItems } from './reference.js';

/** The most items that a query can ask for, and the places that `select.wgsl` keeps. */
export const GPU_TOP_ITEMS_MAX = 128;
const QUERIES_MAX = 512;
const SCORES_MAX = 2 ** 24;
const TILE = 32;
/** -FLT_MAX marks an empty place. */
const LOWEST = -3.4028234663852886e38;

/** What one chunk of queries has on the device. */
interface QueryChunk {
  count: number;
  queries: GPUBuffer;
  scores: GPUBuffer;
  bestScores: GPUBuffer;
  bestItems: GPUBuffer;
  allowed: GPUBuffer;
  offsets: GPUBuffer | null;
  excluded: GPUBuffer | null;
  hasAllowed: boolean;
}

/** A catalogue of factors on the device, ready to be ranked; one use at a time. Release it when done. */
export class GpuTopItems {
  private readonly gpu: Gpu;
  private readonly items: ShardedTable;

  private constructor(gpu: Gpu, items: ShardedTable) {
    this.gpu = gpu;
    this.items = items;
  }

  /** Uploads items `[items, dimensions]`, dimensions a multiple of 16. */
  static async create(gpu: Gpu, items: Float32Array, dimensions: number, storage?: Storage): Promise<GpuTopItems> {
    return new GpuTopItems(gpu, await ShardedTable.upload(gpu, items, dimensions, storage));
  }

  /**
   * The `limit` best items by dot product for each of `queries` `[queries, dimensions]`, equal scores by lower index. Factors must
   * be finite. Throws RangeError for a limit above {@link GPU_TOP_ITEMS_MAX}.
   */
  async rank(
    queries: Float32Array,
    limit: number,
    candidates: Candidates,
    options: RunOptions = {},
  ): Promise<TopItems> {
    const { dimensions, rows } = this.items;
    if (limit > GPU_TOP_ITEMS_MAX) throw new RangeError(`${limit} items: a GPU ranks up to ${GPU_TOP_ITEMS_MAX}.`);
    const count = queries.length / dimensions;
    const top = emptyTop(count, Math.min(limit, rows));
    if (top.limit === 0) return top;
    const binding = this.gpu.limits.maxStorageBufferBindingSize / 4;
    const step = Math.min(QUERIES_MAX, Math.floor(binding / Math.max(GPU_TOP_ITEMS_MAX, dimensions)));
    for (let first = 0; first < count; first += step) {
      const size = Math.min(step, count - first);
      const scoresMax = Math.min(SCORES_MAX, binding);
      const itemsPerBlock = Math.min(Math.ceil(rows / TILE), Math.floor(scoresMax / size / TILE)) * TILE;
      const chunk = await this.upload(queries, first, size, itemsPerBlock, candidates);
      try {
        const onProgress = (share: number) => options.onProgress?.((first + share * size) / count);
        await this.rankChunk(chunk, itemsPerBlock, top.limit, { signal: options.signal, onProgress });
        await this.readChunk(chunk, first, top);
      } finally {
        const { offsets, excluded, allowed, scores, bestScores, bestItems } = chunk;
        this.gpu.release(chunk.queries, offsets, excluded, allowed, scores, bestScores, bestItems);
      }
    }
    return top;
  }

  release(): void {
    this.items.release();
  }

  private async upload(
    queries: Float32Array,
    first: number,
    count: number,
    itemsPerBlock: number,
    { excluded, allowed }: Candidates,
  ): Promise<QueryChunk> {
    const { gpu } = this;
    const { dimensions, rows } = this.items;
    const offsets = excluded?.offsets.subarray(first, first + count + 1);
    const bitmap = new Uint32Array(Math.ceil(rows / 32));
    if (allowed) new Uint8Array(bitmap.buffer).set(allowed.subarray(0, 4 * bitmap.length));
    return {
      count,
      queries: await gpu.upload(queries.subarray(first * dimensions, (first + count) * dimensions)),
      scores: await gpu.allocate(4 * count * itemsPerBlock),
      bestScores: await gpu.allocate(4 * count * GPU_TOP_ITEMS_MAX),
      bestItems: await gpu.allocate(4 * count * GPU_TOP_ITEMS_MAX),
      allowed: await gpu.upload(bitmap),
      hasAllowed: allowed !== null,
      offsets: offsets ? await gpu.upload(offsets.map((offset) => offset - offsets[0])) : null,
      excluded: offsets && excluded ? await gpu.upload(excluded.indices.subarray(offsets[0], offsets[count])) : null,
    };
  }

  /** Block by block of the items; the queue keeps their order. */
  private async rankChunk(chunk: QueryChunk, itemsPerBlock: number, limit: number, options: RunOptions): Promise<void> {
    const { dimensions, rows } = this.items;
    const pieces = {
      kind: 'top-k',
      count: Math.ceil(rows / itemsPerBlock),
      costOf: () => 2 * chunk.count * itemsPerBlock * (dimensions + 16),
      dispatchesOf: (first: number, count: number) =>
        Array.from({ length: count }, (_, at) => {
          const start = (first + at) * itemsPerBlock;
          return this.rankBlock(chunk, start, Math.min(itemsPerBlock, rows - start), limit);
        }).flat(),
    };
    await submitInChunks(this.gpu, pieces, options);
  }

  private rankBlock(chunk: QueryChunk, first: number, count: number, limit: number): Dispatch[] {
    const items = this.items.reading('items', 2);
    const tiles = Math.ceil(chunk.count / TILE) * Math.ceil(count / TILE);
    const integers = [chunk.count, first, count];
    const dispatches: Dispatch[] = [
      {
        code: shaderOf('top-k/scores.wgsl', { COLUMNS: this.items.dimensions / 4 }, items.code),
        bindings: [read(chunk.queries), write(chunk.scores), ...items.bindings],
        params: { integers },
        workgroups: tiles,
      },
    ];
    if (chunk.offsets && chunk.excluded)
      dispatches.push({
        code: shaderOf('top-k/exclude.wgsl', {}),
        bindings: [read(chunk.offsets), read(chunk.excluded), write(chunk.scores)],
        params: { integers },
        workgroups: chunk.count,
      });
    dispatches.push({
      code: shaderOf('top-k/select.wgsl', { HAS_ALLOWED: chunk.hasAllowed ? 1 : 0 }),
      bindings: [read(chunk.scores), read(chunk.allowed), write(chunk.bestScores), write(chunk.bestItems)],
      params: { integers: [...integers, limit] },
      workgroups: chunk.count,
    });
    return dispatches;
  }

  private async readChunk({ count, bestScores, bestItems }: QueryChunk, first: number, top: TopItems): Promise<void> {
    const scores = await this.gpu.read(bestScores, new Float32Array(count * GPU_TOP_ITEMS_MAX));
    const items = await this.gpu.read(bestItems, new Uint32Array(count * GPU_TOP_ITEMS_MAX));
    for (let query = 0; query < count; query++) {
      const from = query * GPU_TOP_ITEMS_MAX;
      const empty = scores.subarray(from, from + top.limit).findIndex((score) => score <= LOWEST);
      const filled = empty < 0 ? top.limit : empty;
      top.counts[first + query] = filled;
      top.scores.set(scores.subarray(from, from + filled), (first + query) * top.limit);
      top.indices.set(items.subarray(from, from + filled), (first + query) * top.limit);
    }
  }
}
