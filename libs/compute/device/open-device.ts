import { execFile } from 'node:child_process';
import { createRequire } from 'node:module';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Gpu } from '../gpu/gpu.js';
import { openGpu, probeGpu } from '../gpu/open-gpu.js';
import { BACKENDS, NODE_GPU, type Backend } from './backends.js';
import type { TensorFlow } from './tensorflow.js';

export { BACKENDS, type Backend } from './backends.js';

/** What trains next to the kernels of the processor: a GPU, and a backend of TensorFlow.js. */
export interface Device {
  backend: Backend;
  /** Such as `webgpu (NVIDIA H100)`. */
  name: string;
  /** For the WGSL kernels; null where there is none. */
  gpu: Gpu | null;
  /** Makes the backend the one in use. */
  tensorFlow(): Promise<TensorFlow>;
  close(): void;
}

/** Why a backend that comes earlier in the order was not chosen. */
export interface Refusal {
  backend: Backend;
  reason: string;
}

export interface DeviceOptions {
  /** Takes this one or rejects; else the first that serves, in the order of {@link BACKENDS}. */
  backend?: Backend | undefined;
  /** Takes a GPU that a processor imitates: for tests. */
  allowFallback?: boolean;
}

const PROBE_MS = 30_000;
const require = createRequire(import.meta.url);

/** The processor, which every machine has. */
export const PROCESSOR: Device = {
  backend: 'wasm',
  name: 'wasm',
  gpu: null,
  tensorFlow: () => load('wasm', null),
  close: () => {},
};

/** Opens what trains fastest here; tells why what would be faster was not taken. */
export async function openDevice({ backend, allowFallback = false }: DeviceOptions = {}): Promise<{
  device: Device;
  refusals: Refusal[];
}> {
  const refusals: Refusal[] = [];
  for (const candidate of backend ? [backend] : BACKENDS) {
    try {
      return { device: await open(candidate, allowFallback), refusals };
    } catch (error) {
      refusals.push({ backend: candidate, reason: (error as Error).message });
    }
  }
  throw new Error(refusals.map(({ backend: name, reason }) => `${name}: ${reason}`).join('; '));
}

async function open(backend: Backend, allowFallback: boolean): Promise<Device> {
  const tensorFlow = (gpu: Gpu | null) => () => load(backend, gpu);
  if (backend === 'webgpu') {
    const probe = await probeGpu({ allowFallback });
    if ('problem' in probe) throw new Error(probe.problem);
    const gpu = await openGpu({ allowFallback });
    const { description, device } = gpu.describe();
    return {
      backend,
      name: `webgpu (${description || device})`,
      gpu,
      tensorFlow: tensorFlow(gpu),
      close: () => gpu.close(),
    };
  }
  const name = backend === 'tfjs-node-gpu' ? `tfjs-node-gpu (${await probeNodeGpu()})` : backend;
  return { backend, name, gpu: null, tensorFlow: tensorFlow(null), close: () => {} };
}

/** Reading the library takes a while, and most jobs do without. */
async function load(backend: Backend, gpu: Gpu | null): Promise<TensorFlow> {
  const { useTensorFlow } = await import('./tensorflow.js');
  return useTensorFlow(backend, gpu);
}

/** Multiplies on it in a process of its own, since loading it may crash or hang; returns the name of the GPU. */
async function probeNodeGpu(): Promise<string> {
  try {
    require.resolve(NODE_GPU);
  } catch (error) {
    throw new Error(`the package ${NODE_GPU} is not installed`, { cause: error });
  }
  const script = fileURLToPath(new URL('./probe-node-gpu.js', import.meta.url));
  try {
    const { stdout } = await promisify(execFile)(process.execPath, [script], { timeout: PROBE_MS });
    return stdout.trim();
  } catch (error) {
    const { stderr, message } = error as Error & { stderr?: string };
    const reason = stderr?.trim().split('\n').at(-1) || message;
    throw new Error(`its smoke test failed: ${reason}`, { cause: error });
  }
}
