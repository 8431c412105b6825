import { countLabels, labelsOf, type Targets } from './labelled-texts.js';
import { Turns } from './turns.js';

/** Labels with fewer texts take the threshold of all labels together. */
const OWN_THRESHOLD_TEXTS = 10;
/** No label is given for less; so what is less likely, which is nearly all of many labels, need not be looked at. */
const THRESHOLD_MIN = 0.05;

/**
 * `[classes]`: the chance from which each label is given, that of the best F1 on texts that the chances' models did not see.
 *
 * @param chances `[texts, classes]`
 */
export async function chooseThresholds(
  chances: Float32Array,
  targets: Targets,
  signal?: AbortSignal,
): Promise<Float32Array> {
  const counts = countLabels(targets);
  const { offsets, pairs } = await pairsByLabel(chances, targets, new Turns(signal));
  const common = thresholdOf(pairs.slice(), targets.indices.length);
  return Float32Array.from(counts, (positives, label) =>
    positives < OWN_THRESHOLD_TEXTS
      ? common
      : thresholdOf(pairs.subarray(offsets[label], offsets[label + 1]), positives),
  );
}

/** Likely labels of texts, those of each label together. */
interface Pairs {
  /** `[classes + 1]` */
  offsets: Uint32Array;
  /** The bits of each chance, which rise as it does, with whether it is right in place of the last: millions sort fast and take little memory. */
  pairs: Uint32Array;
}

async function pairsByLabel(chances: Float32Array, targets: Targets, turns: Turns): Promise<Pairs> {
  const { classes } = targets;
  const offsets = new Uint32Array(classes + 1);
  for (let i = 0; i < chances.length; i++) if (chances[i]! >= THRESHOLD_MIN) offsets[(i % classes) + 1]!++;
  for (let label = 0; label < classes; label++) offsets[label + 1]! += offsets[label]!;
  const pairs = new Uint32Array(offsets[classes]!);
  const bits = new Uint32Array(chances.buffer, chances.byteOffset, chances.length);
  const next = offsets.slice();
  for (let text = 0, start = 0; start < chances.length; text++, start += classes) {
    await turns.before(classes);
    const own = labelsOf(targets, text);
    for (let label = 0; label < classes; label++) {
      if (chances[start + label]! < THRESHOLD_MIN) continue;
      pairs[next[label]!++] = (bits[start + label]! & ~1) | Number(own.includes(label));
    }
  }
  return { offsets, pairs };
}

/**
 * @param pairs are sorted in place
 * @param positives texts that have the label, likely or not
 */
function thresholdOf(pairs: Uint32Array, positives: number): number {
  pairs.sort();
  let [right, best, threshold] = [0, 0, 0.5];
  for (let place = pairs.length - 1; place >= 0; place--) {
    right += pairs[place]! & 1;
    const f1 = (2 * right) / (pairs.length - place + positives);
    const isTied = place > 0 && pairs[place - 1]! >>> 1 === pairs[place]! >>> 1;
    if (f1 <= best || isTied) continue;
    best = f1;
    threshold = (chanceOf(pairs[place]!) + chanceOf(pairs[Math.max(0, place - 1)]!)) / 2;
  }
  return threshold;
}

const asBits = new Uint32Array(1);
const asChance = new Float32Array(asBits.buffer);

function chanceOf(pair: number): number {
  asBits[0] = pair & ~1;
  return asChance[0]!;
}
