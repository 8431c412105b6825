import { Random } from '../../../compute/random/kernel.js';

/** Bounds of a mean over users. */
export type Interval = [low: number, high: number];

const RESAMPLES = 1_000;

/**
 * The 95 % percentile interval (Efron 1979) of the mean of each metric, over as many users drawn with replacement, a thousand
 * times; the same users for all metrics, and the same for the same seed.
 *
 * @param perUser metric to `[users]`, all of one length
 */
export function bootstrapIntervals(perUser: Record<string, Float64Array>, seed: number): Record<string, Interval> {
  const random = Random.seeded(seed);
  const columns = Object.values(perUser);
  const users = columns[0]?.length ?? 0;
  const means = columns.map(() => new Float64Array(RESAMPLES));
  const times = new Uint16Array(users);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    times.fill(0);
    for (let draw = 0; draw < users; draw++) times[Math.floor(random.uniform() * users)]!++;
    for (const [i, values] of columns.entries()) {
      let sum = 0;
      for (let user = 0; user < users; user++) sum += times[user]! * values[user]!;
      means[i]![resample] = sum / users;
    }
  }
  return Object.fromEntries(Object.keys(perUser).map((metric, i) => [metric, boundsOf(means[i]!)]));
}

function boundsOf(means: Float64Array): Interval {
  means.sort();
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!];
}
