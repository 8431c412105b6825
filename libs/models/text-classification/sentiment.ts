import { TrainingInputError } from '../family.js';
import { inputOf, type TextsInput } from './input.js';
import { labelsOf } from './labelled-texts.js';

type Sentiment = 'negative' | 'neutral' | 'positive';

const WORDS: Record<string, Sentiment> = {
  negative: 'negative',
  neg: 'negative',
  bad: 'negative',
  neutral: 'neutral',
  neu: 'neutral',
  positive: 'positive',
  pos: 'positive',
  good: 'positive',
  负面: 'negative',
  消极: 'negative',
  差评: 'negative',
  中性: 'neutral',
  中立: 'neutral',
  中评: 'neutral',
  正面: 'positive',
  积极: 'positive',
  好评: 'positive',
};

/** The first that has all labels counts: two sides, three sides, stars; words are understood next to any. */
const SCALES: Record<string, Sentiment>[] = [
  { ...WORDS, 0: 'negative', 1: 'positive' },
  { ...WORDS, '-1': 'negative', 0: 'neutral', 1: 'positive' },
  { ...WORDS, 1: 'negative', 2: 'negative', 3: 'neutral', 4: 'positive', 5: 'positive' },
];

const NAMED_MAX = 5;

/**
 * The same texts with the labels of a sentiment: negative, neutral or positive, from such words, 0 and 1, −1 to 1 or one to five stars.
 *
 * @throws TrainingInputError where a label is nothing of the kind
 */
export function asSentiment(input: TextsInput): TextsInput {
  const scale = SCALES.find((each) => input.labels.every((label) => Object.hasOwn(each, plain(label))));
  if (!scale) throw new TrainingInputError(noSentiment(input.labels.filter((label) => !sentimentOf(label))));
  const rows = input.texts.map((text, row) => ({
    text,
    labels: [...new Set(Array.from(labelsOf(input.targets, row), (label) => scale[plain(input.labels[label]!)]!))],
    isTest: input.isTest?.[row] === 1,
  }));
  return inputOf(rows, input.unlabelled);
}

/** What the label says by itself; null where it is no word of a sentiment. A number may be of any scale. */
export function sentimentOf(label: string): Sentiment | null {
  return Object.hasOwn(WORDS, plain(label)) ? WORDS[plain(label)]! : null;
}

function plain(label: string): string {
  return label.normalize('NFKC').toLowerCase().replace(/\.0+$/, '');
}

function noSentiment(strange: string[]): string {
  const shown = strange
    .slice(0, NAMED_MAX)
    .map((label) => `"${label}"`)
    .join(', ');
  return (
    `The setting "labels" says sentiment, and the labels ${shown}${strange.length > NAMED_MAX ? ' and others' : ''} are none: ` +
    'negative, neutral and positive are, 0 and 1, -1 to 1, or 1 to 5 stars. Change the labels, or set "labels" to as_given, then train again.'
  );
}
