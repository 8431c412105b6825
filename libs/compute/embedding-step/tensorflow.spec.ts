import { createRequire } from 'node:module';
import type * as TensorFlow from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { relativeError } from '../random/relative-error.js';
import { createStep } from './create-step.js';
import { embeddingStepReference } from './reference.js';

// The ES modules of TensorFlow.js do not load in Node.
const require = createRequire(import.meta.url);
const tf = require('@tensorflow/tfjs-core') as typeof TensorFlow;
require('@tensorflow/tfjs-backend-cpu');
// Brings the gradients along.
require('@tensorflow/tfjs-layers');

it('takes the very steps of tf.train.adam over a normalised dot product and a dense layer, to 1e-5', async () => {
  await tf.setBackend('cpu');
  const step = createStep({ users: 12, items: 9, batch: 40, blocks: 1, kind: 'rating', adam: 'dense', seed: 8 });
  if (step.objective.kind !== 'rating') throw new Error('A rating step was asked for.');
  const { labels, head } = step.objective;
  // One vector shorter than the least norm, as an embedding starts out.
  step.users.values.subarray(0, 16).fill(1e-5);
  const tableOf = ({ values }: { values: Float32Array }) =>
    tf.tensor2d(values.slice(), [values.length / 16, 16]).variable();
  const [users, items] = [tableOf(step.users), tableOf(step.items)];
  const [weight, bias] = [tf.scalar(head[0]!).variable(), tf.scalar(head[1]!).variable()];
  const idsOf = (rows: Uint32Array) => tf.tensor1d(Int32Array.from(rows), 'int32');
  const [userIds, itemIds] = [idsOf(step.userIds), idsOf(step.itemIds)];
  // As tf.layers' `l2Normalize`.
  const normalize = (x: TensorFlow.Tensor) =>
    tf.div(x, tf.sqrt(tf.maximum(tf.sum(tf.square(x), -1, true), tf.backend().epsilon())));
  const optimizer = tf.train.adam(step.learningRate);
  for (let number = 1; number <= 4; number++) {
    const loss = optimizer.minimize(() => {
      const [u, i] = [normalize(tf.gather(users, userIds)), normalize(tf.gather(items, itemIds))];
      const prediction = tf.add(tf.mul(tf.sum(tf.mul(u, i), -1), weight), bias);
      return tf.mean(tf.square(tf.sub(prediction, tf.tensor1d(labels)))) as TensorFlow.Scalar;
    }, true);
    expect(embeddingStepReference({ ...step, step: number })).toBeCloseTo(loss!.dataSync()[0]!, 5);
  }
  expect(relativeError(step.users.values, users.dataSync())).toBeLessThan(1e-5);
  expect(relativeError(step.items.values, items.dataSync())).toBeLessThan(1e-5);
  expect(relativeError(head, [weight.dataSync()[0]!, bias.dataSync()[0]!])).toBeLessThan(1e-5);
});
