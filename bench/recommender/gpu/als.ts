import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { GpuAls, type GpuAlsSolver } from '../../../libs/compute/als-half-sweep/webgpu.js';
import type { Csr } from '../../../libs/compute/csr/kernel.js';
import type { Storage } from '../../../libs/compute/gpu/sharded-table.js';
import { Random } from '../../../libs/compute/random/kernel.js';
import type { Bench, Figure } from '../../gpu/bench.js';
import { median } from '../../measure.js';
import { generateInteractions } from '../interactions.js';

const DIMENSIONS = 128;
const ROUNDS = 3;
const STEPS = 3;
/** No row ends before its last step, so that everyone does the same work. */
const SOLVER: GpuAlsSolver = { method: 'conjugate-gradient', steps: STEPS, tolerance: 0 };
const SETTINGS = { unobservedWeight: 0.1, regularization: 0.1, regularizationExponent: 0 };
const SHAPES = [
  { users: 200_000, items: 40_000, interactions: 10_000_000 },
  { users: 1_000_000, items: 200_000, interactions: 100_000_000 },
];

/** Sweeps over both sides; the peer takes the same steps, and an exact solution as well. */
export async function measureAls(bench: Bench): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const full of SHAPES) {
    const [users, items, interactions] = [full.users, full.items, full.interactions].map((count) =>
      Math.max(64, Math.round(count * bench.scale)),
    );
    const csr = generateInteractions({ name: '', users, items, interactions, seed: 1 });
    const peer = await askPeer(bench, csr);
    for (const storage of ['f32', 'f16'] as const) {
      const seconds = await timeSweep(bench, csr, storage);
      figures.push({
        what: `iALS sweep, ${csr.indices.length.toLocaleString('en')} interactions, d ${DIMENSIONS}, ${STEPS} steps, ${storage}`,
        ours: `${seconds.toFixed(3)} s`,
        peer: peer && `${peer.steps.toFixed(3)} s; exact ${peer.exact.toFixed(3)} s`,
        ratio: peer && peer.steps / seconds,
        floorShare: leastBytes(csr, storage) / bench.bandwidth / seconds,
      });
    }
  }
  return figures;
}

async function timeSweep({ gpu }: Bench, csr: Csr, storage: Storage): Promise<number> {
  const random = Random.seeded(2);
  const [users, items] = [csr.rows, csr.columns].map((rows) =>
    new Float32Array(rows * DIMENSIONS).map(() => (random.uniform() - 0.5) / 10),
  );
  const als = await GpuAls.create(gpu, csr, { users, items }, { ...SETTINGS, dimensions: DIMENSIONS, storage });
  const seconds: number[] = [];
  // The first compiles and finds out how much the device takes at a time.
  for (let round = -1; round < ROUNDS; round++) {
    const started = performance.now();
    await als.sweep('users', SOLVER);
    await als.sweep('items', SOLVER);
    await gpu.finish();
    if (round >= 0) seconds.push((performance.now() - started) / 1000);
  }
  als.release();
  return median(seconds);
}

/**
 * What a sweep must read and write where nothing stays in a cache: in both half sweeps a gathered row and an index for each
 * interaction in each step and for the first residual; each table read once for its Gram matrix, once as what is solved, and
 * written once.
 */
function leastBytes({ rows, columns, indices }: Csr, storage: Storage): number {
  const rowBytes = DIMENSIONS * (storage === 'f32' ? 4 : 2);
  return 2 * (STEPS + 1) * indices.length * (rowBytes + 4) + 3 * (rows + columns) * rowBytes;
}

async function askPeer({ peer }: Bench, csr: Csr): Promise<{ steps: number; exact: number } | null> {
  if (!peer) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
  try {
    writeFileSync(path.join(folder, 'offsets.u32'), csr.offsets);
    writeFileSync(path.join(folder, 'indices.u32'), csr.indices);
    const { unobservedWeight, regularization } = SETTINGS;
    const shape = { folder, users: csr.rows, items: csr.columns, dimensions: DIMENSIONS };
    return await peer.ask({ do: 'als', ...shape, steps: STEPS, unobservedWeight, regularization, rounds: ROUNDS });
  } finally {
    rmSync(folder, { recursive: true });
  }
}
