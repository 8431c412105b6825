/** How a run may be watched and ended. */
export interface RunOptions {
  /** Ends the run within 200 ms; the promise then rejects with the signal's reason and outputs are undefined. */
  signal?: AbortSignal;
  /** Hears 0..1 about ten times a second while a run lasts. */
  onProgress?: (fraction: number) => void;
}

export type NumericArray = Float32Array | Uint32Array | Int32Array | Int8Array | Uint8Array;

/** An array that a kernel writes; what it held before is there for the kernel to read. */
export interface Output {
  output: NumericArray;
}

/** An argument of a kernel, in the order of its C++ struct. */
export type Argument = number | NumericArray | Output | null;

/** What a run consists of. */
export interface Work {
  /** Units that its threads share out among themselves. */
  pieces: number;
  /** Memory that each thread needs for itself. */
  scratchBytes?: number;
}

/** What runs the kernels: the native addon or WebAssembly, each on threads of its own, so a run never blocks the event loop. */
export interface Engine {
  /** Such as `native avx512` or `wasm simd128`. */
  readonly name: string;
  /** Shared by all runs; a kernel's result does not depend on their number. */
  readonly threads: number;
  /** Lets the runs that begin from now on use at most so many of them, so that others on the machine come first. */
  limitThreads(count: number): void;
  /** The most that all arrays of kernels may take together, in bytes; Infinity where only the machine sets a bound. */
  readonly memoryBytesMax: number;
  /** Zeros on a cache line's boundary, in memory that kernels reach without a copy. */
  float32(length: number): Float32Array;
  /** The same array where kernels reach it already, else a copy that they reach. */
  own<T extends NumericArray>(array: T): T;
  /** Gives arrays of {@link float32} or {@link own} back at once; no run may be using them. Other arrays are left alone. */
  release(...arrays: (NumericArray | null)[]): void;
  /** Releases the arrays when `owner` has been collected. */
  releaseWith(owner: object, ...arrays: (NumericArray | null)[]): void;
  /** For the kernels of this folder's neighbours, which know each kernel's arguments. */
  run(kernel: string, args: readonly Argument[], work: Work, options?: RunOptions): Promise<void>;
  /** Waits for the runs under way, then ends the threads. */
  close(): Promise<void>;
}

/** Writes to the array are seen by the caller. */
export function output<T extends NumericArray>(array: T): Output {
  return { output: array };
}

/** Words of a run's control block, as `run.h` lays it out. */
export const CONTROL = { NEXT: 0, CANCELLED: 1, WORDS: 2 };

/**
 * Starts a run and waits for its end, meanwhile carrying abort and progress across the control block. Rejects with the
 * signal's reason once the threads have let go of their arrays.
 */
export async function watchRun(
  control: Int32Array,
  { pieces }: Work,
  { signal, onProgress }: RunOptions,
  start: () => Promise<void>,
): Promise<void> {
  signal?.throwIfAborted();
  const cancel = () => Atomics.store(control, CONTROL.CANCELLED, 1);
  const report = () => onProgress?.(Math.min(1, Atomics.load(control, CONTROL.NEXT) / pieces));
  const timer = onProgress && setInterval(report, 100);
  signal?.addEventListener('abort', cancel, { once: true });
  try {
    await start();
  } finally {
    clearInterval(timer);
    signal?.removeEventListener('abort', cancel);
  }
  signal?.throwIfAborted();
}

/** The ALS kernels take vectors of a multiple of this: a cache line of floats. */
export const DIMENSIONS_MULTIPLE = 16;
