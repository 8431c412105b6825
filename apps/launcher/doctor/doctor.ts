// `npm run doctor`: what this machine has, what Kindred uses of it, and why.
import { existsSync, statfsSync } from 'node:fs';
import { availableParallelism, cpus, totalmem } from 'node:os';
import path from 'node:path';
import { type Backend, openDevice } from '../../../libs/compute/device/open-device.js';
import { instructionSets, nativeProblem, openEngine } from '../../../libs/compute/engine/open-engine.js';
import { probeGpu } from '../../../libs/compute/gpu/open-gpu.js';
import { invertSymmetric } from '../../../libs/compute/symmetric-inverse/kernel.js';

const GIBIBYTE = 2 ** 30;

async function describeEngine(): Promise<string> {
  const engine = await openEngine();
  const matrix = Float32Array.of(4, 2, 2, 3);
  await invertSymmetric(engine, matrix, 2);
  await engine.close();
  const works = Math.abs(matrix[0]! - 0.375) < 1e-5 ? 'answers right' : 'answers WRONG: please report this';
  return `${engine.name} on ${engine.threads} threads; ${works}`;
}

function describeChoice(): string {
  const problem = nativeProblem();
  if (problem) return `WebAssembly, because: ${problem}`;
  return `the native addon, compiled on this machine; this processor has ${instructionSets().join(', ')}`;
}

/** What the GPU is and what it can hold, or why there is none. */
async function describeGpu(): Promise<Record<string, string>> {
  const probe = await probeGpu();
  if ('problem' in probe) return { GPU: `none, because: ${probe.problem}` };
  const { gpu, limits, gigaflops } = probe;
  const gibibytes = (bytes: number) => `${(bytes / GIBIBYTE).toFixed(2)} GiB`;
  return {
    GPU: `${gpu.device || gpu.vendor} (${gpu.architecture}), ${gpu.description}; answers right`,
    'GPU limits': `tables in pieces of ${gibibytes(limits.maxStorageBufferBindingSize)}, ${limits.maxStorageBuffersPerShaderStage} at a time; ${limits.maxComputeWorkgroupStorageSize / 1024} KiB and ${limits.maxComputeInvocationsPerWorkgroup} threads a workgroup`,
    'GPU speed': `${gigaflops.toFixed(0)} GFLOP/s in small products`,
  };
}

/** What jobs train on next to the engine, and why not on what would come first. */
async function describeDevice(): Promise<string> {
  const { COMPUTE_BACKEND: backend } = process.env;
  const { device, refusals } = await openDevice({ backend: backend ? (backend as Backend) : undefined });
  device.close();
  const reasons = refusals.map((refusal) => `not ${refusal.backend}: ${refusal.reason.replace(/\.$/, '')}`);
  return [`${device.name}${backend ? ', by COMPUTE_BACKEND' : ''}`, ...reasons].join('; ');
}

function describeDisk(): string {
  const folder = path.resolve(process.env['KINDRED_DATA_DIR'] || '.kindred');
  const existing = existsSync(folder) ? folder : path.dirname(folder);
  const { bavail, bsize } = statfsSync(existing);
  return `${folder}, ${((bavail * bsize) / GIBIBYTE).toFixed(1)} GiB free`;
}

function describeDatabase(): string {
  return process.env['DATABASE_URL'] ? 'the one of DATABASE_URL' : 'embedded, started by npm start';
}

if (existsSync('.env')) process.loadEnvFile('.env');
const lines = {
  Node: `${process.version} on ${process.platform}-${process.arch} (${process.execPath})`,
  Processor: `${cpus()[0]?.model.trim() ?? 'unknown'}, ${availableParallelism()} cores for this process`,
  Memory: `${(Math.min(process.constrainedMemory() || Infinity, totalmem()) / GIBIBYTE).toFixed(1)} GiB`,
  'Training engine': await describeEngine(),
  'Chosen engine': describeChoice(),
  ...(await describeGpu()),
  'Chosen device': await describeDevice(),
  Database: describeDatabase(),
  Data: describeDisk(),
};
for (const [name, value] of Object.entries(lines)) console.log(`${name.padEnd(16)} ${value}`);
