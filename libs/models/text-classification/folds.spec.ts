import { describe, expect, it } from 'vitest';
import { assignFolds } from './folds.js';
import { targetsOf } from './labelled-texts.js';

describe('folds', () => {
  const texts = Array.from({ length: 105 }, (_, i) => (i < 100 ? `text ${Math.floor(i / 2)}` : `lone ${i}`));
  const labels = texts.map((_, i) => [i < 100 ? Math.floor(i / 2) % 5 : i - 95]);
  const data = { texts, targets: targetsOf(labels, 10) };

  it('hold an even share of every label, and a text on one side only', () => {
    const folds = assignFolds(data, 5, 1);
    for (let i = 0; i < 100; i += 2) expect(folds[i]).toBe(folds[i + 1]);
    for (let label = 0; label < 5; label++) {
      for (let fold = 0; fold < 5; fold++) {
        expect(labels.filter(([own], row) => own === label && folds[row] === fold)).toHaveLength(4);
      }
    }
  });

  it('keep the only text of a label out of the first, and are drawn by the seed', () => {
    expect([...assignFolds(data, 5, 1).subarray(100)]).not.toContain(0);
    expect(assignFolds(data, 5, 1)).toEqual(assignFolds(data, 5, 1));
    expect(assignFolds(data, 5, 1)).not.toEqual(assignFolds(data, 5, 2));
  });
});
