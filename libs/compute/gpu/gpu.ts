import { BusyTime } from './busy-time.js';
import { bytesOfParams, type Dispatch } from './dispatch.js';
import { GpuLostError, GpuOutOfMemoryError } from './errors.js';

/** What an operation may count on; {@link openGpu} can force each lower than the device's. */
export interface GpuLimits {
  maxBufferSize: number;
  maxStorageBufferBindingSize: number;
  maxStorageBuffersPerShaderStage: number;
  maxComputeInvocationsPerWorkgroup: number;
  maxComputeWorkgroupStorageSize: number;
  maxComputeWorkgroupsPerDimension: number;
}

/** What the device is, in the driver's words. */
export interface GpuDescription {
  vendor: string;
  architecture: string;
  device: string;
  /** Names the driver too. */
  description: string;
  /** Whether a processor imitates it: for tests only. */
  isFallback: boolean;
}

export type GpuArray = Float32Array | Uint32Array;

// GPUBufferUsage of the WebGPU standard, which Node has no globals for.
const USAGE = { MAP_READ: 0x1, COPY_SRC: 0x4, COPY_DST: 0x8, UNIFORM: 0x40, STORAGE: 0x80 };
const MAP_READ = 1;
const COMPUTE_STAGE = 4;
const UNIFORM_ALIGNMENT = 256;

/** Submissions under way before the next waits: the device never idles, and an abort is heard soon. */
const IN_FLIGHT_MAX = 2;

interface Pipeline {
  pipeline: GPUComputePipeline;
  /** Of the buffers, then of the parameters where there are any. */
  layouts: GPUBindGroupLayout[];
}

/**
 * A GPU: buffers of typed arrays, and shaders run over them. Every method rejects with {@link GpuLostError} once the device is
 * lost, with the message of WGSL or WebGPU after a mistake in a call.
 */
export class Gpu {
  readonly features: ReadonlySet<string>;
  private readonly busy: BusyTime;
  private readonly pipelines = new Map<string, Promise<Pipeline>>();
  private readonly buffers = new Map<GPUBuffer, number>();
  private readonly inFlight: Promise<unknown>[] = [];
  /** Tells each call under way that it failed. */
  private readonly waiting = new Set<(error: Error) => void>();
  private failure: Error | undefined;

  constructor(
    readonly device: GPUDevice,
    private readonly description: GpuDescription,
    readonly limits: GpuLimits,
  ) {
    this.busy = new BusyTime(device.queue);
    this.features = new Set(device.features as unknown as Iterable<string>);
    void this.watchLoss();
    device.addEventListener('uncapturederror', (event) => {
      const { message } = (event as GPUUncapturedErrorEvent).error;
      this.failure ??= new Error(`The GPU refused a call: ${message}`);
    });
  }

  describe(): GpuDescription {
    return this.description;
  }

  /** Bytes of all buffers that were not released yet. */
  get bytesInUse(): number {
    let sum = 0;
    for (const bytes of this.buffers.values()) sum += bytes;
    return sum;
  }

  /** A storage buffer of zeros. Rejects with {@link GpuOutOfMemoryError} where there is no room for it. */
  async allocate(bytes: number): Promise<GPUBuffer> {
    const size = Math.max(16, Math.ceil(bytes / 4) * 4);
    const { maxBufferSize, maxStorageBufferBindingSize } = this.limits;
    if (size > Math.min(maxBufferSize, maxStorageBufferBindingSize))
      throw new GpuOutOfMemoryError(size, this.bytesInUse, `a buffer of it holds ${maxStorageBufferBindingSize} bytes`);
    return this.create(size, USAGE.STORAGE | USAGE.COPY_SRC | USAGE.COPY_DST);
  }

  /** A storage buffer with a copy of the array. */
  async upload(array: GpuArray): Promise<GPUBuffer> {
    const buffer = await this.allocate(array.byteLength);
    this.write(buffer, array);
    return buffer;
  }

  /** Copies the array into a buffer, from element `first` on, before any later dispatch. */
  write(buffer: GPUBuffer, array: GpuArray, first = 0): void {
    this.throwIfFailed();
    if (array.length > 0) this.device.queue.writeBuffer(buffer, first * 4, array as Float32Array<ArrayBuffer>);
  }

  /** Copies elements of a buffer into `target`, after all earlier dispatches. */
  async read<T extends GpuArray>(buffer: GPUBuffer, target: T, first = 0): Promise<T> {
    if (target.length === 0) return target;
    const bytes = target.byteLength;
    const staging = await this.create(bytes, USAGE.MAP_READ | USAGE.COPY_DST);
    try {
      const encoder = this.device.createCommandEncoder();
      encoder.copyBufferToBuffer(buffer, first * 4, staging, 0, bytes);
      this.device.queue.submit([encoder.finish()]);
      await this.whileAlive(staging.mapAsync(MAP_READ));
      new Uint8Array(target.buffer, target.byteOffset, bytes).set(new Uint8Array(staging.getMappedRange()));
      return target;
    } finally {
      this.release(staging);
    }
  }

  /** Frees buffers at once; work that was submitted with them still ends. */
  release(...buffers: (GPUBuffer | null)[]): void {
    for (const buffer of buffers) {
      if (buffer && this.buffers.delete(buffer)) buffer.destroy();
    }
  }

  /** What `make` returns; where it fails, the buffers made meanwhile are released. Nothing else may make any meanwhile. */
  async releasingOnFailure<T>(make: () => Promise<T>): Promise<T> {
    const before = new Set(this.buffers.keys());
    try {
      return await make();
    } catch (error) {
      this.release(...[...this.buffers.keys()].filter((buffer) => !before.has(buffer)));
      throw error;
    }
  }

  /** Runs shaders one after another. Resolves when they are on their way, at most a few submissions before they ran. */
  async submit(dispatches: Dispatch[]): Promise<void> {
    this.throwIfFailed();
    const real = dispatches.filter(({ workgroups }) => workgroups > 0);
    const pipelines = await this.whileAlive(Promise.all(real.map((dispatch) => this.pipelineOf(dispatch))));
    const uniforms = this.uniformsOf(real);
    const encoder = this.device.createCommandEncoder();
    const pass = encoder.beginComputePass();
    real.forEach((dispatch, place) => {
      const { pipeline, layouts } = pipelines[place];
      pass.setPipeline(pipeline);
      pass.setBindGroup(
        0,
        this.bind(
          layouts[0],
          dispatch.bindings.map(({ buffer }) => ({ buffer })),
        ),
      );
      if (uniforms && layouts.length > 1) {
        const slice = { buffer: uniforms, offset: place * UNIFORM_ALIGNMENT, size: UNIFORM_ALIGNMENT };
        pass.setBindGroup(1, this.bind(layouts[1], [slice]));
      }
      const across = Math.min(dispatch.workgroups, this.limits.maxComputeWorkgroupsPerDimension);
      pass.dispatchWorkgroups(across, Math.ceil(dispatch.workgroups / across));
    });
    pass.end();
    this.device.queue.submit([encoder.finish()]);
    const done = this.device.queue.onSubmittedWorkDone().finally(() => uniforms?.destroy());
    done.catch(() => {});
    this.inFlight.push(done);
    if (this.inFlight.length > IN_FLIGHT_MAX) await this.whileAlive(this.inFlight.shift()!);
  }

  /** For how long it has had work so far, in seconds. */
  get busySeconds(): number {
    return this.busy.seconds;
  }

  /** Waits until everything that was submitted ran. */
  async finish(): Promise<void> {
    this.inFlight.length = 0;
    await this.whileAlive(this.device.queue.onSubmittedWorkDone());
  }

  /** Frees everything; later calls reject. */
  close(): void {
    this.failure ??= new Error('The GPU was closed.');
    this.buffers.clear();
    this.device.destroy();
  }

  private async watchLoss(): Promise<void> {
    const { reason, message } = await this.device.lost;
    this.failure ??= new GpuLostError(message || reason);
    for (const reject of this.waiting) reject(this.failure);
  }

  private throwIfFailed(): void {
    if (this.failure) throw this.failure;
  }

  /** The promise, or why the device will not keep it. (A race against one lasting promise would grow with every call.) */
  private whileAlive<T>(promise: Promise<T>): Promise<T> {
    return new Promise((resolve, reject) => {
      this.waiting.add(reject);
      const settle = (end: () => void) => {
        this.waiting.delete(reject);
        if (this.failure) reject(this.failure);
        else end();
      };
      promise.then(
        (value) => settle(() => resolve(value)),
        (error: Error) => settle(() => reject(error)),
      );
    });
  }

  private async create(size: number, usage: number): Promise<GPUBuffer> {
    this.throwIfFailed();
    this.device.pushErrorScope('out-of-memory');
    const buffer = this.device.createBuffer({ size, usage });
    const error = await this.whileAlive(this.device.popErrorScope());
    if (error) throw new GpuOutOfMemoryError(size, this.bytesInUse, error.message.split('\n')[0]);
    this.buffers.set(buffer, size);
    return buffer;
  }

  /** All parameters of a submission in one buffer, at steps of the least alignment. */
  private uniformsOf(dispatches: Dispatch[]): GPUBuffer | null {
    if (dispatches.every(({ params }) => !params)) return null;
    const size = dispatches.length * UNIFORM_ALIGNMENT;
    const buffer = this.device.createBuffer({ size, usage: USAGE.UNIFORM, mappedAtCreation: true });
    const bytes = new Uint8Array(buffer.getMappedRange());
    dispatches.forEach(({ params }, place) => params && bytes.set(bytesOfParams(params), place * UNIFORM_ALIGNMENT));
    buffer.unmap();
    return buffer;
  }

  private bind(layout: GPUBindGroupLayout, resources: GPUBufferBinding[]): GPUBindGroup {
    return this.device.createBindGroup({
      layout,
      entries: resources.map((resource, binding) => ({ binding, resource })),
    });
  }

  /** Compiled once for each source and kind of bindings. */
  private pipelineOf({ code, bindings, params }: Dispatch): Promise<Pipeline> {
    const types: GPUBufferBindingType[] = bindings.map(({ access }) =>
      access === 'read' ? 'read-only-storage' : 'storage',
    );
    const most = this.limits.maxStorageBuffersPerShaderStage;
    if (types.length > most)
      throw new RangeError(`${types.length} buffers for one shader, but this GPU binds ${most}: use fewer dimensions.`);
    const groups: GPUBufferBindingType[][] = params ? [types, ['uniform']] : [types];
    const key = `${groups.join(';')}\n${code}`;
    let pipeline = this.pipelines.get(key);
    if (!pipeline) this.pipelines.set(key, (pipeline = this.compile(code, groups)));
    return pipeline;
  }

  private async compile(code: string, groups: GPUBufferBindingType[][]): Promise<Pipeline> {
    this.device.pushErrorScope('validation');
    const shader = this.device.createShaderModule({ code });
    const error = await this.device.popErrorScope();
    if (error) throw new Error(`WGSL does not compile: ${error.message}`);
    const layouts = groups.map((types) =>
      this.device.createBindGroupLayout({
        entries: types.map((type, binding) => ({ binding, visibility: COMPUTE_STAGE, buffer: { type } })),
      }),
    );
    const layout = this.device.createPipelineLayout({ bindGroupLayouts: layouts });
    const compute = { module: shader, entryPoint: 'main' };
    return { pipeline: await this.device.createComputePipelineAsync({ layout, compute }), layouts };
  }
}
