import { read, shaderOf, write, type Dispatch } from '../gpu/dispatch.js';
import type { Gpu } from '../gpu/gpu.js';

export interface MatrixProduct {
  /** `[rows, inner]`, or `[inner, rows]` where transposed. */
  a: GPUBuffer;
  /** `[inner, columns]`, or `[columns, inner]` where transposed. */
  b: GPUBuffer;
  /** `[rows, columns]` */
  c: GPUBuffer;
  rows: number;
  columns: number;
  inner: number;
  transposed?: 'a' | 'b';
  /** Adds to `c` instead of replacing it. */
  accumulate?: boolean;
}

/** C = A B, or C += A B, over row-major matrices. */
export function matrixProduct(gpu: Gpu, { a, b, c, rows, columns, inner, ...options }: MatrixProduct): Dispatch {
  const side = gpu.limits.maxComputeInvocationsPerWorkgroup >= 256 ? 16 : 8;
  const code = shaderOf('matrix-product/matrix-product.wgsl', {
    SIDE: side,
    A_TRANSPOSED: options.transposed === 'a' ? 1 : 0,
    B_TRANSPOSED: options.transposed === 'b' ? 1 : 0,
    ACCUMULATE: options.accumulate ? 1 : 0,
  });
  const tiles = Math.ceil(rows / (4 * side)) * Math.ceil(columns / (4 * side));
  const bindings = [read(a), read(b), write(c)];
  return { code, bindings, params: { integers: [rows, columns, inner] }, workgroups: tiles };
}

/** A B of A `[rows, inner]` and B `[inner, columns]`; returns `[rows, columns]`. */
export async function matrixProductOnGpu(
  gpu: Gpu,
  a: Float32Array,
  b: Float32Array,
  inner: number,
): Promise<Float32Array> {
  const [rows, columns] = [a.length / inner, b.length / inner];
  const buffers = [await gpu.upload(a), await gpu.upload(b), await gpu.allocate(rows * columns * 4)];
  try {
    const [left, right, product] = buffers;
    await gpu.submit([matrixProduct(gpu, { a: left, b: right, c: product, rows, columns, inner })]);
    return await gpu.read(product, new Float32Array(rows * columns));
  } finally {
    gpu.release(...buffers);
  }
}
