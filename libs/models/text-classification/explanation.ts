import type { Classification } from '../tasks/classification/task.js';
import type { Classifier } from './classifier.js';
import { normalise, originsOf } from './features/normalise.js';
import { cut } from './features/tokens.js';
import type { QuantisedModel } from './quantised-model.js';

type Explanation = NonNullable<Classification['explanation']>;

const PIECES_MAX = 10;

/**
 * The words of a text that weighed most for or against a label, the heaviest first. What a run of words or a piece of a word weighs is
 * shared out over the words that it lies on; a label's weights are told against the mean of all labels'.
 */
export function explain({ vectorizer, model, calibration }: Classifier, text: string, label: number): Explanation {
  const words = wordsOf(text);
  const weights = new Float64Array(words.length);
  for (const { feature, value, start, end } of vectorizer.pieces(text)) {
    const weight = calibration.slopes[label]! * value * weightOf(model, feature, label);
    shareOut(weight, { start, end }, words, weights);
  }
  return words
    .map(({ start, end }, i) => ({ text: text.slice(start, end), start, end, weight: weights[i]! }))
    .filter(({ weight }) => weight !== 0)
    .sort((a, b) => Math.abs(b.weight) - Math.abs(a.weight) || a.start - b.start)
    .slice(0, PIECES_MAX);
}

interface Stretch {
  start: number;
  end: number;
}

const segmenter = new Intl.Segmenter('und', { granularity: 'word' });

/** In the text as it was given, in its order. Of scripts whose words the features know nothing of, such as Thai, those that Unicode's rules find. */
function wordsOf(text: string): Stretch[] {
  const { starts, ends } = originsOf(text);
  const { text: normalised, words, unspaced } = cut(normalise(text));
  const isCut = ({ start, end }: Stretch) => (words[firstEndingAfter(words, start)]?.start ?? end) < end;
  const others = unspaced.filter((stretch) => !isCut(stretch)).flatMap((stretch) => segment(normalised, stretch));
  const found = [...words, ...others]
    .sort((a, b) => a.start - b.start)
    .map(({ start, end }) => ({ start: starts[start]!, end: ends[end - 1]! }));
  return joinOverlapping(found);
}

/** What people see as one character may be several words once it is normalised, such as … or a flag: it is told once. */
function joinOverlapping(ascending: Stretch[]): Stretch[] {
  const joined: Stretch[] = [];
  for (const { start, end } of ascending) {
    const last = joined.at(-1);
    if (last && start < last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

function segment(text: string, { start, end }: Stretch): Stretch[] {
  const found = segmenter.segment(text.slice(start, end));
  return Array.from(found, ({ segment: word, index }) => ({ start: start + index, end: start + index + word.length }));
}

function weightOf({ features, classes, weights, scales }: QuantisedModel, feature: number, label: number): number {
  if (feature >= features) return 0;
  const own = weights.subarray(feature * classes, (feature + 1) * classes);
  const mean = own.reduce((sum, weight) => sum + weight, 0) / classes;
  return scales[feature]! * (own[label]! - mean);
}

function shareOut(weight: number, { start, end }: Stretch, words: Stretch[], weights: Float64Array): void {
  const overlap = (word: Stretch) => Math.max(0, Math.min(end, word.end) - Math.max(start, word.start));
  let first = firstEndingAfter(words, start);
  const shares: [word: number, units: number][] = [];
  for (; first < words.length && words[first]!.start < end; first++) shares.push([first, overlap(words[first]!)]);
  const units = shares.reduce((sum, [, own]) => sum + own, 0);
  if (units > 0) for (const [word, own] of shares) weights[word]! += (weight * own) / units;
}

function firstEndingAfter(words: Stretch[], position: number): number {
  let [low, high] = [0, words.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (words[middle]!.end <= position) low = middle + 1;
    else high = middle;
  }
  return low;
}
