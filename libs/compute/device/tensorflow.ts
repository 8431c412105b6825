import { createRequire } from 'node:module';
import path from 'node:path';
import util from 'node:util';
import * as tf from '@tensorflow/tfjs-core';
import type { Gpu } from '../gpu/gpu.js';
import { NODE_GPU, type Backend } from './backends.js';

/** TensorFlow.js with a backend in place, for models that want automatic differentiation. */
export type TensorFlow = typeof tf;

const require = createRequire(import.meta.url);
/** By backend; for webgpu by the device, since a lost one is followed by another. */
const registered = new Map<Backend | Gpu, Promise<string>>();

/** Makes `backend` the one that is in use in this process. Rejects where it cannot be had. */
export async function useTensorFlow(backend: Backend, gpu: Gpu | null): Promise<TensorFlow> {
  // Registers the gradients of the operations, which tfjs-core alone lacks.
  await import('@tensorflow/tfjs-layers');
  const key = gpu ?? backend;
  let name = registered.get(key);
  if (!name) registered.set(key, (name = register(backend, gpu)));
  if (!(await tf.setBackend(await name))) throw new Error(`TensorFlow.js could not start its backend ${backend}.`);
  await tf.ready();
  return tf;
}

/** Returns the name that TensorFlow.js knows it by. */
async function register(backend: Backend, gpu: Gpu | null): Promise<string> {
  switch (backend) {
    case 'tfjs-node-gpu':
      loadNodeGpu();
      return 'tensorflow';
    case 'webgpu':
      await registerWebGpu(gpu);
      return backend;
    case 'wasm':
      await registerWasm();
      return backend;
    case 'cpu':
      await import('@tensorflow/tfjs-backend-cpu');
      registerSegmentSum('cpu');
      return backend;
  }
}

export function loadNodeGpu(): void {
  // Gone from Node 23 on; this library, the last of its line, still calls it.
  (util as { isNullOrUndefined?: unknown }).isNullOrUndefined ??= (value: unknown) =>
    value === null || value === undefined;
  require(NODE_GPU);
}

async function registerWebGpu(gpu: Gpu | null): Promise<void> {
  if (!gpu) throw new Error('The backend webgpu needs a GPU that is open.');
  const { WebGPUBackend } = await import('@tensorflow/tfjs-backend-webgpu');
  const { globals } = await import('webgpu');
  // The backend asks whether it stands in a browser with WebGPU; it is given the device that is open already.
  Object.assign(globalThis, globals);
  Object.defineProperty(globalThis.navigator, 'gpu', { value: {}, configurable: true });
  if (tf.findBackendFactory('webgpu')) tf.removeBackend('webgpu');
  const { vendor, architecture, device, description } = gpu.describe();
  const info = { vendor, architecture, device, description } as GPUAdapterInfo;
  tf.registerBackend('webgpu', () => new WebGPUBackend(gpu.device, info));
}

async function registerWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  registerSegmentSum('wasm');
  multiplyWithoutTransposes();
}

/** What a backend on the processor offers to a kernel. */
interface HostBackend extends tf.KernelBackend {
  readSync(dataId: object): Float32Array | Int32Array;
  makeTensorInfo?(shape: number[], dtype: string, values: Float32Array): tf.TensorInfo;
  makeOutput?(shape: number[], dtype: string): tf.TensorInfo;
  typedArrayFromHeap?(tensor: tf.TensorInfo): Float32Array;
}

/** The gradient of `gather`: the backend wasm has none, and that of cpu takes time in proportion to segments × rows. */
function registerSegmentSum(backendName: 'cpu' | 'wasm'): void {
  const kernelName = 'UnsortedSegmentSum';
  if (tf.getKernel(kernelName, backendName)) tf.unregisterKernel(kernelName, backendName);
  tf.registerKernel({
    kernelName,
    backendName,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const host = backend as HostBackend;
      const { x, segmentIds } = inputs as { x: tf.TensorInfo; segmentIds: tf.TensorInfo };
      const { numSegments } = attrs as unknown as { numSegments: number };
      const shape = [numSegments, ...x.shape.slice(segmentIds.shape.length)];
      const sums = sumSegments(host.readSync(x.dataId), host.readSync(segmentIds.dataId), shape);
      if (host.makeTensorInfo) return host.makeTensorInfo(shape, 'float32', sums);
      const result = host.makeOutput!(shape, 'float32');
      host.typedArrayFromHeap!(result).set(sums);
      return result;
    },
  });
}

function sumSegments(x: ArrayLike<number>, ids: ArrayLike<number>, shape: number[]): Float32Array {
  const sums = new Float32Array(shape.reduce((product, length) => product * length, 1));
  const width = sums.length / Math.max(1, shape[0]);
  for (let row = 0; row < ids.length; row++) {
    if (ids[row] < 0 || ids[row] >= shape[0]) continue;
    for (let k = 0; k < width; k++) sums[ids[row] * width + k] += x[row * width + k];
  }
  return sums;
}

/**
 * The product of matrices of this backend is some ten times slower where one of them is transposed, as it is in every gradient:
 * transposing first is cheap next to that.
 */
function multiplyWithoutTransposes(): void {
  const product = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...product,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const turn = (x: tf.TensorInfo) => {
        const perm = [...x.shape.keys()];
        perm.push(...perm.splice(-2).reverse());
        return transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
      };
      const a = transposeA ? turn(inputs['a']!) : inputs['a']!;
      const b = transposeB ? turn(inputs['b']!) : inputs['b']!;
      const plain = { transposeA: false, transposeB: false };
      const result = product.kernelFunc({ inputs: { a, b }, attrs: plain, backend });
      if (transposeA) (backend as tf.KernelBackend).disposeData(a.dataId);
      if (transposeB) (backend as tf.KernelBackend).disposeData(b.dataId);
      return result;
    },
  });
}
