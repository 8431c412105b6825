import { read, write, type Binding } from './dispatch.js';
import type { Gpu } from './gpu.js';

/** How a table's numbers lie on the device; sums over them are in f32 either way. f16 keeps 11 bits, up to 65,504. */
export type Storage = 'f32' | 'f16';

/** Consecutive rows of a table in one buffer. */
export interface Shard {
  buffer: GPUBuffer;
  firstRow: number;
  rows: number;
}

/** WGSL by which a shader reaches a table, and what to bind for it. */
export interface TableAccess {
  code: string;
  bindings: Binding[];
}

/** A table `[rows, dimensions]` of any size, cut into as many buffers as the device's bindings ask for. */
export class ShardedTable {
  readonly shards: readonly Shard[];

  private constructor(
    private readonly gpu: Gpu,
    readonly rows: number,
    /** A multiple of 16. */
    readonly dimensions: number,
    readonly storage: Storage,
    readonly rowsPerShard: number,
  ) {
    this.shards = [];
  }

  /** Zeros. Rejects with GpuOutOfMemoryError where the device has no room, and then holds nothing. */
  static async create(gpu: Gpu, rows: number, dimensions: number, storage: Storage = 'f32'): Promise<ShardedTable> {
    const rowBytes = dimensions * (storage === 'f32' ? 4 : 2);
    const rowsPerShard = Math.floor(gpu.limits.maxStorageBufferBindingSize / rowBytes);
    const table = new ShardedTable(gpu, rows, dimensions, storage, rowsPerShard);
    return gpu.releasingOnFailure(async () => {
      for (let firstRow = 0; firstRow === 0 || firstRow < rows; firstRow += rowsPerShard) {
        const count = Math.min(rowsPerShard, rows - firstRow);
        const buffer = await gpu.allocate(count * rowBytes);
        (table.shards as Shard[]).push({ buffer, firstRow, rows: count });
      }
      return table;
    });
  }

  static async upload(gpu: Gpu, values: Float32Array, dimensions: number, storage?: Storage): Promise<ShardedTable> {
    const table = await ShardedTable.create(gpu, values.length / dimensions, dimensions, storage);
    table.write(values);
    return table;
  }

  /** Replaces every row by `values` `[rows, dimensions]`. */
  write(values: Float32Array): void {
    for (const { buffer, firstRow, rows } of this.shards) {
      const part = values.subarray(firstRow * this.dimensions, (firstRow + rows) * this.dimensions);
      this.gpu.write(buffer, this.storage === 'f32' ? part : packHalves(part));
    }
  }

  /** All rows as they are after what was submitted. */
  async read(): Promise<Float32Array> {
    const values = new Float32Array(this.rows * this.dimensions);
    for (const { buffer, firstRow, rows } of this.shards) {
      const part = values.subarray(firstRow * this.dimensions, (firstRow + rows) * this.dimensions);
      if (this.storage === 'f32') await this.gpu.read(buffer, part);
      else unpackHalves(await this.gpu.read(buffer, new Uint32Array(part.length / 2)), part);
    }
    return values;
  }

  release(): void {
    this.gpu.release(...this.shards.map(({ buffer }) => buffer));
  }

  /** `<name>At(row, column) -> vec4f` over all shards; a column is four dimensions. Takes a binding a shard, from `binding` on. */
  reading(name: string, binding: number): TableAccess {
    const type = this.storage === 'f32' ? 'vec4f' : 'vec2u';
    const last = this.shards.length - 1;
    const cases = this.shards.map((_, shard) => {
      const value = this.unpack(`${name}${shard}[at]`);
      return `    ${shard === last ? 'default' : `case ${shard}u`}: { return ${value}; }`;
    });
    const declarations = this.shards.map(
      (_, shard) => `@group(0) @binding(${binding + shard}) var<storage, read> ${name}${shard}: array<${type}>;`,
    );
    const code = `${declarations.join('\n')}
fn ${name}At(row: u32, column: u32) -> vec4f {
  let at = row % ${this.rowsPerShard}u * ${this.dimensions / 4}u + column;
  switch row / ${this.rowsPerShard}u {
${cases.join('\n')}
  }
}`;
    return { code, bindings: this.shards.map(({ buffer }) => read(buffer)) };
  }

  /** `<name>At(row, column) -> vec4f` and `<name>Put(row, column, value)` over one shard, rows counted from its first. */
  writing(name: string, binding: number, shard: Shard): TableAccess {
    const isFull = this.storage === 'f32';
    const stored = isFull ? 'value' : 'vec2u(pack2x16float(value.xy), pack2x16float(value.zw))';
    const code = `@group(0) @binding(${binding}) var<storage, read_write> ${name}: array<${isFull ? 'vec4f' : 'vec2u'}>;
fn ${name}At(row: u32, column: u32) -> vec4f { return ${this.unpack(`${name}[row * ${this.dimensions / 4}u + column]`)}; }
fn ${name}Put(row: u32, column: u32, value: vec4f) { ${name}[row * ${this.dimensions / 4}u + column] = ${stored}; }`;
    return { code, bindings: [write(shard.buffer)] };
  }

  private unpack(stored: string): string {
    return this.storage === 'f32' ? stored : `vec4f(unpack2x16float(${stored}.x), unpack2x16float(${stored}.y))`;
  }
}

function packHalves(values: Float32Array): Uint32Array {
  return new Uint32Array(Float16Array.from(values).buffer);
}

function unpackHalves(halves: Uint32Array, values: Float32Array): void {
  values.set(new Float16Array(halves.buffer));
}
