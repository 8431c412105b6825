// Trains on the CSR of a folder and reports its own time and memory; see scale.ts.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { alsHalfSweep } from '../../libs/compute/als-half-sweep/kernel.js';
import { transposeCsr, type Csr } from '../../libs/compute/csr/kernel.js';
import { openEngine } from '../../libs/compute/engine/open-engine.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { THREADS } from '../engines.js';
import { median } from '../measure.js';

export interface SweepReport {
  /** Median seconds of a sweep. */
  wall: number;
  /** The most memory that was held above what an idle engine holds. */
  peakBytes: number;
}

const SWEEPS = 5;
const [folder, columns, dimensions] = process.argv.slice(2);
const d = Number(dimensions);
const engine = await openEngine({ threads: THREADS });
const before = process.memoryUsage.rss();
const byUser = readCsr();
const byItem = transposeCsr(byUser);
const random = Random.seeded(1);
const [users, items] = [byUser, byItem].map(({ rows }) => {
  const factors = engine.float32(rows * d);
  for (let i = 0; i < factors.length; i++) factors[i] = (0.1 * random.gaussian()) / Math.sqrt(d);
  return factors;
});
const weights = { unobservedWeight: 0.1, regularization: 0.01, regularizationExponent: 0 };
const solver = { method: 'conjugate-gradient', steps: 2 } as const;
const walls: number[] = [];
for (let sweep = 0; sweep < SWEEPS; sweep++) {
  const started = performance.now();
  await alsHalfSweep(engine, { interactions: byUser, dimensions: d, solved: users, fixed: items, ...weights }, solver);
  await alsHalfSweep(engine, { interactions: byItem, dimensions: d, solved: items, fixed: users, ...weights }, solver);
  walls.push((performance.now() - started) / 1e3);
}
const report: SweepReport = { wall: median(walls), peakBytes: peakBytes() - before };
console.log(JSON.stringify(report));
await engine.close();

/** `resourceUsage().maxRSS` would count the parent's memory at the fork. */
function peakBytes(): number {
  return 1024 * Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))![1]);
}

function readCsr(): Csr {
  const [offsets, indices] = ['offsets', 'indices'].map((name) => {
    const bytes = readFileSync(path.join(folder, `${name}.u32`));
    return new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 4);
  });
  return { rows: offsets.length - 1, columns: Number(columns), offsets, indices, values: null };
}
