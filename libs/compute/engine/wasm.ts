import { Worker } from 'node:worker_threads';
import {
  CONTROL,
  watchRun,
  type Argument,
  type Engine,
  type NumericArray,
  type RunOptions,
  type Work,
} from './engine.js';
import { PAGE_BYTES, WasmMemory } from './wasm-memory.js';

const STACK_BYTES = 256 * 1024;
const PAGES_MAX = 65_536;
const PAGES_AT_START = 64;
/** Vitest runs the sources, for which Node strips the types itself. */
const THREAD_FILE = new URL(`./wasm.thread.${import.meta.url.endsWith('.ts') ? 'ts' : 'js'}`, import.meta.url);

/** Kernels as WebAssembly SIMD on worker threads over one shared memory: for machines without a compiler. */
export class WasmEngine implements Engine {
  readonly name = 'wasm simd128';
  readonly threads: number;
  private threadsNow: number;
  readonly memoryBytesMax = PAGES_MAX * PAGE_BYTES;
  private readonly memory: WasmMemory;
  private readonly workers: Worker[];
  private readonly tickets = new Map<number, { resolve: () => void; reject: (error: unknown) => void }>();
  private readonly pending = new Set<Promise<void>>();
  private readonly collected = new FinalizationRegistry<number[]>((starts) =>
    starts.forEach((start) => this.memory.release(start)),
  );
  private nextTicket = 0;

  static async open(bytes: Uint8Array<ArrayBuffer>, threads: number): Promise<WasmEngine> {
    return new WasmEngine(await WebAssembly.compile(bytes), threads);
  }

  private constructor(module: WebAssembly.Module, threads: number) {
    const memory = new WebAssembly.Memory({ initial: PAGES_AT_START, maximum: PAGES_MAX, shared: true });
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    this.threads = threads;
    this.threadsNow = threads;
    this.memory = new WasmMemory(memory, (exports.__heap_base as WebAssembly.Global<'i32'>).value);
    this.workers = Array.from({ length: threads }, () => this.startWorker(module, memory));
  }

  float32(length: number): Float32Array {
    const start = this.memory.allocate(length * 4);
    return new Float32Array(this.memory.buffer, start, length).fill(0);
  }

  own<T extends NumericArray>(array: T): T {
    if (this.memory.owns(array)) return array;
    const start = this.memory.allocate(array.byteLength);
    const View = array.constructor as new (buffer: ArrayBufferLike, start: number, length: number) => T;
    const copy = new View(this.memory.buffer, start, array.length);
    copy.set(array);
    return copy;
  }

  release(...arrays: (NumericArray | null)[]): void {
    for (const array of arrays) if (array && this.memory.owns(array)) this.memory.release(array.byteOffset);
  }

  releaseWith(owner: object, ...arrays: (NumericArray | null)[]): void {
    const ours = arrays.filter((array) => array !== null && this.memory.owns(array));
    this.collected.register(
      owner,
      ours.map((array) => array!.byteOffset),
    );
  }

  limitThreads(count: number): void {
    this.threadsNow = Math.max(1, Math.min(count, this.threads));
  }

  async run(kernel: string, args: readonly Argument[], work: Work, options: RunOptions = {}): Promise<void> {
    if (work.pieces <= 0) return;
    const run = this.runOnce(kernel, args, work, options);
    this.pending.add(run);
    await run.finally(() => this.pending.delete(run));
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.pending);
    await Promise.all(this.workers.map((worker) => worker.terminate()));
  }

  private async runOnce(kernel: string, args: readonly Argument[], work: Work, options: RunOptions): Promise<void> {
    const blocks: number[] = [];
    const allocate = (bytes: number) => {
      const start = this.memory.allocate(bytes);
      blocks.push(start);
      return start;
    };
    try {
      const control = allocate(CONTROL.WORDS * 4);
      const argumentBlock = allocate(args.length * 8);
      const placed = args.map((argument) => this.place(argument, allocate));
      const slots = new DataView(this.memory.buffer, argumentBlock, args.length * 8);
      placed.forEach(({ write }, index) => write(slots, index * 8));
      const words = new Int32Array(this.memory.buffer, control, CONTROL.WORDS).fill(0);
      const tickets = this.workers
        .slice(0, Math.min(this.threadsNow, work.pieces))
        .map((worker) => ({ worker, scratch: allocate(work.scratchBytes ?? 0) }));
      const start = async () => {
        const ends = tickets.map(({ worker, scratch }) =>
          this.callWorker(worker, { kernel, control, scratch, args: argumentBlock }),
        );
        await Promise.all(ends);
      };
      await watchRun(words, work, options, start);
      for (const { fetch } of placed) fetch?.();
    } finally {
      for (const block of blocks) this.memory.release(block);
    }
  }

  /** Puts an argument where kernels reach it; `fetch` brings back what they wrote to a copy. */
  private place(argument: Argument, allocate: (bytes: number) => number) {
    if (argument === null) return { write: (slots: DataView, at: number) => slots.setUint32(at, 0, true) };
    if (typeof argument === 'number') {
      return { write: (slots: DataView, at: number) => slots.setFloat64(at, argument, true) };
    }
    const array = 'output' in argument ? argument.output : argument;
    const writeAddress = (start: number) => (slots: DataView, at: number) => slots.setUint32(at, start, true);
    if (this.memory.owns(array)) return { write: writeAddress(array.byteOffset) };
    const start = allocate(array.byteLength);
    const bytes = () => new Uint8Array(this.memory.buffer, start, array.byteLength);
    const original = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
    bytes().set(original);
    return { write: writeAddress(start), fetch: 'output' in argument ? () => original.set(bytes()) : undefined };
  }

  private callWorker(worker: Worker, call: object): Promise<void> {
    const ticket = this.nextTicket++;
    // Waiting keeps the process alive; being idle does not.
    if (this.tickets.size === 0) this.workers.forEach((each) => each.ref());
    return new Promise((resolve, reject) => {
      this.tickets.set(ticket, { resolve, reject });
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- threads have no origin
      worker.postMessage({ ...call, ticket });
    });
  }

  private startWorker(module: WebAssembly.Module, memory: WebAssembly.Memory): Worker {
    const stackTop = this.memory.allocate(STACK_BYTES) + STACK_BYTES;
    const worker = new Worker(THREAD_FILE, { workerData: { module, memory, stackTop } });
    worker.on('message', ({ ticket, error }: { ticket: number; error: unknown }) => {
      const { resolve, reject } = this.tickets.get(ticket)!;
      this.tickets.delete(ticket);
      if (this.tickets.size === 0) this.workers.forEach((each) => each.unref());
      if (error) reject(error);
      else resolve();
    });
    worker.unref();
    return worker;
  }
}
