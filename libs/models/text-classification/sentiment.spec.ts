import { expect, it } from 'vitest';
import { inputOf } from './input.js';
import { labelsOf } from './labelled-texts.js';
import { asSentiment } from './sentiment.js';

const read = (labels: string[]) => {
  const input = asSentiment(inputOf(labels.map((label, i) => ({ text: `text ${i}`, labels: [label] }))));
  return input.texts.map((_, row) => Array.from(labelsOf(input.targets, row), (label) => input.labels[label]).join());
};

it.each([
  [
    ['Negative', 'neutral', 'POS'],
    ['negative', 'neutral', 'positive'],
  ],
  [
    ['好评', '差评'],
    ['positive', 'negative'],
  ],
  [
    ['0', '1'],
    ['negative', 'positive'],
  ],
  [
    ['-1', '0', '1'],
    ['negative', 'neutral', 'positive'],
  ],
  [
    ['1', '2', '3', '4.0', '５'],
    ['negative', 'negative', 'neutral', 'positive', 'positive'],
  ],
  // Stars, of which people corrected some in words.
  [
    ['1', '5', 'Neutral'],
    ['negative', 'positive', 'neutral'],
  ],
])('%j are read as a sentiment', (labels, expected) => {
  expect(read(labels)).toEqual(expected);
});

it('keeps what is held out, and the texts without a label', () => {
  const rows = ['good', 'bad'].map((label, i) => ({ text: label, labels: [label], isTest: i === 1 }));
  expect(asSentiment(inputOf(rows, ['later']))).toMatchObject({ unlabelled: ['later'], isTest: Uint8Array.of(0, 1) });
});

it('tells which labels are no sentiment, and what to do', () => {
  expect(() => read(['good', 'refund', 'constructor'])).toThrow(/"constructor", "refund" are none.*as_given/);
});
