import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { ShardedTable } from '../gpu/sharded-table.js';
import { groupByRow, type RowGroups } from '../segment-sum/group-by-row.js';
import { GpuSegments } from '../segment-sum/webgpu.js';
import { itemIdsOf } from './kernel.js';
import { ADAM, SQUARED_NORM_MIN, type EmbeddingStep, type EmbeddingTable } from './reference.js';

/** Weight and bias of the rating objective, with their moments; each `[2]`. */
export interface RatingHead {
  head: Float32Array;
  headFirst: Float32Array;
  headSecond: Float32Array;
}

/** What is learned; read back in the same shape. */
export interface EmbeddingModel {
  users: EmbeddingTable;
  items: EmbeddingTable;
  /** Null for the pairwise objective. */
  head: RatingHead | null;
}

export interface GpuEmbeddingOptions {
  /** A multiple of 16. */
  dimensions: number;
  adam: EmbeddingStep['adam'];
  /** The longest batch. */
  batchMax: number;
}

/** One batch: labels for a model with a head, else negatives. */
export interface EmbeddingBatch extends Pick<EmbeddingStep, 'userIds' | 'itemIds' | 'step' | 'learningRate'> {
  objective: { kind: 'rating'; labels: Float32Array } | { kind: 'pairwise'; negativeIds: Uint32Array };
}

/** One table with its moments, and where a batch's rows, gradients and segments lie. */
interface Side {
  values: ShardedTable;
  first: ShardedTable;
  second: ShardedTable;
  ids: GPUBuffer;
  gathered: GPUBuffer;
  /** In one shard: shaders write it whole. */
  gradients: ShardedTable;
  segments: GpuSegments;
}

const LOSS = 6;

/** {@link embeddingStep} with both tables on the device: a step uploads its batch and reads nothing back. Release it when done. */
export class GpuEmbeddingStep {
  private readonly users: Side;
  private readonly items: Side;
  private readonly labels: GPUBuffer;
  private readonly head: GPUBuffer;
  private readonly outcomes: GPUBuffer;
  private stepsUnread = 0;

  private constructor(
    private readonly gpu: Gpu,
    private readonly options: GpuEmbeddingOptions,
    private readonly isRating: boolean,
    [users, items]: Side[],
    [labels, head, outcomes]: GPUBuffer[],
  ) {
    this.users = users;
    this.items = items;
    this.labels = labels;
    this.head = head;
    this.outcomes = outcomes;
  }

  /** Uploads the model. Rejects with GpuOutOfMemoryError where the device has no room, also for a batch in one buffer. */
  static create(gpu: Gpu, model: EmbeddingModel, options: GpuEmbeddingOptions): Promise<GpuEmbeddingStep> {
    return gpu.releasingOnFailure(() => GpuEmbeddingStep.upload(gpu, model, options));
  }

  private static async upload(gpu: Gpu, model: EmbeddingModel, options: GpuEmbeddingOptions) {
    const { batchMax } = options;
    const isRating = model.head !== null;
    const sides = [
      await createSide(gpu, model.users, options, batchMax),
      await createSide(gpu, model.items, options, isRating ? batchMax : 2 * batchMax),
    ];
    const head = new Float32Array(8);
    if (model.head)
      [model.head.head, model.head.headFirst, model.head.headSecond].forEach((pair, at) => head.set(pair, 2 * at));
    const buffers = [await gpu.allocate(4 * batchMax), await gpu.upload(head), await gpu.allocate(16 * batchMax)];
    return new GpuEmbeddingStep(gpu, options, isRating, sides, buffers);
  }

  /** Resolves when the step is on its way; await it before the next. Throws RangeError for ids that are no rows and batches that do not fit. */
  async step(batch: EmbeddingBatch): Promise<void> {
    const { objective, userIds } = batch;
    if (
      (objective.kind === 'rating') !== this.isRating ||
      userIds.length === 0 ||
      userIds.length > this.options.batchMax
    )
      throw new RangeError('The batch is empty, longer than batchMax, or of another objective than the model.');
    const userGroups = this.writeIds(this.users, userIds);
    const itemIds = objective.kind === 'rating' ? batch.itemIds : itemIdsOf({ itemIds: batch.itemIds, objective });
    const itemGroups = this.writeIds(this.items, itemIds);
    if (objective.kind === 'rating') this.gpu.write(this.labels, objective.labels);
    const adam = adamFloats(batch);
    await this.gpu.submit([
      ...this.gather(this.users, userIds.length),
      ...this.gather(this.items, itemIds.length),
      this.gradients(userIds.length),
      this.users.segments.sumPieces(this.users.gradients, userIds.length),
      this.items.segments.sumPieces(this.items.gradients, userIds.length),
      ...this.move(this.users, userGroups, adam),
      ...this.move(this.items, itemGroups, adam),
      this.moveHead(userIds.length, adam),
    ]);
    this.stepsUnread++;
  }

  /** Mean over the steps since the last call of their mean losses; NaN when there were none. Waits for all of them. */
  async meanLoss(): Promise<number> {
    const [sum] = await this.gpu.read(this.head, new Float32Array(1), LOSS);
    this.gpu.write(this.head, new Float32Array(1), LOSS);
    const mean = sum / this.stepsUnread;
    this.stepsUnread = 0;
    return mean;
  }

  /** The model as it is after the steps so far. */
  async read(): Promise<EmbeddingModel> {
    const table = async ({ values, first, second }: Side) => ({
      values: await values.read(),
      first: await first.read(),
      second: await second.read(),
    });
    const numbers = await this.gpu.read(this.head, new Float32Array(LOSS));
    const [head, headFirst, headSecond] = [0, 2, 4].map((at) => numbers.slice(at, at + 2));
    return {
      users: await table(this.users),
      items: await table(this.items),
      head: this.isRating ? { head, headFirst, headSecond } : null,
    };
  }

  release(): void {
    for (const { values, first, second, gradients, segments, ids, gathered } of [this.users, this.items]) {
      for (const part of [values, first, second, gradients, segments]) part.release();
      this.gpu.release(ids, gathered);
    }
    this.gpu.release(this.labels, this.head, this.outcomes);
  }

  private get columns(): number {
    return this.options.dimensions / 4;
  }

  private writeIds(side: Side, ids: Uint32Array): RowGroups {
    const groups = groupByRow(ids, side.values.rows);
    side.segments.write(groups);
    this.gpu.write(side.ids, ids);
    return groups;
  }

  private gather({ values, ids, gathered }: Side, count: number): Dispatch[] {
    return values.shards.map((shard) => {
      const table = values.writing('table', 2, shard);
      return {
        code: shaderOf('embedding-step/gather.wgsl', { COLUMNS: this.columns }, table.code),
        bindings: [read(ids), write(gathered), ...table.bindings],
        params: { integers: [count, shard.firstRow, shard.rows] },
        workgroups: Math.ceil((count * this.columns) / 64),
      };
    });
  }

  private gradients(batch: number): Dispatch {
    const { users, items } = this;
    const outputs = [users.gradients.shards[0].buffer, items.gradients.shards[0].buffer, this.outcomes];
    const constants = { COLUMNS: this.columns, IS_RATING: this.isRating ? 1 : 0 };
    return {
      code: shaderOf('embedding-step/gradients.wgsl', constants),
      bindings: [...[users.gathered, items.gathered, this.labels, this.head].map(read), ...outputs.map(write)],
      params: { integers: [batch], floats: [SQUARED_NORM_MIN] },
      workgroups: Math.ceil(batch / 64),
    };
  }

  /** Shard by shard; groups of a shard follow each other, as rows ascend. */
  private move({ values, first, second, segments }: Side, { rows }: RowGroups, adam: number[]): Dispatch[] {
    const isDense = this.options.adam === 'dense';
    const code = shaderOf('embedding-step/adam.wgsl', { COLUMNS: this.columns, IS_DENSE: isDense ? 1 : 0 });
    let group = 0;
    return values.shards.map((shard, place) => {
      const firstGroup = group;
      while (group < rows.length && rows[group] < shard.firstRow + shard.rows) group++;
      const [from, count] = isDense ? [0, shard.rows] : [firstGroup, group - firstGroup];
      const state = [shard, first.shards[place], second.shards[place]].map(({ buffer }) => write(buffer));
      return {
        code,
        bindings: [...state, ...[segments.rows, segments.pieceOffsets, segments.partials].map(read)],
        params: { integers: [shard.firstRow, from, count, rows.length], floats: adam },
        workgroups: Math.ceil((count * this.columns) / 64),
      };
    });
  }

  private moveHead(batch: number, adam: number[]): Dispatch {
    return {
      code: shaderOf('embedding-step/head.wgsl', { IS_RATING: this.isRating ? 1 : 0 }),
      bindings: [read(this.outcomes), write(this.head)],
      params: { integers: [batch], floats: adam },
      workgroups: 1,
    };
  }
}

async function createSide(
  gpu: Gpu,
  table: EmbeddingTable,
  { dimensions, batchMax }: GpuEmbeddingOptions,
  idsMax: number,
): Promise<Side> {
  const gathered = await gpu.allocate(4 * idsMax * dimensions);
  return {
    values: await ShardedTable.upload(gpu, table.values, dimensions),
    first: await ShardedTable.upload(gpu, table.first, dimensions),
    second: await ShardedTable.upload(gpu, table.second, dimensions),
    ids: await gpu.allocate(4 * idsMax),
    gathered,
    gradients: await ShardedTable.create(gpu, batchMax, dimensions),
    segments: await GpuSegments.create(gpu, idsMax, dimensions),
  };
}

function adamFloats({ step, learningRate }: EmbeddingBatch): number[] {
  const { FIRST_DECAY, SECOND_DECAY, EPSILON } = ADAM;
  return [learningRate, FIRST_DECAY, SECOND_DECAY, EPSILON, 1 - FIRST_DECAY ** step, 1 - SECOND_DECAY ** step];
}
