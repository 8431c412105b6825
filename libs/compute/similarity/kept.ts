import type { Csr } from '../csr/kernel.js';
import type { Engine, Output } from '../engine/engine.js';
import { output } from '../engine/engine.js';

/** Room for up to `limit` entries a row, which a kernel fills; `KeptArguments` in C++. */
export class KeptEntries {
  private readonly indices: Uint32Array;
  private readonly values: Float32Array;
  private readonly counts: Uint32Array;

  constructor(
    private readonly engine: Engine,
    rows: number,
    private readonly limit: number,
  ) {
    this.values = engine.float32(rows * limit);
    const words = engine.float32(rows * limit);
    this.indices = new Uint32Array(words.buffer, words.byteOffset, words.length);
    this.counts = new Uint32Array(rows);
  }

  get args(): Output[] {
    return [this.indices, this.values, this.counts].map(output);
  }

  /** The filled part as a matrix of its own. */
  toCsr(columns: number): Csr {
    const { counts, limit } = this;
    const rows = counts.length;
    const offsets = new Uint32Array(rows + 1);
    counts.forEach((count, row) => (offsets[row + 1] = offsets[row] + count));
    const indices = new Uint32Array(offsets[rows]);
    const values = new Float32Array(offsets[rows]);
    for (let row = 0; row < rows; row++) {
      const [start, end] = [row * limit, row * limit + counts[row]];
      indices.set(this.indices.subarray(start, end), offsets[row]);
      values.set(this.values.subarray(start, end), offsets[row]);
    }
    return { rows, columns, offsets, indices, values };
  }

  release(): void {
    this.engine.release(this.indices, this.values);
  }
}
