import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { buildCsr, type Csr } from '../../libs/compute/csr/kernel.js';
import type { Engine } from '../../libs/compute/engine/engine.js';
import { Random } from '../../libs/compute/random/kernel.js';
import { scoreByFactors } from '../../libs/compute/scores/kernel.js';
import { buildItemIndex, topItems, topScores, type Candidates } from '../../libs/compute/top-k/kernel.js';
import { openEveryEngine } from '../engines.js';
import { interleave, time, type Comparison, type Contender, type Timing } from '../measure.js';
import type { PythonPeer } from '../python-peer.js';
import { openImplicit } from './peers/implicit-peer.js';

const LIMIT = 20;
const BATCH = 256;
const SEEN = 50;
const ALLOWED_SHARE = 0.9;
/** A single query is timed by the hundred, as the clock is coarse. */
const SINGLE_REPEATS = 100;

export interface TopKResult {
  items: number;
  dimensions: number;
  batch: Comparison[];
  single: Comparison[];
  /** Of the ids of a batch, how many differ from those of full FP32 scores; rounding ties alone may. */
  differing: Record<string, number>;
}

/** Our calls leave out 50 seen items and a tenth of the catalogue by bitmap; the peer's leave out the seen items alone. */
export async function benchTopK(itemCount: number, dimensions: number, rounds: number): Promise<TopKResult> {
  const random = Random.seeded(itemCount + dimensions);
  const items = Float32Array.from({ length: itemCount * dimensions }, () => random.gaussian());
  // Norms that differ, as popular items are longer.
  for (let item = 0; item < itemCount; item++) {
    const length = 0.3 + random.uniform();
    for (let k = 0; k < dimensions; k++) items[item * dimensions + k] *= length;
  }
  const queries = Float32Array.from({ length: BATCH * dimensions }, () => random.gaussian());
  const excluded = drawSeen(itemCount, random);
  const allowed = Uint8Array.from({ length: Math.ceil(itemCount / 8) }, () => {
    let byte = 0;
    for (let bit = 0; bit < 8; bit++) if (random.uniform() < ALLOWED_SHARE) byte |= 1 << bit;
    return byte;
  });
  const engines = await openEveryEngine();
  const peer = await openPeer({ items, queries, excluded, itemCount, dimensions });
  const result: TopKResult = { items: itemCount, dimensions, batch: [], single: [], differing: {} };
  const batch: Contender[] = [];
  const single: Contender[] = [];
  if (peer) {
    const ask = (count: number) =>
      peer.ask<Timing>({ do: 'recommend', count, limit: LIMIT, repeats: count > 1 ? 1 : SINGLE_REPEATS });
    batch.push({ name: 'implicit', run: () => ask(BATCH) });
    single.push({ name: 'implicit', run: () => ask(1) });
  }
  const expected = await scoreInFull(engines[0], items, queries, { excluded, allowed });
  for (const engine of engines) {
    const index = await buildItemIndex(engine, items, dimensions);
    const top = await topItems(engine, index, queries, LIMIT, { excluded, allowed });
    result.differing[engine.name] = top.indices.filter((item, at) => item !== expected[at]).length;
    batch.push({
      name: engine.name,
      run: () => time(() => topItems(engine, index, queries, LIMIT, { excluded, allowed })),
    });
    const one = { excluded: { ...excluded, rows: 1, offsets: excluded.offsets.subarray(0, 2) }, allowed };
    const query = queries.subarray(0, dimensions);
    const run = () =>
      time(async () => {
        for (let repeat = 0; repeat < SINGLE_REPEATS; repeat++) await topItems(engine, index, query, LIMIT, one);
      });
    single.push({ name: engine.name, run });
  }
  try {
    result.batch = await interleave(batch, rounds);
    result.single = (await interleave(single, rounds)).map((each) => ({
      ...each,
      wall: each.wall / SINGLE_REPEATS,
      cpu: each.cpu / SINGLE_REPEATS,
    }));
  } finally {
    peer?.close();
    await Promise.all(engines.map((engine) => engine.close()));
  }
  return result;
}

function drawSeen(itemCount: number, random: Random): Csr {
  const rowIndices = Uint32Array.from({ length: BATCH * SEEN }, (_, i) => Math.floor(i / SEEN));
  const columnIndices = rowIndices.map(() => Math.floor(random.uniform() * itemCount));
  return buildCsr({ rows: BATCH, columns: itemCount, rowIndices, columnIndices, values: null });
}

async function scoreInFull(engine: Engine, items: Float32Array, queries: Float32Array, candidates: Candidates) {
  const dimensions = queries.length / BATCH;
  const itemCount = items.length / dimensions;
  const scores = new Float32Array(BATCH * itemCount);
  await scoreByFactors(engine, queries, items, dimensions, scores);
  return (await topScores(engine, scores, itemCount, LIMIT, candidates)).indices;
}

interface PeerInput {
  items: Float32Array;
  queries: Float32Array;
  excluded: Csr;
  itemCount: number;
  dimensions: number;
}

async function openPeer({ items, queries, excluded, itemCount, dimensions }: PeerInput): Promise<PythonPeer | null> {
  const peer = openImplicit();
  if (!peer) return null;
  const folder = mkdtempSync(path.join(tmpdir(), 'kindred-bench-'));
  writeFileSync(path.join(folder, 'items.f32'), items);
  writeFileSync(path.join(folder, 'users.f32'), queries);
  writeFileSync(path.join(folder, 'seen-offsets.u32'), excluded.offsets);
  writeFileSync(path.join(folder, 'seen-indices.u32'), excluded.indices);
  await peer.ask({ do: 'load_items', folder, users: BATCH, items: itemCount, dimensions });
  rmSync(folder, { recursive: true });
  return peer;
}
