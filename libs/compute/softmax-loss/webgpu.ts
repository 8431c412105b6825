import type { RunOptions } from '../engine/engine.js';
import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';
import { matrixProduct } from '../matrix-product/webgpu.js';
import { assertShape } from './kernel.js';
import type { SoftmaxGradients, SoftmaxLoss } from './reference.js';

/** Probabilities that are kept at a time: 64 MB, some 50 ms of a slow GPU. */
const PROBABILITIES_MAX = 2 ** 24;
const THREADS_MAX = 256;

/**
 * {@link softmaxLoss} on the device, rows in chunks. The table must fit one buffer. Throws RangeError for shapes or targets that
 * do not fit, and rejects with GpuOutOfMemoryError where the device has no room.
 */
export async function softmaxLossOnGpu(
  gpu: Gpu,
  loss: SoftmaxLoss,
  gradients: SoftmaxGradients,
  { signal, onProgress }: RunOptions = {},
): Promise<number> {
  assertShape(loss, gradients);
  const { queries, table, dimensions: d, targets } = loss;
  const [rows, columns] = [targets.length, table.length / d];
  const most = Math.min(PROBABILITIES_MAX, gpu.limits.maxStorageBufferBindingSize / 4);
  const chunkRows = Math.max(1, Math.min(rows, Math.floor(most / Math.max(columns, d))));
  const buffers = await uploadLoss(gpu, loss, chunkRows);
  try {
    for (let first = 0; first < rows; first += chunkRows) {
      signal?.throwIfAborted();
      const part = queries.subarray(first * d, (first + chunkRows) * d);
      gpu.write(buffers.queries, part);
      await gpu.submit(dispatchesOf(gpu, buffers, { rows, columns, dimensions: d, first, count: part.length / d }));
      await gpu.read(buffers.queryGradients, gradients.queries.subarray(first * d, first * d + part.length));
      onProgress?.((first + part.length / d) / rows);
    }
    await gpu.read(buffers.tableGradients, gradients.table);
    const losses = await gpu.read(buffers.losses, new Float32Array(rows));
    return losses.reduce((sum, value) => sum + value, 0) / rows;
  } finally {
    gpu.release(...Object.values(buffers));
  }
}

/** Queries, their gradients and the probabilities are of one chunk. */
async function uploadLoss(gpu: Gpu, { table, dimensions: d, targets, biases }: SoftmaxLoss, chunkRows: number) {
  const columns = table.length / d;
  return gpu.releasingOnFailure(async () => ({
    table: await gpu.upload(table),
    targets: await gpu.upload(targets),
    biases: await gpu.upload(biases ?? new Float32Array(columns)),
    losses: await gpu.allocate(4 * targets.length),
    probabilities: await gpu.allocate(4 * chunkRows * columns),
    queries: await gpu.allocate(4 * chunkRows * d),
    queryGradients: await gpu.allocate(4 * chunkRows * d),
    tableGradients: await gpu.allocate(4 * table.length),
  }));
}

type LossBuffers = Awaited<ReturnType<typeof uploadLoss>>;

interface Chunk {
  rows: number;
  columns: number;
  dimensions: number;
  first: number;
  count: number;
}

/** Logits, probabilities, ∂q, and the chunk's part of ∂t. */
function dispatchesOf(gpu: Gpu, buffers: LossBuffers, chunk: Chunk): Dispatch[] {
  const { queries, table, probabilities, queryGradients, tableGradients } = buffers;
  const { rows, columns, dimensions, first, count } = chunk;
  const THREADS = Math.min(THREADS_MAX, gpu.limits.maxComputeInvocationsPerWorkgroup);
  const logits = { rows: count, columns, inner: dimensions, transposed: 'b' as const };
  const byQuery = { rows: count, columns: dimensions, inner: columns };
  const byColumn = { rows: columns, columns: dimensions, inner: count, transposed: 'a' as const, accumulate: true };
  return [
    matrixProduct(gpu, { a: queries, b: table, c: probabilities, ...logits }),
    {
      code: shaderOf('softmax-loss/softmax-rows.wgsl', { THREADS }),
      bindings: [read(buffers.biases), read(buffers.targets), write(probabilities), write(buffers.losses)],
      params: { integers: [count, columns, first], floats: [1 / rows] },
      workgroups: count,
    },
    matrixProduct(gpu, { a: probabilities, b: table, c: queryGradients, ...byQuery }),
    matrixProduct(gpu, { a: probabilities, b: queries, c: tableGradients, ...byColumn }),
  ];
}
