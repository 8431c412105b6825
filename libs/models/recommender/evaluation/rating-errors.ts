import type { MetricValues } from '../../family.js';
import type { Events } from '../events.js';
import type { FactorModel } from '../fitted-model.js';

/** Root of the mean squared and mean absolute difference between predicted and given values of at least one event. */
export function ratingErrors(test: Events, predict: (user: number, item: number) => number): MetricValues {
  let [squares, magnitudes] = [0, 0];
  test.users.forEach((user, position) => {
    const error = test.values![position] - predict(user, test.items[position]);
    squares += error * error;
    magnitudes += Math.abs(error);
  });
  const count = test.users.length;
  return { rmse: Math.sqrt(squares / count), mae: magnitudes / count };
}

/** Predicts by dot product, kept within the range of the values that were learnt from. */
export function predictorOf({ users, items, dimensions }: FactorModel, train: Events) {
  const low = train.values!.reduce((least, value) => Math.min(least, value), Infinity);
  const high = train.values!.reduce((most, value) => Math.max(most, value), -Infinity);
  return (user: number, item: number): number => {
    let sum = 0;
    for (let k = 0; k < dimensions; k++) sum += users[user * dimensions + k] * items[item * dimensions + k];
    return Math.min(high, Math.max(low, sum));
  };
}

/** `[items]`: the mean value of each item, and of all where it has none: the floor that predicting must leave behind. */
export function itemMeans({ items, values, itemCount }: Events): Float32Array {
  const [sums, counts] = [new Float64Array(itemCount), new Uint32Array(itemCount)];
  items.forEach((item, position) => {
    sums[item] += values![position];
    counts[item]++;
  });
  const mean = values!.reduce((sum, value) => sum + value, 0) / items.length;
  return Float32Array.from(sums, (sum, item) => (counts[item] > 0 ? sum / counts[item] : mean));
}
