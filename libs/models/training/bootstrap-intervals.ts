import { Random } from '../../compute/random/kernel.js';

/** Bounds of a mean. */
export type Interval = [low: number, high: number];

const RESAMPLES = 1_000;

/**
 * The 95 % percentile interval (Efron 1979) of the mean of each metric, over as many cases, such as users, drawn with replacement,
 * a thousand times; the same cases for all metrics, and the same for the same seed.
 *
 * @param perCase metric to `[cases]`, all of one length
 */
export function bootstrapIntervals(perCase: Record<string, Float64Array>, seed: number): Record<string, Interval> {
  const random = Random.seeded(seed);
  const columns = Object.values(perCase);
  const cases = columns[0]?.length ?? 0;
  const means = columns.map(() => new Float64Array(RESAMPLES));
  const times = new Uint16Array(cases);
  for (let resample = 0; resample < RESAMPLES; resample++) {
    times.fill(0);
    for (let draw = 0; draw < cases; draw++) times[Math.floor(random.uniform() * cases)]!++;
    for (const [i, values] of columns.entries()) {
      let sum = 0;
      for (let one = 0; one < cases; one++) sum += times[one]! * values[one]!;
      means[i]![resample] = sum / cases;
    }
  }
  return Object.fromEntries(Object.keys(perCase).map((metric, i) => [metric, boundsOf(means[i]!)]));
}

function boundsOf(means: Float64Array): Interval {
  means.sort();
  return [means[Math.floor(0.025 * RESAMPLES)]!, means[Math.ceil(0.975 * RESAMPLES) - 1]!];
}
