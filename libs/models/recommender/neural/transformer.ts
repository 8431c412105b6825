import type { Tensor, Tensor2D, Tensor3D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import type { Random } from '../../../compute/random/kernel.js';
import { Parameters } from '../../training/neural/parameters.js';

export interface TransformerShape {
  dimensions: number;
  layers: number;
  /** Divides the dimensions. */
  heads: number;
  /** Longest sequence. */
  length: number;
}

const EPSILON = 1e-6;
/** What a softmax takes for minus infinity. */
const MASKED = -1e9;

const WEIGHTS_OF_LAYER = ['norm1', 'query', 'key', 'value', 'output', 'norm2', 'inner', 'outer'] as const;

/**
 * Self-attention over the past (SASRec: Kang and McAuley 2018, section III), with the layer norm before each block and sequences
 * that begin at position 0; what comes after a sequence's end cannot be seen from within, so padding needs no mask.
 */
export class Transformer {
  readonly weights: Record<string, Parameters> = {};

  constructor(
    private readonly tf: TensorFlow,
    private readonly shape: TransformerShape,
    random: Random,
  ) {
    const { dimensions: d, layers, length } = shape;
    const add = (name: string, rows: number, width: number) => {
      // Glorot's deviation; a norm's gain, one row of d, starts at 1 and its shift at 0.
      const deviation = Math.sqrt(2 / (rows + width));
      this.weights[name] = name.includes('norm') ? ones(d) : Parameters.drawn(rows, width, deviation, random);
    };
    this.weights['positions'] = Parameters.drawn(length, d, 1 / Math.sqrt(d), random);
    for (let layer = 0; layer < layers; layer++) {
      for (const name of WEIGHTS_OF_LAYER) add(`${layer}.${name}`, d, d);
    }
    add('norm', d, d);
  }

  /** Every weight as a tensor, in the order of {@link weights}. */
  tensors(): Tensor[] {
    return Object.values(this.weights).map(({ values, width }) =>
      this.tf.tensor2d(values, [values.length / width, width]),
    );
  }

  /**
   * What each position predicts, `[sequences · steps, dimensions]`.
   *
   * @param inputs `[sequences, steps, dimensions]`
   * @param tensors as {@link tensors} gives them
   * @param masks for dropout, one for the inputs and two a layer, each `[sequences · steps, dimensions]`; none outside training
   */
  apply(inputs: Tensor3D, tensors: Tensor[], masks: Tensor2D[]): Tensor2D {
    const { tf } = this;
    const [sequences, steps, d] = inputs.shape;
    const named = new Map(Object.keys(this.weights).map((name, i) => [name, tensors[i] as Tensor2D]));
    const weight = (name: string) => named.get(name)!;
    const drop = (x: Tensor2D, mask: number) => (masks.length > 0 ? tf.mul(x, masks[mask]!) : x) as Tensor2D;
    const positions = tf.slice(weight('positions'), [0, 0], [steps, d!]);
    let x = tf.reshape(tf.add(inputs, positions), [sequences * steps, d]) as Tensor2D;
    x = drop(x, 0);
    for (let layer = 0; layer < this.shape.layers; layer++) {
      const of = (name: (typeof WEIGHTS_OF_LAYER)[number]) => weight(`${layer}.${name}`);
      const seen = this.normalize(x, of('norm1'));
      const [query, key, value] = (['query', 'key', 'value'] as const).map((name) =>
        this.splitHeads(tf.matMul(seen, of(name)), sequences, steps),
      );
      const joined = this.joinHeads(this.attend(query!, key!, value!, steps), sequences, steps);
      const attended: Tensor2D = tf.matMul(joined, of('output'));
      x = tf.add(x, drop(attended, 1 + 2 * layer));
      const inner = tf.relu(tf.matMul(this.normalize(x, of('norm2')), of('inner')));
      x = tf.add(x, drop(tf.matMul(inner, of('outer')), 2 + 2 * layer));
    }
    return this.normalize(x, weight('norm'));
  }

  /** `[sequences · heads, steps, width]` */
  private splitHeads(x: Tensor2D, sequences: number, steps: number): Tensor3D {
    const { tf, shape } = this;
    const width = shape.dimensions / shape.heads;
    const split = tf.transpose(tf.reshape(x, [sequences, steps, shape.heads, width]), [0, 2, 1, 3]);
    return tf.reshape(split, [sequences * shape.heads, steps, width]);
  }

  private joinHeads(x: Tensor3D, sequences: number, steps: number): Tensor2D {
    const { tf, shape } = this;
    const width = shape.dimensions / shape.heads;
    const joined = tf.transpose(tf.reshape(x, [sequences, shape.heads, steps, width]), [0, 2, 1, 3]);
    return tf.reshape(joined, [sequences * steps, shape.dimensions]);
  }

  private attend(query: Tensor3D, key: Tensor3D, value: Tensor3D, steps: number): Tensor3D {
    const { tf } = this;
    const future = tf.tensor2d(
      Float32Array.from({ length: steps * steps }, (_, i) => (i % steps > Math.floor(i / steps) ? MASKED : 0)),
      [steps, steps],
    );
    const logits = tf.mul(tf.matMul(query, key, false, true), 1 / Math.sqrt(query.shape[2]));
    return tf.matMul(tf.softmax(tf.add(logits, future)), value) as Tensor3D;
  }

  /** Layer norm with a gain. */
  private normalize(x: Tensor2D, gain: Tensor2D): Tensor2D {
    const { tf } = this;
    const centred = tf.sub(x, tf.mean(x, -1, true));
    const variance = tf.mean(tf.square(centred), -1, true);
    return tf.mul(tf.mul(centred, tf.rsqrt(tf.add(variance, EPSILON))), gain);
  }
}

function ones(width: number): Parameters {
  return new Parameters(new Float32Array(width).fill(1), width);
}
