import type { Tensor } from '@tensorflow/tfjs-core';
import type { TensorFlow } from '../../../compute/device/tensorflow.js';
import { valuesOf } from './values-of.js';

/**
 * Gradients of a sum with respect to each of the tensors, given its slopes with respect to what `apply` makes of them.
 *
 * @param slopes `[rows, width]`, the shape of the outcome
 */
export async function gradientsOf(
  tf: TensorFlow,
  apply: (...tensors: Tensor[]) => Tensor,
  tensors: Tensor[],
  slopes: Float32Array,
  width: number,
): Promise<Float32Array[]> {
  const gradients = tf.tidy(() => tf.grads(apply)(tensors, tf.tensor2d(slopes, [slopes.length / width, width])));
  return Promise.all(gradients.map(valuesOf));
}
