import { existsSync, readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { matrixProduct } from '../matrix-product/webgpu.js';
import { Gpu, type GpuDescription, type GpuLimits } from './gpu.js';

export interface GpuOptions {
  /** Takes an adapter that a processor imitates: for tests. */
  allowFallback?: boolean;
  /** Takes no other adapter. */
  forceFallback?: boolean;
  /** Forces limits lower than the device's, so that tests see tables cut into shards. */
  limits?: Partial<GpuLimits>;
}

/** What `probeGpu` found: a GPU that answers right, or why there is none. */
export type GpuProbe =
  | { gpu: GpuDescription; limits: GpuLimits; /** Of a small product, in 10⁹ operations a second. */ gigaflops: number }
  | { problem: string };

const LIMITS = [
  'maxBufferSize',
  'maxStorageBufferBindingSize',
  'maxStorageBuffersPerShaderStage',
  'maxComputeInvocationsPerWorkgroup',
  'maxComputeWorkgroupStorageSize',
  'maxComputeWorkgroupsPerDimension',
] as const;

const FEATURES = ['shader-f16', 'subgroups'] as const;

/** Adapters that run on the processor, whatever they say of themselves. */
const SOFTWARE = /swiftshader|llvmpipe|lavapipe|softpipe|basic render/i;

const PROBE_MS = 10_000;

/** Node aborts when the collector takes what `create` returned, so it stays here. */
let instance: GPU | undefined;

/** Opens the fastest GPU of this machine. Rejects with why there is none. */
export async function openGpu({ allowFallback, forceFallback, limits = {} }: GpuOptions = {}): Promise<Gpu> {
  const adapter = await (
    await createInstance()
  ).requestAdapter({ powerPreference: 'high-performance', forceFallbackAdapter: forceFallback ?? false });
  if (!adapter) throw new Error(describeMissingDriver());
  const description = describe(adapter);
  if (description.isFallback && !allowFallback && !forceFallback)
    throw new Error(
      `The only GPU here is imitated in software (${description.description || description.device}): install a driver.`,
    );
  const device = await adapter.requestDevice({
    requiredFeatures: FEATURES.filter((name) => adapter.features.has(name)),
    requiredLimits: Object.fromEntries(LIMITS.map((name) => [name, adapter.limits[name]])),
  });
  const effective = Object.fromEntries(
    LIMITS.map((name) => [name, Math.min(device.limits[name], limits[name] ?? Infinity)]),
  ) as unknown as GpuLimits;
  return new Gpu(device, description, effective);
}

/** Opens a GPU, checks one small product on it within ten seconds, and closes it again; never rejects. */
export async function probeGpu(options: GpuOptions = {}): Promise<GpuProbe> {
  let timer: NodeJS.Timeout | undefined;
  const timeout = new Promise<GpuProbe>((resolve) => {
    timer = setTimeout(() => resolve({ problem: `The GPU did not answer within ${PROBE_MS / 1000} s.` }), PROBE_MS);
  });
  try {
    return await Promise.race([measure(options), timeout]);
  } catch (error) {
    return { problem: (error as Error).message };
  } finally {
    clearTimeout(timer);
  }
}

async function measure(options: GpuOptions): Promise<GpuProbe> {
  const gpu = await openGpu(options);
  try {
    const size = 256;
    const ones = await gpu.upload(new Float32Array(size * size).fill(1));
    const c = await gpu.allocate(4 * size * size);
    const product = matrixProduct(gpu, { a: ones, b: ones, c, rows: size, columns: size, inner: size });
    // The first run compiles.
    await gpu.submit([product]);
    const result = await gpu.read(c, new Float32Array(size * size));
    if (result.some((value) => value !== size)) return { problem: 'The GPU computes WRONG: please report this.' };
    const rounds = gpu.describe().isFallback ? 1 : 100;
    const started = performance.now();
    await gpu.submit(Array.from({ length: rounds }, () => product));
    await gpu.finish();
    const gigaflops = (2 * rounds * size ** 3) / (performance.now() - started) / 1e6;
    return { gpu: gpu.describe(), limits: gpu.limits, gigaflops };
  } finally {
    gpu.close();
  }
}

async function createInstance(): Promise<GPU> {
  if (instance) return instance;
  // Asked without it, the library writes a warning of its own to the terminal.
  if (!hasVulkanLoader()) throw new Error(describeMissingDriver());
  try {
    const { create } = await import('webgpu');
    instance = create([]);
    return instance;
  } catch (error) {
    throw new Error(`The npm package webgpu does not load here: ${(error as Error).message}`, { cause: error });
  }
}

function describe({ info }: GPUAdapter): GpuDescription {
  const { vendor, architecture, device, description } = info;
  const isFallback = info.isFallbackAdapter || SOFTWARE.test(`${architecture} ${device} ${description}`);
  return { vendor, architecture, device, description, isFallback };
}

function describeMissingDriver(): string {
  if (process.platform !== 'linux') return 'No GPU driver was found.';
  if (!hasVulkanLoader())
    return 'No Vulkan driver: libvulkan.so.1 is missing (Debian: apt install libvulkan1, and the driver of the GPU).';
  const drivers = ['/etc/vulkan/icd.d', '/usr/share/vulkan/icd.d'].flatMap((folder) =>
    existsSync(folder) ? readdirSync(folder) : [],
  );
  return drivers.length > 0
    ? `No Vulkan driver found a GPU (installed: ${drivers.join(', ')}).`
    : 'No Vulkan driver: /etc/vulkan/icd.d and /usr/share/vulkan/icd.d are empty. Install the driver of the GPU.';
}

/** Where the dynamic linker of Linux would find it; elsewhere WebGPU has drivers of the system's own. */
function hasVulkanLoader(): boolean {
  if (process.platform !== 'linux') return true;
  const folders = (process.env['LD_LIBRARY_PATH'] ?? '').split(path.delimiter).filter(Boolean);
  folders.push('/usr/lib', '/usr/lib64', '/lib', '/usr/local/lib', `/usr/lib/${TRIPLETS[process.arch]}`);
  const cache = '/etc/ld.so.cache';
  return (
    folders.some((folder) => existsSync(path.join(folder, VULKAN_LOADER))) ||
    (existsSync(cache) && readFileSync(cache).includes(VULKAN_LOADER))
  );
}

const VULKAN_LOADER = 'libvulkan.so.1';
const TRIPLETS: Record<string, string> = { x64: 'x86_64-linux-gnu', arm64: 'aarch64-linux-gnu' };
