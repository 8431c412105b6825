import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { alsHalfSweep, type AlsSolver } from '../../libs/compute/als-half-sweep/kernel.js';
import { transposeCsr, type Csr } from '../../libs/compute/csr/kernel.js';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { buildItemIndex, topItems } from '../../libs/compute/top-k/kernel.js';
import { openEveryEngine } from '../engines.js';
import { interleave, time, type Comparison, type Contender, type Timing } from '../measure.js';
import type { PythonPeer } from '../python-peer.js';
import { generateInteractions, holdOut, type GeneratedShape } from './interactions.js';
import { IalsppPeer } from './peers/ialspp-peer.js';
import { openImplicit } from './peers/implicit-peer.js';

/** Weight of a touched cell next to an untouched one's 1; the peer's alpha is one more. */
const TOUCHED_WEIGHT = 9;
const REGULARIZATION = 0.1;
/** In principal axes 32 ranks as well as 64, which is the peer's faster choice, and costs less. */
const BLOCK_SIZE = 32;
const PEER_BLOCK_SIZE = 64;
const SWEEPS_FOR_QUALITY = 15;
const SOLVERS: AlsSolver[] = [
  { method: 'conjugate-gradient', steps: 2 },
  { method: 'cholesky' },
  { method: 'block-descent', blockSize: BLOCK_SIZE },
];

export interface AlsResult {
  set: string;
  dimensions: number;
  /** One table a solver, the peer first. */
  comparisons: Comparison[][];
  quality: { name: string; recall: number; ndcg: number }[];
}

/** One model under way. */
class Fit {
  readonly users: Float32Array;
  readonly items: Float32Array;

  constructor(
    private readonly engine: Engine,
    private readonly byUser: Csr,
    private readonly byItem: Csr,
    private readonly dimensions: number,
    private readonly solver: AlsSolver,
  ) {
    const random = Random.seeded(1);
    [this.users, this.items] = [byUser.rows, byItem.rows].map((rows) => {
      const factors = engine.float32(rows * dimensions);
      factors.forEach((_, i) => (factors[i] = (0.1 * random.gaussian()) / Math.sqrt(dimensions)));
      return factors;
    });
  }

  async sweep(): Promise<void> {
    await this.half(this.byUser, this.users, this.items);
    await this.half(this.byItem, this.items, this.users);
  }

  close(): void {
    this.engine.release(this.users, this.items);
  }

  private half(interactions: Csr, solved: Float32Array, fixed: Float32Array): Promise<void> {
    // Division by the weight of a touched cell leaves the solution as it is but for its scale.
    const weights = { unobservedWeight: 1 / TOUCHED_WEIGHT, regularization: REGULARIZATION / TOUCHED_WEIGHT };
    const sweep = { interactions, dimensions: this.dimensions, solved, fixed, regularizationExponent: 0, ...weights };
    return alsHalfSweep(this.engine, sweep, this.solver);
  }
}

/** Sweeps of each solver on every engine, in turn with the peers that have the solver. */
export async function benchAls(
  shape: GeneratedShape,
  dimensions: number,
  rounds: number,
  methods: string[],
): Promise<AlsResult> {
  const { train, test } = holdOut(generateInteractions(shape), shape.seed);
  const byItem = transposeCsr(train);
  const engines = await openEveryEngine();
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
  const implicit = openImplicit();
  const ialspp = await IalsppPeer.open(folder, train, dimensions, PEER_BLOCK_SIZE);
  const result: AlsResult = { set: shape.name, dimensions, comparisons: [], quality: [] };
  const measureQuality = async (name: string, factors: { users: Float32Array; items: Float32Array }) =>
    result.quality.push({ name, ...(await evaluate(engines[0], factors, train, test, dimensions)) });
  try {
    if (implicit) await handOver(implicit, folder, train);
    for (const solver of SOLVERS.filter(({ method }) => methods.includes(method))) {
      const { method } = solver;
      const fits = engines.map((engine) => new Fit(engine, train, byItem, dimensions, solver));
      const contenders = fits.map((fit, i) => ({
        name: `${engines[i].name} ${method}`,
        run: () => time(() => fit.sweep()),
      }));
      if (method === 'block-descent') {
        if (ialspp) contenders.unshift({ name: `Google Research ${method}`, run: () => ialspp.sweep() });
      } else if (implicit) {
        await implicit.ask({ do: 'start', factors: dimensions, seed: 1 });
        const run = () => implicit.ask<Timing>({ do: 'sweep', method, regularization: REGULARIZATION });
        contenders.unshift({ name: `implicit ${method}`, run });
      }
      // An exact sweep of the peer takes half a minute.
      result.comparisons.push(await interleave(contenders, method === 'cholesky' ? 1 : rounds));
      if (method === 'conjugate-gradient') await sweepOn(contenders, SWEEPS_FOR_QUALITY - rounds - 1);
      for (const [i, fit] of fits.entries()) await measureQuality(`${engines[i].name} ${method}`, fit);
      if (implicit && method === 'conjugate-gradient') {
        await implicit.ask({ do: 'save', folder });
        const [users, items] = ['users', 'items'].map((name) => readFloats(path.join(folder, `${name}.f32`)));
        await measureQuality(`implicit ${method}`, { users, items });
      }
      fits.forEach((fit) => fit.close());
    }
  } finally {
    implicit?.close();
    ialspp?.close();
    rmSync(folder, { recursive: true });
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return result;
}

/** Untimed sweeps, so that quality is compared where it has settled. */
async function sweepOn(contenders: Contender[], sweeps: number): Promise<void> {
  for (let sweep = 0; sweep < sweeps; sweep++) for (const { run } of contenders) await run();
}

async function handOver(peer: PythonPeer, folder: string, { offsets, indices, rows, columns }: Csr): Promise<void> {
  writeFileSync(path.join(folder, 'offsets.u32'), offsets);
  writeFileSync(path.join(folder, 'indices.u32'), indices);
  await peer.ask({ do: 'load', folder, rows, columns });
}

function readFloats(file: string): Float32Array {
  const bytes = readFileSync(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

/** Recall@20 = hits / min(20, |test|) and NDCG@100 over the held-out users. */
async function evaluate(
  engine: Engine,
  { users, items }: { users: Float32Array; items: Float32Array },
  train: Csr,
  test: Csr,
  dimensions: number,
): Promise<{ recall: number; ndcg: number }> {
  const index = await buildItemIndex(engine, items, dimensions);
  const tested = Array.from({ length: test.rows }, (_, user) => user).filter(
    (user) => test.offsets[user + 1] > test.offsets[user],
  );
  const queries = new Float32Array(tested.length * dimensions);
  tested.forEach((user, at) =>
    queries.set(users.subarray(user * dimensions, (user + 1) * dimensions), at * dimensions),
  );
  const excluded = selectRows(train, tested);
  const top = await topItems(engine, index, queries, 100, { excluded, allowed: null });
  let [recall, ndcg] = [0, 0];
  tested.forEach((user, at) => {
    const wanted = new Set(test.indices.subarray(test.offsets[user], test.offsets[user + 1]));
    let [hits, gain, ideal] = [0, 0, 0];
    for (let place = 0; place < 100; place++) {
      const discount = 1 / Math.log2(place + 2);
      if (place < wanted.size) ideal += discount;
      if (place >= top.counts[at] || !wanted.has(top.indices[at * top.limit + place])) continue;
      gain += discount;
      if (place < 20) hits++;
    }
    recall += hits / Math.min(20, wanted.size);
    ndcg += gain / ideal;
  });
  return { recall: recall / tested.length, ndcg: ndcg / tested.length };
}

function selectRows({ columns, offsets, indices }: Csr, rows: number[]): Csr {
  const selected = new Uint32Array(rows.length + 1);
  rows.forEach((row, at) => (selected[at + 1] = selected[at] + offsets[row + 1] - offsets[row]));
  const chosen = new Uint32Array(selected[rows.length]);
  rows.forEach((row, at) => chosen.set(indices.subarray(offsets[row], offsets[row + 1]), selected[at]));
  return { rows: rows.length, columns, offsets: selected, indices: chosen, values: null };
}
