import { describe, expect, it } from 'vitest';
import { judge } from './judge';

const against = (accuracy: number, interval: [number, number]) =>
  judge({
    values: { accuracy },
    intervals: { accuracy: interval },
    baselines: { majority: { accuracy: 0.1 }, 'naive-bayes': { accuracy: 0.8 } },
  });

describe('judge', () => {
  it('calls a version better only where its interval is above the best of the baselines', () => {
    expect(against(0.9, [0.85, 0.95])).toBe('better');
    expect(against(0.85, [0.79, 0.9])).toBe('close');
    expect(against(0.8, [0.75, 0.85])).toBe('close');
    expect(against(0.6, [0.5, 0.7])).toBe('worse');
  });

  it('takes the value itself where there is no interval', () => {
    const result = { values: { accuracy: 0.9 }, intervals: {}, baselines: { majority: { accuracy: 0.1 } } };
    expect(judge(result)).toBe('better');
  });
});
