import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import type { Random } from '../../../compute/random/kernel.js';
import { Parameters } from '../../training/neural/parameters.js';

const NORM_MIN = 1e-12;

/** x + relu(x W₁ + b) W₂, normalised to length 1: next to the sum of embeddings, what their combination says. */
export class Tower {
  readonly weights: Record<string, Parameters>;

  constructor(
    private readonly tf: TensorFlow,
    width: number,
    random: Random,
  ) {
    const deviation = 1 / Math.sqrt(width);
    this.weights = {
      inner: Parameters.drawn(width, width, deviation, random),
      bias: new Parameters(new Float32Array(width), width),
      // Begins as next to nothing, so that training starts from the embeddings.
      outer: Parameters.drawn(width, width, 0.1 * deviation, random),
    };
  }

  /** In the order of {@link weights}. */
  tensors(): Tensor2D[] {
    return Object.values(this.weights).map(({ values, width }) =>
      this.tf.tensor2d(values, [values.length / width, width]),
    );
  }

  /** `[rows, width]` of `[rows, width]`. */
  apply(x: Tensor2D, [inner, bias, outer]: Tensor[]): Tensor2D {
    const { tf } = this;
    const hidden = tf.relu(tf.add(tf.matMul(x, inner as Tensor2D), bias!));
    const sum: Tensor2D = tf.add(x, tf.matMul(hidden as Tensor2D, outer as Tensor2D));
    const norm = tf.sqrt(tf.maximum(tf.sum(tf.square(sum), -1, true), NORM_MIN));
    return tf.div(sum, norm);
  }
}
