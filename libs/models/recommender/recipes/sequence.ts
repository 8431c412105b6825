import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import { buildCsr } from '../../../compute/csr/kernel.js';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import { hash32, Random } from '../../../compute/random/kernel.js';
import { runOptions, tensorFlowOf, type FitContext } from '../../training/fit.js';
import { FitProgress } from '../../training/neural/fit-progress.js';
import { gradientsOf } from '../../training/neural/gradients-of.js';
import { Parameters } from '../../training/neural/parameters.js';
import { RowGradients } from '../../training/neural/row-gradients.js';
import { softmaxOnDevice } from '../../training/neural/softmax.js';
import { valuesOf } from '../../training/neural/values-of.js';
import { evaluate, type Question } from '../evaluation/evaluate.js';
import { ndcgAt } from '../evaluation/metrics.js';
import { userOffsets, type Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';
import { CandidateSampler } from '../neural/candidates.js';
import {
  historiesBeforeLast,
  latestItems,
  shuffledBatches,
  trainingWindows,
  type SequenceBatch,
  type Sequences,
} from '../neural/sequences.js';
import { Transformer } from '../neural/transformer.js';
import { chooseValidatedUsers } from '../neural/validated-users.js';
import type { SequenceSettings } from '../settings.js';
import { assertFinite, factorFit, type Fit } from './fit.js';

const ENCODED_AT_ONCE = 512;

/**
 * Predicts the next item by self-attention over the items before (SASRec: Kang and McAuley 2018). The loss is softmax over
 * the catalogue, or over a sample of it with logQ correction, at every position (Klenitskiy and Vasilev 2023: with it SASRec
 * ranks better than with one sampled negative). A user's vector is what their latest items predict.
 */
export async function fitSequence(events: Events, settings: SequenceSettings, context: FitContext): Promise<Fit> {
  const tf = await tensorFlowOf(context);
  return new SequenceFit(tf, events, settings, context).run();
}

class SequenceFit {
  private readonly items: Parameters;
  private readonly transformer: Transformer;
  private readonly fitProgress: FitProgress;
  private readonly windows: Sequences;
  private readonly sampler: CandidateSampler;
  /** Of the users to validate on; null where there are too few. */
  private readonly question: ReturnType<typeof askForLast>;
  private step = 0;

  constructor(
    private readonly tf: TensorFlow,
    private readonly events: Events,
    private readonly settings: SequenceSettings,
    private readonly context: FitContext,
  ) {
    const { factors, layers, heads, length } = settings;
    const random = Random.seeded(context.seed);
    this.items = Parameters.drawn(events.itemCount, factors, 1 / Math.sqrt(factors), random);
    this.transformer = new Transformer(tf, { dimensions: factors, layers, heads, length }, random);
    const validated = chooseValidatedUsers(events, context.seed);
    const weights = { items: this.items, ...this.transformer.weights };
    this.fitProgress = new FitProgress(weights, settings.patience, validated.length > 0);
    const isValidated = new Uint8Array(events.userCount);
    for (const user of validated) isValidated[user] = 1;
    this.windows = trainingWindows(events, length, isValidated);
    this.question = askForLast(events, validated, length);
    const popularity = new Float32Array(events.itemCount);
    for (const item of this.windows.items) popularity[item]++;
    this.sampler = new CandidateSampler(popularity, settings.candidates);
  }

  async run(): Promise<Fit> {
    const { epochs } = this.settings;
    const examples = this.windows.items.length - (this.windows.offsets.length - 1);
    const steps = Math.ceil((this.windows.offsets.length - 1) / this.settings.batchSize);
    this.step = this.fitProgress.resume(this.context);
    // Without two items in a row there is nothing to learn, and no step.
    for (
      let epoch = steps > 0 ? Math.floor(this.step / steps) : epochs;
      epoch < epochs && !this.fitProgress.isOver;
      epoch++
    ) {
      const loss = await this.runEpoch(epoch, steps);
      const validation = await this.validate();
      this.fitProgress.recordMetric(validation?.value ?? null);
      const progress = { epoch: epoch + 1, epochs, fraction: (epoch + 1) / epochs, examples, loss };
      const state = this.fitProgress.state(this.step);
      await this.context.report({ ...progress, ...(validation && { validation }), state });
    }
    this.fitProgress.takeBest();
    const users = await this.encode(latestItems(this.events, this.settings.length));
    const model = this.modelOf(users);
    return factorFit(this.context.engine, model, async (newcomers) =>
      this.modelOf(await this.encode(latestItems(newcomers, this.settings.length))),
    );
  }

  /** From wherever it was left; returns the mean loss of what was left. */
  private async runEpoch(epoch: number, steps: number): Promise<number> {
    const { context, settings, fitProgress } = this;
    const shuffling = Random.seeded(hash32(context.seed, epoch, 3));
    const batches = shuffledBatches(this.windows, settings.batchSize, shuffling);
    let [total, count] = [0, 0];
    for (let index = this.step - epoch * steps; index < steps; index++) {
      context.signal?.throwIfAborted();
      const batch = batches[index];
      // Of its own for each step, so that a fit can go on from any.
      const loss = await this.learn(batch, Random.seeded(hash32(context.seed, this.step, 9)));
      if (!Number.isFinite(loss)) assertFinite(Float32Array.of(loss));
      total += loss * batch.targets.length;
      count += batch.targets.length;
      if (index % REPORT_STEPS === REPORT_STEPS - 1 && index + 1 < steps) {
        const fraction = this.step / (steps * settings.epochs);
        await context.report({
          epoch: epoch + 1,
          epochs: settings.epochs,
          fraction,
          state: fitProgress.state(this.step),
        });
      }
    }
    return total / count;
  }

  private async learn(batch: SequenceBatch, random: Random): Promise<number> {
    const { tf, transformer, items, settings } = this;
    const { sequences, steps, rows } = batch;
    const d = settings.factors;
    const inputs = this.embed(batch);
    const masks = this.dropoutMasks(sequences * steps, random);
    const weights = transformer.tensors();
    const tensors: Tensor[] = [inputs, ...weights, ...masks];
    try {
      const hidden = await valuesOf(tf.tidy(() => transformer.apply(inputs, weights, masks)));
      const queries = new Float32Array(rows.length * d);
      rows.forEach((row, i) => queries.set(hidden.subarray(row * d, (row + 1) * d), i * d));
      const candidates = this.sampler.draw(batch.targets, random);
      const table = items.gather(candidates.items);
      const gradients = { queries: new Float32Array(queries.length), table: new Float32Array(table.length) };
      const { targets, biases } = candidates;
      const problem = { queries, table, dimensions: d, targets, biases };
      const loss = await softmaxOnDevice(this.context, problem, gradients);
      const slopes = new Float32Array(hidden.length);
      rows.forEach((row, i) => slopes.set(gradients.queries.subarray(i * d, (i + 1) * d), row * d));
      const apply = (x: Tensor, ...each: Tensor[]) => transformer.apply(x as Tensor3D, each, masks);
      const [ofInputs, ...ofWeights] = await gradientsOf(tf, apply, [inputs, ...weights], slopes, d);
      this.step++;
      this.moveItems(batch, ofInputs!, candidates.items, gradients.table);
      Object.values(transformer.weights).forEach((each, i) =>
        each.moveAll(ofWeights[i]!, settings.learningRate, this.step),
      );
      return loss;
    } finally {
      tf.dispose(tensors);
    }
  }

  /** Items are moved for what they predicted as inputs and for how they scored as candidates. */
  private moveItems(
    { rows, inputs }: SequenceBatch,
    ofInputs: Float32Array,
    candidates: Uint32Array,
    ofCandidates: Float32Array,
  ): void {
    const { factors, learningRate } = this.settings;
    const gradients = new RowGradients(factors);
    candidates.forEach((item, i) => gradients.add(item, ofCandidates, i, 1));
    const scale = Math.sqrt(factors);
    inputs.forEach((item, i) => gradients.add(item, ofInputs, rows[i], scale));
    gradients.applyTo(this.items, learningRate, this.step);
  }

  /** `[sequences, steps, dimensions]`, of unit variance at the start. */
  private embed({
    sequences,
    steps,
    rows,
    inputs,
  }: Pick<SequenceBatch, 'sequences' | 'steps' | 'rows' | 'inputs'>): Tensor3D {
    const d = this.settings.factors;
    const { values } = this.items;
    const embedded = new Float32Array(sequences * steps * d);
    const scale = Math.sqrt(d);
    rows.forEach((row, i) => {
      for (let k = 0; k < d; k++) embedded[row * d + k] = scale * values[inputs[i] * d + k];
    });
    return this.tf.tensor3d(embedded, [sequences, steps, d]);
  }

  private dropoutMasks(rows: number, random: Random): Tensor2D[] {
    const { dropout, layers, factors } = this.settings;
    if (dropout === 0) return [];
    return Array.from({ length: 1 + 2 * layers }, () => {
      const mask = new Float32Array(rows * factors);
      for (let i = 0; i < mask.length; i++) mask[i] = random.uniform() < dropout ? 0 : 1 / (1 - dropout);
      return this.tf.tensor2d(mask, [rows, factors]);
    });
  }

  /** `[sequences, dimensions]`: what follows each sequence; zeros for an empty one. */
  private async encode({ offsets, items }: Sequences): Promise<Float32Array> {
    const { tf, transformer, settings, context } = this;
    const d = settings.factors;
    const lengths = Uint32Array.from({ length: offsets.length - 1 }, (_, i) => offsets[i + 1] - offsets[i]);
    const order = Uint32Array.from(lengths.keys()).filter((i) => lengths[i] > 0);
    order.sort((a, b) => lengths[a] - lengths[b]);
    const encoded = new Float32Array(lengths.length * d);
    const weights = transformer.tensors();
    try {
      for (let start = 0; start < order.length; start += ENCODED_AT_ONCE) {
        context.signal?.throwIfAborted();
        const some = order.subarray(start, start + ENCODED_AT_ONCE);
        const steps = lengths[some.at(-1)!];
        const rows = Array.from(some, (sequence, i) =>
          Array.from({ length: lengths[sequence] }, (_, step) => i * steps + step),
        );
        const inputs = Array.from(some, (sequence) => [...items.subarray(offsets[sequence], offsets[sequence + 1])]);
        const batch = {
          sequences: some.length,
          steps,
          rows: Uint32Array.from(rows.flat()),
          inputs: Uint32Array.from(inputs.flat()),
        };
        const hidden = tf.tidy(() => transformer.apply(this.embed(batch), weights, []));
        const values = await valuesOf(hidden);
        some.forEach((sequence, i) => {
          const last = i * steps + lengths[sequence] - 1;
          encoded.set(values.subarray(last * d, (last + 1) * d), sequence * d);
        });
      }
    } finally {
      tf.dispose(weights);
    }
    return encoded;
  }

  private async validate(): Promise<{ metric: string; value: number } | null> {
    if (!this.question) return null;
    const { context, settings, items } = this;
    const users = await this.encode(this.question.histories);
    const model: FactorModel = { kind: 'factors', dimensions: settings.factors, users, items: items.values };
    const options = { ...runOptions(context), seed: context.seed, metrics: { [METRIC]: ndcgAt(10) } };
    const { values } = await evaluate(context.engine, model, this.question, options);
    return { metric: METRIC, value: values[METRIC] };
  }

  private modelOf(users: Float32Array): FactorModel {
    const { engine } = this.context;
    const own = (values: Float32Array) => {
      const array = engine.float32(values.length);
      array.set(values);
      return array;
    };
    return { kind: 'factors', dimensions: this.settings.factors, users: own(users), items: own(this.items.values) };
  }
}

const REPORT_STEPS = 20;
const METRIC = 'ndcg@10';

/** What comes last for the given users, asked of what came before; null without users. */
function askForLast(events: Events, users: Uint32Array, length: number): (Question & { histories: Sequences }) | null {
  if (users.length === 0) return null;
  const offsets = userOffsets(events);
  const rowIndices = Uint32Array.from(users.keys());
  const columnIndices = users.map((user) => events.items[offsets[user + 1] - 1]);
  const pairs = { rows: users.length, columns: events.itemCount, rowIndices, columnIndices, values: null };
  return {
    users: rowIndices,
    heldOut: buildCsr(pairs),
    masked: null,
    popularity: new Float32Array(events.itemCount),
    histories: historiesBeforeLast(events, users, length),
  };
}
