import type { ClassificationReport } from '../../tasks/classification/task.js';
import type { Classifier } from '../classifier.js';
import { labelsOf } from '../labelled-texts.js';
import { binOf, BINS, type Answers } from './metrics.js';

/** What examples are cut to. */
export const EXAMPLE_CHARACTERS = 200;
const EXAMPLES = 3;
const CONFUSIONS = 50;
/** Rising. */
const MIN_SCORES = Array.from({ length: 20 }, (_, i) => i / 20);

/** Not cut within a character, of which half would be no text. */
export function exampleOf(text: string): string {
  const cut = text.slice(0, EXAMPLE_CHARACTERS);
  return (/[\ud800-\udbff]$/.test(cut) ? cut.slice(0, -1) : cut).toWellFormed();
}

/** Precision, recall and F1 of each label on the held-out texts. */
export function reportLabels(
  { actual, given }: Answers,
  labels: readonly string[],
  { thresholds }: Pick<Classifier, 'thresholds'>,
): ClassificationReport['labels'] {
  const counts = labels.map(() => ({ right: 0, given: 0, support: 0 }));
  for (let text = 0; text < actual.offsets.length - 1; text++) {
    const said = labelsOf(given, text);
    for (const label of said) counts[label]!.given++;
    for (const label of labelsOf(actual, text)) {
      counts[label]!.support++;
      if (said.includes(label)) counts[label]!.right++;
    }
  }
  return counts
    .map(({ right, given: said, support }, label) => ({
      label: labels[label]!,
      precision: said === 0 ? null : right / said,
      recall: support === 0 ? null : right / support,
      f1: said + support === 0 ? 0 : (2 * right) / (said + support),
      support,
      threshold: thresholds ? thresholds[label]! : null,
    }))
    .sort((a, b) => b.support - a.support);
}

/** Which labels are given in place of which, with texts that show it. */
export function reportConfusions(
  { actual, given }: Answers,
  labels: readonly string[],
  texts: readonly string[],
): ClassificationReport['confusions'] {
  const pairs = new Map<number, number[]>();
  for (let text = 0; text < texts.length; text++) {
    const [own, said] = [labelsOf(actual, text), labelsOf(given, text)];
    for (const missed of own.filter((label) => !said.includes(label))) {
      for (const wrong of said.filter((label) => !own.includes(label))) {
        const pair = missed * labels.length + wrong;
        const known = pairs.get(pair);
        if (known) known.push(text);
        else pairs.set(pair, [text]);
      }
    }
  }
  return [...pairs]
    .sort(([a, textsA], [b, textsB]) => textsB.length - textsA.length || a - b)
    .slice(0, CONFUSIONS)
    .map(([pair, found]) => ({
      actual: labels[Math.floor(pair / labels.length)]!,
      predicted: labels[pair % labels.length]!,
      count: found.length,
      examples: found.slice(0, EXAMPLES).map((text) => exampleOf(texts[text]!)),
    }));
}

/** Held-out texts in parts by their score; empty parts are left out. */
export function reportCalibration({ firsts }: Answers): ClassificationReport['calibration'] {
  const bins = Array.from({ length: BINS }, () => ({ score: 0, accuracy: 0, count: 0 }));
  for (const { score, isRight } of firsts) {
    const bin = bins[binOf(score)]!;
    bin.count++;
    bin.score += score;
    if (isRight) bin.accuracy++;
  }
  return bins
    .filter(({ count }) => count > 0)
    .map(({ score, accuracy, count }) => ({ score: score / count, accuracy: accuracy / count, count }));
}

/** What would be answered, and how much of it be right, at each least score; accuracy 1 where nothing would be answered. */
export function reportRiskCoverage({ firsts }: Answers): ClassificationReport['riskCoverage'] {
  return MIN_SCORES.map((minScore) => {
    const answered = firsts.filter(({ score }) => score >= minScore);
    const right = answered.filter(({ isRight }) => isRight).length;
    return {
      minScore,
      coverage: answered.length / firsts.length,
      accuracy: answered.length === 0 ? 1 : right / answered.length,
    };
  });
}
