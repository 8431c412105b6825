import { describe, expect, it } from 'vitest';
import { verdictOf } from './verdict.js';

const result = (value: number, ...others: number[]) => ({
  values: { m: value },
  baselines: Object.fromEntries(others.map((other, place) => [`baseline ${place}`, { m: other }])),
});
const by = (better: 'higher' | 'lower') => ({ verdictBy: 'm', metrics: { m: { meaning: '', better } } });

describe('the verdict', () => {
  it('holds a version against the best of its baselines', () => {
    expect(verdictOf(by('higher'), result(0.3, 0.1, 0.2))).toEqual({
      judgement: 'better',
      metric: 'm',
      value: 0.3,
      baseline: 'baseline 1',
      baselineValue: 0.2,
      change: expect.closeTo(0.5),
    });
    expect(verdictOf(by('higher'), result(0.1, 0.2, 0.15))?.judgement).toBe('worse');
    expect(verdictOf(by('higher'), result(0.2, 0.2005))?.judgement).toBe('close');
  });

  it('knows metrics of which less is better', () => {
    expect(verdictOf(by('lower'), result(1, 2, 1.5))).toMatchObject({ judgement: 'better', baseline: 'baseline 1' });
    expect(verdictOf(by('lower'), result(3, 2))?.judgement).toBe('worse');
  });

  it('says how much better only of what can be divided by', () => {
    expect(verdictOf(by('higher'), result(0.4, 0))).toMatchObject({ judgement: 'better', change: null });
    expect(verdictOf(by('higher'), result(0, 0))).toMatchObject({ judgement: 'close', change: null });
  });

  it('says nothing where nothing was measured', () => {
    expect(verdictOf(by('higher'), result(1))).toBeNull();
  });
});
