import { Random } from '../../../libs/compute/random/kernel.js';
import { GpuTopItems } from '../../../libs/compute/top-k/webgpu.js';
import { median } from '../../measure.js';
import type { Bench, Figure } from '../../gpu/bench.js';

const DIMENSIONS = 64;
const ITEMS = 1_000_000;
const QUERIES = 4_096;
const LIMIT = 20;
const ROUNDS = 3;

/** The best items of many users at a time, ids and scores back on the processor. */
export async function measureTopItems({ gpu, scale, peer }: Bench): Promise<Figure[]> {
  const [items, queries] = [ITEMS, QUERIES].map((count) => Math.max(64, Math.round(count * scale)));
  const random = Random.seeded(6);
  const draw = (rows: number) => new Float32Array(rows * DIMENSIONS).map(() => random.uniform() - 0.5);
  const [table, users] = [draw(items), draw(queries)];
  const shape = { items, queries, dimensions: DIMENSIONS, limit: LIMIT, rounds: ROUNDS };
  const theirs = peer && (await peer.ask<{ seconds: number }>({ do: 'top-items', ...shape }));
  const figures: Figure[] = [];
  for (const storage of ['f32', 'f16'] as const) {
    const catalogue = await GpuTopItems.create(gpu, table, DIMENSIONS, storage);
    const seconds: number[] = [];
    for (let round = -1; round < ROUNDS; round++) {
      const started = performance.now();
      await catalogue.rank(users, LIMIT, { excluded: null, allowed: null });
      if (round >= 0) seconds.push((performance.now() - started) / 1000);
    }
    catalogue.release();
    const format = (time: number) => `${Math.round(queries / time).toLocaleString('en')} users/s`;
    figures.push({
      what: `Top ${LIMIT} of ${items.toLocaleString('en')} items, d ${DIMENSIONS}, ${storage}`,
      ours: format(median(seconds)),
      peer: theirs && format(theirs.seconds),
      ratio: theirs && theirs.seconds / median(seconds),
      floorShare: null,
    });
  }
  return figures;
}
