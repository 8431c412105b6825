import { afterAll, describe, it } from 'vitest';
import type { Gpu } from './gpu.js';
import { openGpu, type GpuOptions } from './open-gpu.js';

/** Small enough that a table of a few hundred rows is cut into shards. */
const TINY = {
  maxBufferSize: 65_536,
  maxStorageBufferBindingSize: 65_536,
  maxStorageBuffersPerShaderStage: 8,
  maxComputeInvocationsPerWorkgroup: 64,
  maxComputeWorkgroupStorageSize: 8_192,
  maxComputeWorkgroupsPerDimension: 7,
};

const everyGpu: [name: string, gpu: Gpu][] = [];

async function add(name: string, options: GpuOptions): Promise<string> {
  try {
    everyGpu.push([name, await openGpu(options)]);
    return '';
  } catch (error) {
    return (error as Error).message;
  }
}

// Tiny limits come first: what fits them takes every path that large ones take, and cuts its buffers up besides. At length
// (`npm run quality`) the software device is used with its own limits too.
const problem = await add('software of tiny limits', { forceFallback: true, limits: TINY });
if (process.env['QUALITY_FULL']) await add('software', { forceFallback: true });
await add('hardware', {});
/** Whether specs may open a software device of their own. */
export const hasSoftwareGpu = problem === '';
if (!hasSoftwareGpu) process.stderr.write(`GPU specs are skipped. ${problem}\n`);

afterAll(() => everyGpu.forEach(([, gpu]) => gpu.close()));

/** For specs: on software devices, and on the GPU of this machine if it has one. */
export function describeOnGpus(name: string, define: (gpu: Gpu) => void): void {
  if (everyGpu.length === 0) describe.skip(name, () => it('needs a GPU, if only in software', () => {}));
  else describe.each(everyGpu)(`${name} on a GPU: %s`, (_name, gpu) => define(gpu));
}
