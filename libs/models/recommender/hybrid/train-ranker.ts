import type { Tensor, Tensor2D } from '@tensorflow/tfjs-core';
import { Random } from '../../../compute/random/kernel.js';
import { shuffledOrder } from '../../../compute/random/order.js';
import { tensorFlowOf, type FitContext } from '../../training/fit.js';
import { Parameters } from '../../training/neural/parameters.js';
import { valuesOf } from '../../training/neural/values-of.js';
import type { Ranker } from '../fitted-model.js';
import { featureCount, type CandidateList } from './candidate-list.js';

/** A list with what the user turned out to take. */
export interface LabelledList extends CandidateList {
  /** `[items]`: the shares of what was taken, which sum to 1. */
  targets: Float32Array;
}

/** Width of the ranker's hidden layer. */
export const HIDDEN = 16;
const EPOCHS = 12;
const BATCH_LISTS = 64;
const LEARNING_RATE = 0.005;
/** Added to the logit of what only pads a list. */
const PADDING = -1e9;

/** Fits the ranker to the lists: softmax over each list against what was taken (ListNet: Cao et al. 2007, top one). */
export async function trainRanker(
  lists: LabelledList[],
  generators: number,
  context: FitContext,
  report: (epoch: number, epochs: number, loss: number) => Promise<void>,
): Promise<Ranker> {
  const tf = await tensorFlowOf(context);
  const random = Random.seeded(context.seed);
  const width = featureCount(generators);
  const inner = Parameters.drawn(width, HIDDEN, 1 / Math.sqrt(width), random);
  const bias = new Parameters(new Float32Array(HIDDEN), HIDDEN);
  const outer = new Parameters(
    Float32Array.from({ length: HIDDEN }, () => random.gaussian() / 4),
    1,
  );
  const weights = [inner, bias, outer];
  const loss = (x: Tensor2D, mask: Tensor2D, targets: Tensor2D, [w, b, v]: Tensor[]) => {
    const hidden = tf.relu(tf.add(tf.matMul(x, w as Tensor2D), b!));
    const logits = tf.add(tf.reshape(tf.matMul(hidden as Tensor2D, v as Tensor2D), mask.shape), mask);
    return tf.neg(tf.mean(tf.sum(tf.mul(targets, tf.logSoftmax(logits)), -1))) as Tensor;
  };
  let step = 0;
  for (let epoch = 0; epoch < EPOCHS; epoch++) {
    const order = shuffledOrder(lists.length, random);
    let total = 0;
    for (let start = 0; start < order.length; start += BATCH_LISTS) {
      context.signal?.throwIfAborted();
      const batch = Array.from(order.subarray(start, start + BATCH_LISTS), (place) => lists[place]!);
      const { value, grads } = tf.tidy(() => {
        const [x, mask, targets] = tensorsOf(batch, width).map(({ values, columns }) =>
          tf.tensor2d(values, [values.length / columns, columns]),
        );
        const variables = weights.map(({ values, width: columns }) =>
          tf.tensor2d(values, [values.length / columns, columns]),
        );
        return tf.valueAndGrads((...each: Tensor[]) => loss(x!, mask!, targets!, each))(variables);
      });
      total += (await valuesOf(value))[0]! * batch.length;
      step++;
      for (const [i, gradient] of grads.entries()) weights[i]!.moveAll(await valuesOf(gradient), LEARNING_RATE, step);
    }
    await report(epoch + 1, EPOCHS, total / lists.length);
  }
  return { inner: inner.values, bias: bias.values, outer: outer.values };
}

/** Features `[lists · length, width]`, padding and targets `[lists, length]`, of the length of the longest list. */
function tensorsOf(lists: LabelledList[], width: number): { values: Float32Array; columns: number }[] {
  const length = Math.max(...lists.map(({ items }) => items.length));
  const features = new Float32Array(lists.length * length * width);
  const padding = new Float32Array(lists.length * length).fill(PADDING);
  const targets = new Float32Array(lists.length * length);
  lists.forEach((list, i) => {
    features.set(list.features, i * length * width);
    padding.fill(0, i * length, i * length + list.items.length);
    targets.set(list.targets, i * length);
  });
  return [
    { values: features, columns: width },
    { values: padding, columns: length },
    { values: targets, columns: length },
  ];
}
