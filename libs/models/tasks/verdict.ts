import type { Task } from './task.js';

/** A change within this is none that anybody would notice. */
const CLOSE = 0.01;

/** What a version came to, and simple recipes on the same data, by metric. */
interface Measured {
  values: Record<string, number>;
  baselines: Record<string, Record<string, number>>;
}

export interface Verdict {
  judgement: 'better' | 'close' | 'worse';
  metric: string;
  value: number;
  /** The recipe that is best by the metric, and what it comes to. */
  baseline: string;
  baselineValue: number;
  /** How much better the version is, relative to the baseline; null where that comes to 0. */
  change: number | null;
}

/** Whether a version is worth more than the best of its baselines, by the metric that decides; null where nothing was measured. */
export function verdictOf(
  { verdictBy, metrics }: Pick<Task, 'verdictBy' | 'metrics'>,
  { values, baselines }: Measured,
): Verdict | null {
  const value = values[verdictBy];
  const sign = metrics[verdictBy]?.better === 'lower' ? -1 : 1;
  const measured = Object.entries(baselines).flatMap(([baseline, { [verdictBy]: baselineValue }]) =>
    baselineValue === undefined ? [] : [{ baseline, baselineValue }],
  );
  const [best] = measured.toSorted((a, b) => sign * (b.baselineValue - a.baselineValue));
  if (value === undefined || !best) return null;
  const gain = sign * (value - best.baselineValue);
  const change = best.baselineValue === 0 ? null : gain / Math.abs(best.baselineValue);
  const isClose = Math.abs(change ?? gain) < CLOSE;
  return { judgement: isClose ? 'close' : gain > 0 ? 'better' : 'worse', metric: verdictBy, value, ...best, change };
}
