import { readFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../engine/root.js';

/** A storage buffer as a shader sees it. */
export interface Binding {
  buffer: GPUBuffer;
  access: 'read' | 'write';
}

/** One run of a shader's `main`. */
export interface Dispatch {
  /** WGSL whose `@group(0)` has the buffers in the order of `bindings`. */
  code: string;
  bindings: Binding[];
  /** `u32` fields, then `f32` fields, of the uniform struct at `@group(1) @binding(0)`. */
  params?: { integers?: number[]; floats?: number[] };
  /**
   * Any number from 0 on: it is folded into two dimensions, so the shader takes `group.x + group.y * groups.x` for its place
   * and returns where that is past the end.
   */
  workgroups: number;
}

export const read = (buffer: GPUBuffer): Binding => ({ buffer, access: 'read' });
export const write = (buffer: GPUBuffer): Binding => ({ buffer, access: 'write' });

const files = new Map<string, string>();

/** WGSL of a file of `libs/compute`, after declarations of its constants (u32) and code that it builds on. */
export function shaderOf(file: string, constants: Record<string, number>, ...before: string[]): string {
  let text = files.get(file);
  if (text === undefined) files.set(file, (text = readFileSync(path.join(ROOT, 'libs/compute', file), 'utf8')));
  const declarations = Object.entries(constants).map(([name, value]) => `const ${name} = ${value}u;`);
  return [...declarations, ...before, text].join('\n');
}

/** Parameters as a uniform struct lies in memory. */
export function bytesOfParams({ integers = [], floats = [] }: NonNullable<Dispatch['params']>): Uint8Array {
  const bytes = new Uint8Array(Math.ceil((integers.length + floats.length) / 4) * 16);
  new Uint32Array(bytes.buffer).set(integers);
  new Float32Array(bytes.buffer).set(floats, integers.length);
  return bytes;
}
