import { describe, expect, it } from 'vitest';
import { targetsOf } from '../labelled-texts.js';
import { answersOf, intervalsOf, measureAnswers } from './metrics.js';
import { reportCalibration, reportConfusions, reportLabels, reportRiskCoverage } from './report.js';

/** Four texts of labels a, a, b, c, of which the second is taken for b, and c for b. */
const chances = Float32Array.of(0.95, 0.05, 0, 0.15, 0.85, 0, 0.25, 0.75, 0, 0, 0.65, 0.35);
const answers = await answersOf(chances, targetsOf([[0], [0], [1], [2]], 3), null);
const names = ['a', 'b', 'c'];

describe('metrics', () => {
  it('are those that a hand counts', () => {
    const { accuracy, macroF1, microF1, calibrationError } = measureAnswers(answers);
    expect(accuracy).toBe(0.5);
    expect(microF1).toBe(0.5);
    // a: 2·1/(2 + 1), b: 2·1/(1 + 3), c: 0.
    expect(macroF1).toBeCloseTo((2 / 3 + 1 / 2 + 0) / 3);
    expect(calibrationError).toBeCloseTo((0.05 + 0.85 + 0.25 + 0.65) / 4);
  });

  it('of several labels are right where all labels are', async () => {
    const both = await answersOf(
      Float32Array.of(0.9, 0.8, 0.9, 0.1),
      targetsOf(
        [
          [0, 1],
          [0, 1],
        ],
        2,
      ),
      Float32Array.of(0.5, 0.5),
    );
    expect(measureAnswers(both)).toMatchObject({ accuracy: 0.5, microF1: 6 / 7 });
  });

  it('lie within their intervals, which are the same for the same seed', async () => {
    const intervals = await intervalsOf(answers, 1);
    expect(intervals).toEqual(await intervalsOf(answers, 1));
    const { accuracy } = intervals;
    expect(accuracy![0]).toBeLessThan(0.5);
    expect(accuracy![1]).toBeGreaterThan(0.5);
  });
});

describe('the report', () => {
  it('tells precision and recall of each label, null where there is nothing to divide by', () => {
    expect(reportLabels(answers, names, { thresholds: null })).toEqual([
      { label: 'a', precision: 1, recall: 0.5, f1: 2 / 3, support: 2, threshold: null },
      { label: 'b', precision: 1 / 3, recall: 1, f1: 0.5, support: 1, threshold: null },
      { label: 'c', precision: null, recall: 0, f1: 0, support: 1, threshold: null },
    ]);
  });

  it('shows texts of at most 200 characters for each pair of labels that are mistaken', () => {
    expect(reportConfusions(answers, names, ['one', 'x'.repeat(300), 'three', 'four'])).toEqual([
      { actual: 'a', predicted: 'b', count: 1, examples: ['x'.repeat(200)] },
      { actual: 'c', predicted: 'b', count: 1, examples: ['four'] },
    ]);
  });

  it('tells how often scores are right, and what each least score comes to', () => {
    const calibration = reportCalibration(answers);
    expect(calibration.map(({ accuracy, count }) => [accuracy, count])).toEqual([
      [0, 1],
      [1, 1],
      [0, 1],
      [1, 1],
    ]);
    const at = (minScore: number) => reportRiskCoverage(answers).find((point) => point.minScore === minScore);
    expect(at(0)).toEqual({ minScore: 0, coverage: 1, accuracy: 0.5 });
    expect(at(0.7)).toEqual({ minScore: 0.7, coverage: 0.75, accuracy: 2 / 3 });
    expect(at(0.95)).toEqual({ minScore: 0.95, coverage: 0, accuracy: 1 });
  });
});
