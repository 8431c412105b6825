import { afterEach, describe, expect, it, vi } from 'vitest';
import { GpuAls } from '../als-half-sweep/webgpu.js';
import { createStep } from '../embedding-step/create-step.js';
import { GpuEmbeddingStep } from '../embedding-step/webgpu.js';
import { matrixProductOnGpu } from '../matrix-product/webgpu.js';
import { randomCsr, randomVector } from '../random/random-csr.js';
import { createLoss, gradientsOf } from '../softmax-loss/create-loss.js';
import { softmaxLossOnGpu } from '../softmax-loss/webgpu.js';
import { write } from './dispatch.js';
import { GpuLostError, GpuOutOfMemoryError } from './errors.js';
import { hasSoftwareGpu } from './every-gpu.js';
import type { Gpu, GpuLimits } from './gpu.js';
import { openGpu, probeGpu } from './open-gpu.js';
import { ShardedTable } from './sharded-table.js';

const COUNT_PLACES = `@group(0) @binding(0) var<storage, read_write> places: array<u32>;
@compute @workgroup_size(1)
fn main(@builtin(workgroup_id) group: vec3u, @builtin(num_workgroups) groups: vec3u) {
  let place = group.x + group.y * groups.x;
  if (place < arrayLength(&places)) { places[place] += 1; }
}`;

describe.skipIf(!hasSoftwareGpu)('a GPU', () => {
  const opened: Gpu[] = [];
  afterEach(() => opened.splice(0).forEach((gpu) => gpu.close()));

  async function open(limits: Partial<GpuLimits> = {}): Promise<Gpu> {
    const gpu = await openGpu({ forceFallback: true, limits });
    opened.push(gpu);
    return gpu;
  }

  it('keeps to the limits that are forced on it', async () => {
    const gpu = await open({ maxStorageBufferBindingSize: 1024, maxStorageBuffersPerShaderStage: 1 });
    await expect(gpu.allocate(1028)).rejects.toThrow(GpuOutOfMemoryError);
    const table = await ShardedTable.upload(gpu, randomVector(50 * 16, 1), 16);
    expect(table.shards.map(({ rows }) => rows)).toEqual([16, 16, 16, 2]);
    const two = [await gpu.allocate(4), await gpu.allocate(4)].map(write);
    await expect(gpu.submit([{ code: COUNT_PLACES, bindings: two, workgroups: 1 }])).rejects.toThrow(/binds 1/);
  });

  it('folds more workgroups than a dimension takes', async () => {
    const gpu = await open({ maxComputeWorkgroupsPerDimension: 7 });
    const buffer = await gpu.allocate(4 * 100);
    await gpu.submit([{ code: COUNT_PLACES, bindings: [write(buffer)], workgroups: 100 }]);
    expect(await gpu.read(buffer, new Uint32Array(100))).toEqual(new Uint32Array(100).fill(1));
  });

  it('counts the time in which it had work, and none in which it was idle', async () => {
    const gpu = await open();
    const ones = new Float32Array(256 * 256).fill(1);
    expect(gpu.busySeconds).toBe(0);
    await matrixProductOnGpu(gpu, ones, ones, 256);
    await gpu.finish();
    await new Promise((resolve) => setTimeout(resolve, 10));
    const busy = gpu.busySeconds;
    expect(busy).toBeGreaterThan(0);
    await new Promise((resolve) => setTimeout(resolve, 200));
    expect(gpu.busySeconds).toBe(busy);
  });

  it('tells a job under way, and every later call, that the device was lost', async () => {
    const gpu = await open();
    const ones = new Float32Array(256 * 256).fill(1);
    const job = (async () => {
      for (;;) await matrixProductOnGpu(gpu, ones, ones, 256);
    })();
    setTimeout(() => gpu.device.destroy(), 300);
    await expect(job).rejects.toThrow(GpuLostError);
    await expect(gpu.allocate(16)).rejects.toThrow(/start again, from a checkpoint/);
    await expect(gpu.finish()).rejects.toThrow(GpuLostError);
    expect(() => gpu.write({} as GPUBuffer, ones)).toThrow(GpuLostError);
  });

  it('says in plain words that a buffer has no room, and holds what it held', async () => {
    const gpu = await open();
    await gpu.allocate(1024);
    await expect(gpu.allocate(2 ** 50)).rejects.toThrow(/no room for .* MiB next to the 0\.0 MiB in use/);
    // No test fills a real device; this is how its driver would answer.
    vi.spyOn(gpu.device, 'popErrorScope').mockResolvedValueOnce({ message: 'Failed to allocate memory' } as GPUError);
    await expect(ShardedTable.create(gpu, 100, 16)).rejects.toThrow(GpuOutOfMemoryError);
    expect(gpu.bytesInUse).toBe(1024);
  });

  it('passes on what is wrong in WGSL, and goes on working', async () => {
    const gpu = await open();
    const broken = { code: '@compute @workgroup_size(1) fn main() { let x: u32 = 1.5; }', bindings: [], workgroups: 1 };
    await expect(gpu.submit([broken])).rejects.toThrow(/WGSL does not compile: .*u32/s);
    const ones = new Float32Array(4).fill(1);
    expect(await matrixProductOnGpu(gpu, ones, ones, 2)).toEqual(ones.map(() => 2));
  });

  it('says after closing that it is closed', async () => {
    const gpu = await open();
    gpu.close();
    await expect(gpu.finish()).rejects.toThrow('The GPU was closed.');
  });

  it('is not taken for training where it is imitated, unless asked for, and then answers right', async () => {
    const probe = await probeGpu();
    expect('gpu' in probe ? !probe.gpu.isFallback : probe.problem.includes('imitated in software')).toBe(true);
    expect(await probeGpu({ forceFallback: true })).toMatchObject({ gpu: { isFallback: true } });
  });

  it('has no memory in use once every operation is released', async () => {
    const gpu = await open({ maxComputeInvocationsPerWorkgroup: 64 });
    const { users, items, dimensions } = createStep({
      users: 9,
      items: 9,
      batch: 9,
      blocks: 1,
      kind: 'pairwise',
      adam: 'lazy',
      seed: 1,
    });
    const learner = await GpuEmbeddingStep.create(
      gpu,
      { users, items, head: null },
      { dimensions, adam: 'lazy', batchMax: 9 },
    );
    const settings = { dimensions, unobservedWeight: 1, regularization: 1, regularizationExponent: 1, longRow: 2 };
    const factors = { users: users.values, items: items.values };
    const als = await GpuAls.create(gpu, randomCsr(9, 9, 0.5, 1), factors, settings);
    const loss = createLoss({ rows: 3, columns: 7, blocks: 1, isBiased: false, deviation: 1, seed: 1 });
    await softmaxLossOnGpu(gpu, loss, gradientsOf(loss));
    for (const operation of [learner, als]) operation.release();
    expect(gpu.bytesInUse).toBe(0);
  });
});
