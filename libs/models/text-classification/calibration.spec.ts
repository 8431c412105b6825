import { describe, expect, it } from 'vitest';
import { Random } from '../../compute/random/kernel.js';
import { allToChances, calibrate, toChances } from './calibration.js';
import { targetsOf } from './labelled-texts.js';
import { chooseThresholds } from './thresholds.js';

const TEXTS = 4_000;

describe('calibration', () => {
  it('finds the temperature at which labels were drawn', async () => {
    const random = Random.seeded(1);
    const scores = Float32Array.from({ length: 3 * TEXTS }, () => random.gaussian());
    const labels = Array.from({ length: TEXTS }, (_, text) => {
      const chances = scores.slice(3 * text, 3 * text + 3).map((score) => Math.exp(2.5 * score));
      let left = random.uniform() * (chances[0]! + chances[1]! + chances[2]!);
      return [chances.findIndex((chance) => (left -= chance) <= 0)];
    });
    const { slopes } = await calibrate(scores, targetsOf(labels, 3), false);
    expect(slopes[0]).toBeGreaterThan(2.3);
    expect(slopes[0]).toBeLessThan(2.7);
  });

  it('finds a curve for each of several labels, and leans on that of all where a label is rare', async () => {
    const random = Random.seeded(2);
    const scores = Float32Array.from({ length: 2 * TEXTS }, () => random.gaussian());
    const labels = Array.from({ length: TEXTS }, (_, text) => {
      const isDrawn = random.uniform() < 1 / (1 + Math.exp(-(3 * scores[2 * text]! - 1)));
      return isDrawn ? [0] : [];
    });
    const { slopes, offsets } = await calibrate(scores, targetsOf(labels, 2), true);
    expect(slopes[0]).toBeCloseTo(3, 0);
    expect(offsets[0]).toBeCloseTo(-1, 0);
    expect([...slopes, ...offsets].every(Number.isFinite)).toBe(true);
  });

  it('keeps chances within 0..1 and finite for scores of any size', async () => {
    const one = { severalLabels: false, slopes: Float32Array.of(1, 1), offsets: new Float32Array(2) };
    expect([...toChances(one, Float32Array.of(1e30, -1e30))]).toEqual([1, 0]);
    expect([...(await allToChances({ ...one, severalLabels: true }, Float32Array.of(1e30, -1e30)))]).toEqual([1, 0]);
  });
});

describe('thresholds', () => {
  it('are those of the best F1, and that of all labels for a label with few texts', async () => {
    const chances = Float32Array.from({ length: 200 }, (_, i) => (i % 2 === 0 ? i / 200 : 0.05));
    const labels = Array.from({ length: 100 }, (_, text) => (text >= 60 ? [0] : []));
    const [own, common] = await chooseThresholds(chances, targetsOf(labels, 2));
    expect(own).toBeGreaterThan(0.59);
    expect(own).toBeLessThanOrEqual(0.6);
    expect(common).toBe(own);
  });

  it('are as good as any other cut, where chances are alike too', async () => {
    const random = Random.seeded(3);
    const [texts, classes] = [300, 4];
    const chances = Float32Array.from({ length: texts * classes }, () => Math.round(20 * random.uniform()) / 20);
    const labels = Array.from({ length: texts }, (_, text) =>
      [0, 1, 2, 3].filter((label) => random.uniform() < chances[text * classes + label]!),
    );
    const f1 = (label: number, threshold: number) => {
      const [given, actual] = [new Set<number>(), labels.filter((own) => own.includes(label)).length];
      for (let text = 0; text < texts; text++) if (chances[text * classes + label]! >= threshold) given.add(text);
      const right = [...given].filter((text) => labels[text]!.includes(label)).length;
      return (2 * right) / (given.size + actual);
    };
    (await chooseThresholds(chances, targetsOf(labels, classes))).forEach((threshold, label) => {
      const cuts = Array.from({ length: 20 }, (_, i) => f1(label, (i + 0.5) / 20));
      expect(f1(label, threshold)).toBeCloseTo(Math.max(...cuts), 10);
    });
  });
});
