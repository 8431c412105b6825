export const PAGE_BYTES = 65_536;
const ALIGNMENT = 64;
/** Memory is asked for in steps of this, as each step costs a call. */
const GROWTH_BYTES = 16 * 2 ** 20;

interface Block {
  start: number;
  bytes: number;
}

/** First-fit allocation in a WebAssembly memory that grows as needed and is shared by threads. */
export class WasmMemory {
  private readonly used = new Map<number, number>();
  /** Ascending, never touching each other. */
  private readonly free: Block[] = [];
  private readonly buffers = new WeakSet<ArrayBufferLike>();

  /** Addresses below `start` are taken. */
  constructor(
    readonly memory: WebAssembly.Memory,
    start: number,
  ) {
    const first = align(start);
    this.free.push({ start: first, bytes: memory.buffer.byteLength - first });
  }

  /** Address of a block on a 64-byte boundary. Throws RangeError past 4 GiB. */
  allocate(bytes: number): number {
    const wanted = Math.max(ALIGNMENT, align(bytes));
    let block = this.free.find((each) => each.bytes >= wanted);
    if (!block) {
      this.grow(wanted);
      block = this.free[this.free.length - 1];
    }
    const { start } = block;
    block.start += wanted;
    block.bytes -= wanted;
    this.used.set(start, wanted);
    return start;
  }

  release(start: number): void {
    const bytes = this.used.get(start);
    if (bytes === undefined) return;
    this.used.delete(start);
    this.addFree({ start, bytes });
  }

  /** The present buffer; earlier ones go on seeing the same memory, up to their length. */
  get buffer(): ArrayBufferLike {
    const { buffer } = this.memory;
    this.buffers.add(buffer);
    return buffer;
  }

  /** Whether an array lies in this memory. */
  owns({ buffer }: { buffer: ArrayBufferLike }): boolean {
    return this.buffers.has(buffer);
  }

  private grow(bytes: number): void {
    const before = this.memory.buffer.byteLength;
    const pages = Math.ceil(Math.max(bytes, GROWTH_BYTES) / PAGE_BYTES);
    try {
      this.memory.grow(pages);
    } catch {
      throw new RangeError(
        `WebAssembly has no memory left for ${bytes} bytes next to the ${before} in use: train on less data, or install a C++ compiler for the native kernels, which have no such limit.`,
      );
    }
    this.addFree({ start: before, bytes: this.memory.buffer.byteLength - before });
  }

  private addFree(block: Block): void {
    const at = this.free.findIndex(({ start }) => start > block.start);
    this.free.splice(at < 0 ? this.free.length : at, 0, block);
    for (let i = this.free.length - 1; i > 0; i--) {
      const [before, after] = [this.free[i - 1], this.free[i]];
      if (before.start + before.bytes !== after.start) continue;
      before.bytes += after.bytes;
      this.free.splice(i, 1);
    }
  }
}

function align(bytes: number): number {
  return Math.ceil(bytes / ALIGNMENT) * ALIGNMENT;
}
