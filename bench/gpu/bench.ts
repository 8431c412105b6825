import { openDevice, type Device } from '../../libs/compute/device/open-device.js';
import type { Gpu } from '../../libs/compute/gpu/gpu.js';
import { families } from '../families.js';
import type { FamilyBenches } from '../family-benches.js';
import { measureBandwidth } from './bandwidth.js';
import { TorchPeer } from './torch-peer.js';

export interface GpuBenchOptions {
  /** Share of the full sizes, for a try. */
  scale: number;
  /** Takes a GPU that a processor imitates. */
  allowSoftware: boolean;
  /** Names of the parts to measure. */
  parts: string[];
}

/** What a part measures on. */
export interface Bench {
  device: Device;
  gpu: Gpu;
  scale: number;
  /** Bytes a second, read and written, of a kernel that copies. */
  bandwidth: number;
  /** Null where there is none. */
  peer: TorchPeer | null;
}

/** One line of the table. */
export interface Figure {
  what: string;
  ours: string;
  /** PyTorch's; null where it has nothing of the kind. */
  peer: string | null;
  /** How many times as fast we are; null where there is nothing to compare with. */
  ratio: number | null;
  /** Share of the speed that memory alone would allow; null where it says nothing. */
  floorShare: number | null;
}

const PARTS: FamilyBenches['gpuParts'] = Object.assign({}, ...Object.values(families).map(({ gpuParts }) => gpuParts));

export const GPU_PARTS = Object.keys(PARTS);

/** Measures on the GPU of this machine and prints a markdown table; returns the exit code, 1 where there is none. */
export async function benchGpu({ scale, allowSoftware, parts }: GpuBenchOptions): Promise<number> {
  const unknown = parts.find((part) => !PARTS[part]);
  if (unknown !== undefined) {
    console.error(`kindred: there is no part "${unknown}" of the bench gpu: it is one of ${GPU_PARTS.join(', ')}.`);
    return 1;
  }
  let device: Device;
  try {
    ({ device } = await openDevice({ backend: 'webgpu', allowFallback: allowSoftware }));
  } catch (error) {
    console.error(`kindred: nothing to measure on: ${(error as Error).message}`);
    return 1;
  }
  const gpu = device.gpu!;
  const peer = await TorchPeer.open();
  try {
    const bench = { device, gpu, scale, bandwidth: await measureBandwidth(gpu, scale), peer };
    const { vendor, architecture, device: name, description } = gpu.describe();
    console.log(`Device: ${[vendor, architecture, name, description].filter(Boolean).join(', ')}`);
    console.log(`Memory: ${(bench.bandwidth / 1e9).toFixed(0)} GB/s, read and written by a kernel that copies`);
    console.log(`PyTorch: ${peer ? `${peer.version} on ${peer.device}` : 'no PyTorch here'}`);
    console.log(`Date: ${new Date().toISOString().slice(0, 10)}${scale === 1 ? '' : `; sizes × ${scale}`}\n`);
    console.log('| Measured | Kindred | PyTorch | × | of the memory floor |\n| --- | ---: | ---: | ---: | ---: |');
    // Line by line, so that a run that is cut short has shown what it knew.
    for (const part of parts) for (const figure of await PARTS[part](bench)) console.log(lineOf(figure, peer !== null));
    return 0;
  } finally {
    peer?.close();
    device.close();
  }
}

function lineOf({ what, ours, peer, ratio, floorShare }: Figure, hasPeer: boolean): string {
  const share = floorShare === null ? '' : `${(100 * floorShare).toFixed(0)} %`;
  return `| ${[what, ours, hasPeer ? (peer ?? '') : 'no PyTorch here', ratio?.toFixed(2) ?? '', share].join(' | ')} |`;
}
