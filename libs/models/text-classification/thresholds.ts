import { countLabels, labelsOf, type Targets } from './labelled-texts.js';

/** Labels with fewer texts take the threshold of all labels together. */
const OWN_THRESHOLD_TEXTS = 10;
/** No label is given for less; so what is less likely, which is nearly all of many labels, need not be looked at. */
const THRESHOLD_MIN = 0.05;

/**
 * `[classes]`: the chance from which each label is given, that of the best F1 on texts that the chances' models did not see.
 *
 * @param chances `[texts, classes]`
 */
export function chooseThresholds(chances: Float32Array, targets: Targets): Float32Array {
  const counts = countLabels(targets);
  const pairs = pairsByLabel(chances, targets);
  const common = thresholdOf(pairs.flat(), targets.indices.length);
  return Float32Array.from(pairs, (own, label) =>
    counts[label]! < OWN_THRESHOLD_TEXTS ? common : thresholdOf(own, counts[label]!),
  );
}

interface Pair {
  chance: number;
  isRight: boolean;
}

/** Of each label the texts for which it is likely enough. */
function pairsByLabel(chances: Float32Array, targets: Targets): Pair[][] {
  const { classes, offsets } = targets;
  const pairs = Array.from({ length: classes }, (): Pair[] => []);
  for (let text = 0; text < offsets.length - 1; text++) {
    const own = labelsOf(targets, text);
    for (let label = 0; label < classes; label++) {
      const chance = chances[text * classes + label]!;
      if (chance >= THRESHOLD_MIN) pairs[label]!.push({ chance, isRight: own.includes(label) });
    }
  }
  return pairs;
}

/** @param positives texts that have the label, likely or not */
function thresholdOf(pairs: Pair[], positives: number): number {
  const sorted = pairs.toSorted((a, b) => b.chance - a.chance);
  let [right, best, threshold] = [0, 0, 0.5];
  sorted.forEach(({ chance, isRight }, place) => {
    if (isRight) right++;
    const next = sorted[place + 1]?.chance;
    const f1 = (2 * right) / (place + 1 + positives);
    if (f1 <= best || next === chance) return;
    [best, threshold] = [f1, next === undefined ? chance : (chance + next) / 2];
  });
  return threshold;
}
