import { read, write, type Dispatch } from '../../libs/compute/gpu/dispatch.js';
import type { Gpu } from '../../libs/compute/gpu/gpu.js';
import { median } from '../measure.js';

const BYTES = 2 ** 30;
const THREADS = 256;
/** Copies of one measurement, so that starting them weighs nothing. */
const REPEATS = 20;
const ROUNDS = 5;

const COPY = `
@group(0) @binding(0) var<storage, read> source: array<vec4f>;
@group(0) @binding(1) var<storage, read_write> copied: array<vec4f>;
@compute @workgroup_size(${THREADS})
fn main(@builtin(local_invocation_index) thread: u32, @builtin(workgroup_id) group: vec3u,
        @builtin(num_workgroups) groups: vec3u) {
  let place = (group.x + group.y * groups.x) * ${THREADS}u + thread;
  if (place < arrayLength(&source)) { copied[place] = source[place]; }
}`;

/** Bytes a second that a kernel reads and writes which does nothing else. */
export async function measureBandwidth(gpu: Gpu, scale: number): Promise<number> {
  const { maxBufferSize, maxStorageBufferBindingSize } = gpu.limits;
  const most = Math.min(BYTES * scale, maxBufferSize, maxStorageBufferBindingSize);
  const bytes = Math.max(1, Math.floor(most / 2 ** 20)) * 2 ** 20;
  const [source, copied] = [await gpu.allocate(bytes), await gpu.allocate(bytes)];
  const copy: Dispatch = { code: COPY, bindings: [read(source), write(copied)], workgroups: bytes / 16 / THREADS };
  const speeds: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    const started = performance.now();
    await gpu.submit(Array.from({ length: REPEATS }, () => copy));
    await gpu.finish();
    if (round >= 0) speeds.push((2 * REPEATS * bytes) / ((performance.now() - started) / 1000));
  }
  gpu.release(source, copied);
  return median(speeds);
}
