import type { Tensor } from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import type { EmbeddingStep } from '../../../compute/embedding-step/kernel.js';

/** The tables and the head that a rating model begins with, as the fused step takes them. */
export type RatingState = Pick<EmbeddingStep, 'users' | 'items' | 'dimensions'> & {
  head: Float32Array;
  headFirst: Float32Array;
  headSecond: Float32Array;
};

export interface RatingBatch {
  userIds: Uint32Array;
  itemIds: Uint32Array;
  labels: Float32Array;
}

/**
 * The rating model in the layers of TensorFlow.js: two embeddings, their normalised dot product, a dense unit; mean squared
 * error, Adam. The same mathematics as the fused step with dense Adam, some times slower, on any backend.
 */
export class EmbeddingLayers {
  private readonly optimizer: ReturnType<TensorFlow['train']['adam']>;

  private constructor(
    private readonly tf: TensorFlow,
    private readonly model: LayersModel,
    private readonly state: RatingState,
    learningRate: number,
  ) {
    this.optimizer = tf.train.adam(learningRate);
    model.compile({ optimizer: this.optimizer, loss: 'meanSquaredError' });
  }

  /** Takes the weights of `state`, and its moments where `steps` were done already. */
  static async create(
    tf: TensorFlow,
    state: RatingState,
    learningRate: number,
    steps: number,
  ): Promise<EmbeddingLayers> {
    const layers = await import('@tensorflow/tfjs-layers');
    const { dimensions: d, users, items, head } = state;
    const [user, item] = [layers.input({ shape: [1], dtype: 'int32' }), layers.input({ shape: [1], dtype: 'int32' })];
    const embed = (input: typeof user, values: Float32Array) =>
      layers.layers
        .flatten()
        .apply(layers.layers.embedding({ inputDim: values.length / d, outputDim: d }).apply(input));
    const cosine = layers.layers
      .dot({ axes: 1, normalize: true })
      .apply([embed(user, users.values), embed(item, items.values)] as (typeof user)[]);
    const output = layers.layers.dense({ units: 1 }).apply(cosine) as typeof user;
    const model = layers.model({ inputs: [user, item], outputs: output });
    const weights = [
      tf.tensor2d(users.values, [users.values.length / d, d]),
      tf.tensor2d(items.values, [items.values.length / d, d]),
      tf.tensor2d(head.subarray(0, 1), [1, 1]),
      tf.tensor1d(head.subarray(1)),
    ];
    model.setWeights(weights);
    tf.dispose(weights);
    const made = new EmbeddingLayers(tf, model, state, learningRate);
    if (steps > 0) await made.restoreMoments(steps);
    return made;
  }

  /** Returns the loss of the batch before the step. */
  async step({ userIds, itemIds, labels }: RatingBatch): Promise<number> {
    const { tf } = this;
    const column = (values: Uint32Array) => tf.tensor2d(Int32Array.from(values), [values.length, 1], 'int32');
    const tensors = [column(userIds), column(itemIds), tf.tensor2d(labels, [labels.length, 1])] as const;
    const loss = await this.model.trainOnBatch([tensors[0], tensors[1]], tensors[2]);
    tf.dispose([...tensors]);
    return loss as number;
  }

  /** Copies weights and moments into the state. */
  async read(): Promise<void> {
    const { users, items, head } = this.state;
    await copyInto(this.model.getWeights(), [users.values, items.values, head.subarray(0, 1), head.subarray(1)]);
    const moments = (await this.optimizer.getWeights()).slice(1).map(({ tensor }) => tensor);
    if (moments.length > 0) await copyInto(moments, this.moments());
  }

  dispose(): void {
    this.model.dispose();
    this.optimizer.dispose();
  }

  private async restoreMoments(steps: number): Promise<void> {
    const { tf } = this;
    const shapes = this.model.getWeights().map(({ shape }) => shape);
    const moments = this.moments().map((values, i) => ({
      name: `moment${i}`,
      tensor: tf.tensor(values, shapes[i % 4]),
    }));
    await this.optimizer.setWeights([{ name: 'iter', tensor: tf.scalar(steps, 'int32') }, ...moments]);
  }

  /** In the optimizer's order: all first moments, then all second. */
  private moments(): Float32Array[] {
    const { users, items, headFirst, headSecond } = this.state;
    const first = [users.first, items.first, headFirst.subarray(0, 1), headFirst.subarray(1)];
    return [...first, users.second, items.second, headSecond.subarray(0, 1), headSecond.subarray(1)];
  }
}

async function copyInto(tensors: Tensor[], arrays: Float32Array[]): Promise<void> {
  for (const [i, tensor] of tensors.entries()) arrays[i].set(await tensor.data<'float32'>());
}
