import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Csr } from '../../libs/compute/csr/kernel.js';
import { generateInteractions } from './interactions.js';
import { measurePeak } from './peers/implicit-peer.js';
import type { SweepReport } from './scale.process.js';

/** 1, 5 and 25 million interactions; users and items grow along, as they do in life. */
const SHAPES = [1, 5, 25].map((millions) => ({
  name: `${millions} M`,
  users: millions * 20_000,
  items: 20_000,
  interactions: millions * 1_000_000,
  seed: millions,
}));

export interface ScaleRow {
  interactions: number;
  wallSeconds: number;
  nanosecondsPerInteraction: number;
  gigaflops: number;
  /** Of the measured peak of single-precision products; null without the peer that measures it. */
  shareOfPeak: number | null;
  /** Peak memory of training over the size of both CSRs and the factors. */
  memoryRatio: number;
}

/** Time and memory of sweeps in a process of their own, with nothing in memory but what training needs. */
export function benchScale(dimensions: number): ScaleRow[] {
  const peak = measurePeak();
  return SHAPES.map((shape) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
    try {
      const interactions = generateInteractions(shape);
      writeFileSync(path.join(folder, 'offsets.u32'), interactions.offsets);
      writeFileSync(path.join(folder, 'indices.u32'), interactions.indices);
      const program = fileURLToPath(new URL('./scale.process.js', import.meta.url));
      const args = [program, folder, String(interactions.columns), String(dimensions)];
      const { stdout, stderr, status } = spawnSync(process.execPath, args, { encoding: 'utf8' });
      if (status !== 0) throw new Error(stderr);
      return describe(interactions, dimensions, JSON.parse(stdout) as SweepReport, peak);
    } finally {
      rmSync(folder, { recursive: true });
    }
  });
}

function describe(interactions: Csr, d: number, report: SweepReport, peak: number | null): ScaleRow {
  const { rows, columns, indices } = interactions;
  const count = indices.length;
  // Each half sweep: a residual, a product and a curvature over the interactions (10 nd), Gram, and the two rotations.
  const flops = 2 * 10 * count * d + (rows + columns) * d * d * (1 + 2 + 2);
  const bytes = 4 * (2 * count + rows + columns + 2) + 4 * d * (rows + columns);
  const gigaflops = flops / report.wall / 1e9;
  return {
    interactions: count,
    wallSeconds: report.wall,
    nanosecondsPerInteraction: (report.wall / count) * 1e9,
    gigaflops,
    shareOfPeak: peak && gigaflops / peak,
    memoryRatio: report.peakBytes / bytes,
  };
}
