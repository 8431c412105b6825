import { GpuEmbeddingStep, type EmbeddingBatch } from '../../../libs/compute/embedding-step/webgpu.js';
import { Random } from '../../../libs/compute/random/kernel.js';
import type { Bench, Figure } from '../../gpu/bench.js';
import { median } from '../../measure.js';

const DIMENSIONS = 64;
const BATCH = 65_536;
const USERS = 1_000_000;
const ITEMS = 200_000;
const LEARNING_RATE = 0.001;
const STEPS = 50;
const ROUNDS = 3;
const BATCHES = 8;

/** Steps of the rating model as training drives them: each uploads its batch; the loss is read at the end. */
export async function measureEmbedding({ gpu, scale, peer }: Bench): Promise<Figure[]> {
  const [users, items, batch] = [USERS, ITEMS, BATCH].map((count) => Math.max(64, Math.round(count * scale)));
  const random = Random.seeded(3);
  const ids = (count: number) => Uint32Array.from({ length: batch }, () => Math.floor(count * random.uniform()));
  const batches = Array.from({ length: BATCHES }, () => ({
    userIds: ids(users),
    itemIds: ids(items),
    labels: Float32Array.from({ length: batch }, () => 5 * random.uniform()),
  }));
  const table = (rows: number) => {
    const values = new Float32Array(rows * DIMENSIONS).map(() => random.uniform() - 0.5);
    return { values, first: new Float32Array(values.length), second: new Float32Array(values.length) };
  };
  const head = { head: Float32Array.of(1, 3), headFirst: new Float32Array(2), headSecond: new Float32Array(2) };
  const options = { dimensions: DIMENSIONS, adam: 'lazy', batchMax: batch } as const;
  const learner = await GpuEmbeddingStep.create(gpu, { users: table(users), items: table(items), head }, options);
  const seconds: number[] = [];
  let step = 0;
  for (let round = -1; round < ROUNDS; round++) {
    const started = performance.now();
    for (let turn = 0; turn < STEPS; turn++) {
      const { labels, ...pairs } = batches[turn % BATCHES];
      const objective: EmbeddingBatch['objective'] = { kind: 'rating', labels };
      await learner.step({ ...pairs, objective, step: ++step, learningRate: LEARNING_RATE });
    }
    await learner.meanLoss();
    if (round >= 0) seconds.push((performance.now() - started) / 1000);
  }
  learner.release();
  const ours = (STEPS * batch) / median(seconds);
  const shape = { users, items, batch, dimensions: DIMENSIONS, steps: STEPS, rounds: ROUNDS };
  const theirs = peer && (await peer.ask<{ seconds: number }>({ do: 'embedding', ...shape }));
  const rate = theirs && (STEPS * batch) / theirs.seconds;
  const format = (examples: number) => `${(examples / 1e6).toFixed(3)} M examples/s`;
  return [
    {
      what: `Rating step, lazy Adam, batch ${batch.toLocaleString('en')}, d ${DIMENSIONS}, ${users.toLocaleString('en')} users, ${items.toLocaleString('en')} items`,
      ours: format(ours),
      peer: rate === null ? null : format(rate),
      ratio: rate && ours / rate,
      floorShare: null,
    },
  ];
}
