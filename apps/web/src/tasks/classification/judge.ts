import type { Result } from '../../api/client';

export type Verdict = 'better' | 'close' | 'worse';

/** Better only where the whole interval of its accuracy is above every baseline; worse where none of it is. */
export function judge({ values, intervals, baselines }: Pick<Result, 'values' | 'intervals' | 'baselines'>): Verdict {
  const { accuracy = 0 } = values;
  const [low, high] = intervals['accuracy'] ?? [accuracy, accuracy];
  const best = Math.max(0, ...Object.values(baselines).map((metrics) => metrics['accuracy'] ?? 0));
  if (low > best) return 'better';
  return high < best ? 'worse' : 'close';
}
