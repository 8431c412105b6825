import { createRequire } from 'node:module';
import path from 'node:path';
import process from 'node:process';
import * as tf from '@tensorflow/tfjs-core';

/** TensorFlow.js with a backend in place, for models that want automatic differentiation. */
export type TensorFlow = typeof tf;

export const BACKENDS = ['tfjs-node-gpu', 'webgpu', 'wasm', 'cpu'] as const;

export type Backend = (typeof BACKENDS)[number];

const require = createRequire(import.meta.url);
let opened: Promise<TensorFlow> | undefined;

/** The library that everything in this process shares, opened when it is first asked for. */
export function openTensorFlow(backend: Backend = 'wasm'): Promise<TensorFlow> {
  return (opened ??= open(backend));
}

async function open(backend: Backend): Promise<TensorFlow> {
  // Registers the gradients of the operations.
  await import('@tensorflow/tfjs-layers');
  if (backend === 'cpu') await import('@tensorflow/tfjs-backend-cpu');
  else if (backend === 'wasm') await registerWasm();
  else throw new Error(`TODO ${backend}`);
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js could not start its ${backend} backend.`);
  await tf.ready();
  return tf;
}

async function registerWasm(): Promise<void> {
  const { setWasmPaths } = await import('@tensorflow/tfjs-backend-wasm');
  setWasmPaths(`${path.dirname(require.resolve('@tensorflow/tfjs-backend-wasm'))}/`);
  multiplyWithoutTransposes();
}

/**
 * The product of matrices of this backend is some ten times slower where one of them is transposed, as it is in every gradient:
 * transposing first is cheap beside that.
 */
function multiplyWithoutTransposes(): void {
  const product = tf.getKernel('BatchMatMul', 'wasm');
  const transpose = tf.getKernel('Transpose', 'wasm');
  const turn = (x: tf.TensorInfo, backend: tf.KernelBackend) => {
    const perm = [...x.shape.keys()];
    perm.push(...perm.splice(-2).reverse());
    return transpose.kernelFunc({ inputs: { x }, attrs: { perm }, backend }) as tf.TensorInfo;
  };
  tf.unregisterKernel('BatchMatMul', 'wasm');
  tf.registerKernel({
    ...product,
    kernelFunc: ({ inputs, attrs, backend }) => {
      const { transposeA, transposeB } = attrs as unknown as { transposeA: boolean; transposeB: boolean };
      const a = transposeA ? turn(inputs.a!, backend as tf.KernelBackend) : inputs.a!;
      const b = transposeB ? turn(inputs.b!, backend as tf.KernelBackend) : inputs.b!;
      const result = product.kernelFunc({ inputs: { a, b }, attrs: { transposeA: false, transposeB: false }, backend });
      if (transposeA) (backend as tf.KernelBackend).disposeData(a.dataId);
      if (transposeB) (backend as tf.KernelBackend).disposeData(b.dataId);
      return result;
    },
  });
}

export function backendOverride(): string | undefined {
  return process.env['COMPUTE_BACKEND'];
}
