import { countLabels, labelsOf, type Targets } from './labelled-texts.js';

/** Labels with fewer texts take the threshold of all labels together. */
const OWN_THRESHOLD_TEXTS = 10;

/**
 * `[classes]`: the chance from which each label is given, that of the best F1 on texts that the chances' models did not see.
 *
 * @param chances `[texts, classes]`
 */
export function chooseThresholds(chances: Float32Array, targets: Targets): Float32Array {
  const { classes } = targets;
  const counts = countLabels(targets);
  const pairs = Array.from({ length: classes }, (): Pair[] => []);
  for (let text = 0; text < targets.offsets.length - 1; text++) {
    const own = labelsOf(targets, text);
    for (let label = 0; label < classes; label++) {
      pairs[label]!.push({ chance: chances[text * classes + label]!, isRight: own.includes(label) });
    }
  }
  const common = thresholdOf(pairs.flat());
  return Float32Array.from(pairs, (own, label) => (counts[label]! < OWN_THRESHOLD_TEXTS ? common : thresholdOf(own)));
}

interface Pair {
  chance: number;
  isRight: boolean;
}

function thresholdOf(pairs: Pair[]): number {
  const sorted = pairs.toSorted((a, b) => b.chance - a.chance);
  const positives = sorted.filter(({ isRight }) => isRight).length;
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
