import { likeliest } from './classifier.js';
import { labelsOf, type Targets } from './labelled-texts.js';
import { Turns } from './turns.js';

/** Of the answers that are given by default, so many should be right … */
const ACCURACY_WANTED = 0.9;
/** … but one that is likelier right than wrong is always given. */
const MIN_SCORE_MAX = 0.5;

/**
 * The least score from which answers are right nine of ten times, and one half where that would take more.
 *
 * @param chances `[texts, classes]` of models that did not see the texts
 */
export async function chooseMinScore(chances: Float32Array, targets: Targets, signal?: AbortSignal): Promise<number> {
  const turns = new Turns(signal);
  const answers: { score: number; isRight: boolean }[] = [];
  for (let text = 0; text < targets.offsets.length - 1; text++) {
    await turns.before(targets.classes);
    const own = chances.subarray(text * targets.classes, (text + 1) * targets.classes);
    const first = likeliest(own);
    answers.push({ score: own[first]!, isRight: labelsOf(targets, text).includes(first) });
  }
  answers.sort((a, b) => b.score - a.score);
  let [right, minScore] = [0, MIN_SCORE_MAX];
  answers.forEach(({ score, isRight }, place) => {
    if (isRight) right++;
    if (right >= ACCURACY_WANTED * (place + 1)) minScore = Math.min(minScore, score);
  });
  const isRightAlways = right >= ACCURACY_WANTED * answers.length;
  return isRightAlways ? 0 : Math.floor(100 * minScore) / 100;
}
