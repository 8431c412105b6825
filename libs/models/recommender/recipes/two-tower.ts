import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { Csr } from '../../../compute/csr/kernel.js';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { shuffledOrder } from '../../../compute/random/order.js';
import { tensorFlowOf, type FitContext } from '../../training/fit.js';
import { FitProgress } from '../../training/neural/fit-progress.js';
import { gradientsOf } from '../../training/neural/gradients-of.js';
import { softmaxOnDevice } from '../../training/neural/softmax.js';
import { valuesOf } from '../../training/neural/values-of.js';
import { distinctPairs, type Events } from '../events.js';
import { featuresOf } from '../features.js';
import { CandidateSampler } from '../neural/candidates.js';
import { EmbeddingBag } from '../neural/embedding-bag.js';
import { Tower } from '../neural/tower.js';
import type { TwoTowerSettings } from '../settings.js';
import { assertFinite, factorFit, type Fit } from './fit.js';

const EMBEDDED_AT_ONCE = 4_096;
const REPORT_STEPS = 20;

/**
 * Two towers, of ids and attributes, whose vectors' cosine says how well a user and an item go together; softmax over the items
 * of the batch and some more, with logQ correction (Yi et al. 2019, "Sampling-bias-corrected neural modeling", section 3.1). An
 * item without interactions is placed by its attributes, which is why a share of the ids is hidden in training.
 */
export async function fitTwoTower(events: Events, settings: TwoTowerSettings, context: FitContext): Promise<Fit> {
  return new TwoTowerFit(await tensorFlowOf(context), events, settings, context).run();
}

interface Side {
  bag: EmbeddingBag;
  tower: Tower;
}

class TwoTowerFit {
  private readonly users: Side;
  private readonly items: Side;
  private readonly fitProgress: FitProgress;
  private readonly pairs: { users: Uint32Array; items: Uint32Array };
  private readonly sampler: CandidateSampler;
  private readonly counts: [users: number, items: number];
  private step = 0;

  constructor(
    private readonly tf: TensorFlow,
    events: Events,
    private readonly settings: TwoTowerSettings,
    private readonly context: FitContext,
  ) {
    const { factors } = settings;
    const random = Random.seeded(context.seed);
    const distinct = distinctPairs(events);
    this.pairs = pairsOf(distinct);
    this.counts = [events.userCount, events.itemCount];
    const side = (known: Uint32Array, count: number, features: Csr | null): Side => ({
      bag: new EmbeddingBag(marksOf(known, count), features, factors, random),
      tower: new Tower(tf, factors, random),
    });
    this.users = side(this.pairs.users, events.userCount, featuresOf(events.userAttributes ?? []));
    this.items = side(this.pairs.items, events.itemCount, featuresOf(events.itemAttributes ?? []));
    const named = { users: this.users, items: this.items };
    const parameters = Object.entries(named).flatMap(([name, { bag, tower }]) =>
      Object.entries({ ...bag.parameters, ...tower.weights }).map(([key, value]) => [`${name}.${key}`, value] as const),
    );
    this.fitProgress = new FitProgress(Object.fromEntries(parameters), settings.epochs, false);
    const popularity = new Float32Array(events.itemCount);
    for (const item of this.pairs.items) popularity[item]++;
    this.sampler = new CandidateSampler(popularity, settings.candidates);
  }

  async run(): Promise<Fit> {
    const { epochs, batchSize } = this.settings;
    const { users } = this.pairs;
    const steps = Math.ceil(users.length / batchSize);
    const { seed, signal, report } = this.context;
    this.step = this.fitProgress.resume(this.context);
    for (let epoch = Math.floor(this.step / steps); epoch < epochs; epoch++) {
      const order = shuffledOrder(users.length, Random.seeded(hash32(seed, epoch, 5)));
      let [total, count] = [0, 0];
      for (let index = this.step - epoch * steps; index < steps; index++) {
        signal?.throwIfAborted();
        const batch = order.subarray(index * batchSize, (index + 1) * batchSize);
        // Of its own for each step, so that a fit can go on from any.
        const loss = await this.learn(batch, Random.seeded(hash32(seed, this.step, 10)));
        if (!Number.isFinite(loss)) assertFinite(Float32Array.of(loss));
        total += loss * batch.length;
        count += batch.length;
        const progress = { epoch: epoch + 1, epochs, fraction: this.step / (steps * epochs) };
        if (index % REPORT_STEPS === REPORT_STEPS - 1 && index + 1 < steps)
          await report({ ...progress, state: this.fitProgress.state(this.step) });
      }
      const progress = { epoch: epoch + 1, epochs, fraction: (epoch + 1) / epochs };
      const measured = { examples: users.length, loss: total / count };
      await report({ ...progress, ...measured, state: this.fitProgress.state(this.step) });
    }
    const [userCount, itemCount] = this.counts;
    const vectors = {
      users: await this.embedAll(this.users, userCount),
      items: await this.embedAll(this.items, itemCount),
    };
    return factorFit(this.context.engine, { kind: 'factors', dimensions: this.settings.factors, ...vectors }, null);
  }

  private async learn(batch: Uint32Array, random: Random): Promise<number> {
    const { tf, settings, context } = this;
    const { factors: d, temperature, learningRate } = settings;
    const userRows = batch.map((pair) => this.pairs.users[pair]);
    const candidates = this.sampler.draw(
      batch.map((pair) => this.pairs.items[pair]),
      random,
    );
    const sides = [
      { ...this.users, rows: userRows, isHidden: drawHidden(userRows.length, settings.idDropout, random) },
      {
        ...this.items,
        rows: candidates.items,
        isHidden: drawHidden(candidates.items.length, settings.idDropout, random),
      },
    ];
    const tensors = sides.map(({ bag, tower, rows, isHidden }) => [
      tf.tensor2d(bag.embed(rows, isHidden), [rows.length, d]) as Tensor,
      ...tower.tensors(),
    ]);
    try {
      const vectors = sides.map(({ tower }, i) => {
        const [x, ...weights] = tensors[i]!;
        return valuesOf(tf.tidy(() => tower.apply(x as Tensor2D, weights)));
      });
      const [queries, table] = await Promise.all(vectors);
      const problem = {
        queries: queries!.map((value) => value / temperature),
        table: table!,
        dimensions: d,
        targets: candidates.targets,
        biases: candidates.biases,
      };
      const slopes = [new Float32Array(queries!.length), new Float32Array(table!.length)];
      const gradients = { queries: slopes[0]!, table: slopes[1]! };
      const loss = await softmaxOnDevice(context, problem, gradients);
      for (let i = 0; i < slopes[0]!.length; i++) slopes[0]![i] /= temperature;
      this.step++;
      for (const [i, { bag, tower, rows, isHidden }] of sides.entries()) {
        const apply = (x: Tensor, ...weights: Tensor[]) => tower.apply(x as Tensor2D, weights);
        const [ofInputs, ...ofWeights] = await gradientsOf(tf, apply, tensors[i], slopes[i], d);
        bag.move(rows, isHidden, ofInputs!, learningRate, this.step);
        Object.values(tower.weights).forEach((each, w) => each.moveAll(ofWeights[w]!, learningRate, this.step));
      }
      return loss;
    } finally {
      tf.dispose(tensors);
    }
  }

  /** `[count, factors]`, in the engine's memory. */
  private async embedAll({ bag, tower }: Side, count: number): Promise<Float32Array> {
    const { tf } = this;
    const d = this.settings.factors;
    const all = this.context.engine.float32(count * d);
    const weights = tower.tensors();
    for (let start = 0; start < count; start += EMBEDDED_AT_ONCE) {
      const rows = Uint32Array.from({ length: Math.min(EMBEDDED_AT_ONCE, count - start) }, (_, i) => start + i);
      const vectors = tf.tidy(() => tower.apply(tf.tensor2d(bag.embed(rows), [rows.length, d]), weights));
      all.set(await valuesOf(vectors), start * d);
    }
    tf.dispose(weights);
    return all;
  }
}

function pairsOf({ rows, offsets, indices }: Csr): { users: Uint32Array; items: Uint32Array } {
  const users = new Uint32Array(indices.length);
  for (let user = 0; user < rows; user++) users.fill(user, offsets[user], offsets[user + 1]);
  return { users, items: indices };
}

/** `[count]`, 1 for each row that is named. */
function marksOf(rows: Uint32Array, count: number): Uint8Array {
  const marks = new Uint8Array(count);
  for (const row of rows) marks[row] = 1;
  return marks;
}

function drawHidden(count: number, share: number, random: Random): Uint8Array {
  return Uint8Array.from({ length: count }, () => (random.uniform() < share ? 1 : 0));
}
