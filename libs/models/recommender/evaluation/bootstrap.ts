import { Random } from '../../../compute/random/kernel.js';

/** Bounds of a mean over users. */
export type Interval = [low: number, high: number];

const RESAMPLES = 1_000;

/**
 * The 95 % percentile interval of the mean (Efron 1979) over as many users drawn with replacement, a thousand times; the
 * same for the same seed.
 */
export function bootstrapInterval(perUser: Float64Array, seed: number): Interval {
  const random = Random.seeded(seed);
  const means = new Float64Array(RESAMPLES);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    let sum = 0;
    for (let draw = 0; draw < perUser.length; draw++) sum += perUser[Math.floor(random.uniform() * perUser.length)];
    means[resample] = sum / perUser.length;
  }
  means.sort();
  return [means[Math.floor(0.025 * RESAMPLES)], means[Math.ceil(0.975 * RESAMPLES) - 1]];
}
