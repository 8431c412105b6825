import { createRequire } from 'node:module';
import {
  CONTROL,
  watchRun,
  type Argument,
  type Engine,
  type NumericArray,
  type RunOptions,
  type Work,
} from './engine.js';

/** What `addon.cc` exports. */
interface Addon {
  instructionSets(): string[];
  open(instructionSet: string, threads: number): number;
  close(engine: number): void;
  run(
    engine: number,
    kernel: string,
    args: (number | NumericArray | null)[],
    control: Int32Array,
    scratchBytes: number,
    tickets: number,
  ): Promise<void>;
  allocate(bytes: number): ArrayBuffer;
}

/** Loads the addon that the build left; throws what Node says when it cannot be loaded here. */
export function loadAddon(file: string): Addon {
  return createRequire(import.meta.url)(file) as Addon;
}

/** Kernels as machine code, compiled on this machine for its processor. */
export class NativeEngine implements Engine {
  readonly name: string;
  readonly threads: number;
  private threadsNow: number;
  readonly memoryBytesMax = Infinity;
  private readonly addon: Addon;
  private readonly handle: number;
  private readonly pending = new Map<Promise<void>, readonly Argument[]>();
  private readonly allocated = new WeakSet<ArrayBufferLike>();

  constructor(addon: Addon, instructionSet: string, threads: number) {
    this.name = `native ${instructionSet}`;
    this.threads = threads;
    this.threadsNow = threads;
    this.addon = addon;
    this.handle = addon.open(instructionSet, threads);
  }

  float32(length: number): Float32Array {
    const buffer = this.addon.allocate(length * 4);
    this.allocated.add(buffer);
    return new Float32Array(buffer, 0, length);
  }

  own<T extends NumericArray>(array: T): T {
    return array;
  }

  release(...arrays: (NumericArray | null)[]): void {
    for (const array of arrays) {
      // To transfer a buffer to nothing frees its memory now, not at the next collection.
      if (array && this.allocated.has(array.buffer)) (array.buffer as ArrayBuffer).transfer(0);
    }
  }

  releaseWith(): void {
    // The collector frees what `float32` allocated.
  }

  limitThreads(count: number): void {
    this.threadsNow = Math.max(1, Math.min(count, this.threads));
  }

  async run(kernel: string, args: readonly Argument[], work: Work, options: RunOptions = {}): Promise<void> {
    if (work.pieces <= 0) return;
    const control = new Int32Array(new SharedArrayBuffer(CONTROL.WORDS * 4));
    const values = args.map((value) =>
      value !== null && typeof value === 'object' && 'output' in value ? value.output : value,
    );
    const tickets = Math.min(this.threadsNow, work.pieces);
    await watchRun(control, work, options, () => {
      const run = this.addon.run(this.handle, kernel, values, control, work.scratchBytes ?? 0, tickets);
      // The addon holds bare addresses, so the arrays must stay reachable.
      this.pending.set(run, values);
      return run.finally(() => this.pending.delete(run));
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled(this.pending.keys());
    this.addon.close(this.handle);
  }
}
