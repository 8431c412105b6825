import type { ClassificationReport } from '../../tasks/classification/task.js';
import { judge, type Classifier } from '../classifier.js';
import { shuffled } from '../neighbours.js';
import { inTurns } from '../turns.js';

type LabelNext = ClassificationReport['labelNext'];

/** Looked at, by chance, where there are more. */
const LOOKED_AT_MAX = 5_000;
const UNSURE = 40;
/** Of which those are picked that are unlike each other. */
const UNSURE_POOL = 400;
const OUT_OF_SCOPE = 5;
const RANDOM = 5;

/**
 * Which texts to label next: those that the model wavers on between two labels, unlike each other; some that are like nothing it knows; and
 * some by chance, on which a later test can be fair. Each is told whole, since it is labelled and uploaded as it is told.
 */
export async function chooseLabelNext(
  classifier: Classifier,
  unlabelled: readonly string[],
  seed: number,
  signal?: AbortSignal,
): Promise<LabelNext> {
  const distinct = [...new Set(unlabelled)];
  const looked = Array.from(shuffled(distinct.length, seed).slice(0, LOOKED_AT_MAX), (place) => distinct[place]!);
  const pool: { text: string; margin: number; familiarity: number; isOutOfScope: boolean }[] = [];
  await inTurns(looked, signal, (text) => {
    const { chances, familiarity, isOutOfScope } = judge(classifier, text);
    pool.push({ text, margin: marginOf(chances), familiarity, isOutOfScope });
  });
  const foreign = pool
    .filter(({ isOutOfScope }) => isOutOfScope)
    .sort((a, b) => a.familiarity - b.familiarity)
    .slice(0, OUT_OF_SCOPE);
  const wavering = pool
    .filter((candidate) => !foreign.includes(candidate))
    .sort((a, b) => a.margin - b.margin)
    .slice(0, UNSURE_POOL);
  const unsure = pickUnlike(
    wavering.map(({ text }) => text),
    classifier,
    UNSURE,
  );
  const told = (reason: LabelNext[number]['reason']) => (text: string) => ({ text: text.toWellFormed(), reason });
  const taken = new Set([...unsure, ...foreign.map(({ text }) => text)]);
  const random = pool
    .map(({ text }) => text)
    .filter((text) => !taken.has(text))
    .slice(0, RANDOM);
  return [
    ...unsure.map(told('unsure')),
    ...foreign.map(({ text }) => told('out_of_scope')(text)),
    ...random.map(told('random')),
  ];
}

/** How far the first label is ahead of the second. */
function marginOf(chances: Float32Array): number {
  let [first, second] = [0, 0];
  for (const chance of chances) {
    if (chance > first) [first, second] = [chance, first];
    else if (chance > second) second = chance;
  }
  return first - second;
}

/** The first, then always the one least like those picked already (k-center, greedily). */
function pickUnlike(texts: readonly string[], { vectorizer }: Classifier, count: number): string[] {
  const rows = texts.map((text) => vectorizer.transformOne(text));
  const likeness = new Float32Array(texts.length);
  const dense = new Float32Array(vectorizer.columns);
  const picked: number[] = [];
  while (picked.length < Math.min(count, texts.length)) {
    let next = -1;
    for (const place of texts.keys()) {
      if (!picked.includes(place) && (next < 0 || likeness[place]! < likeness[next]!)) next = place;
    }
    picked.push(next);
    const { indices, values } = rows[next]!;
    indices.forEach((feature, i) => (dense[feature] = values[i]!));
    rows.forEach((row, place) => {
      const cosine = row.indices.reduce((sum, feature, i) => sum + dense[feature]! * row.values[i]!, 0);
      likeness[place] = Math.max(likeness[place]!, cosine);
    });
    indices.forEach((feature) => (dense[feature] = 0));
  }
  return picked.map((place) => texts[place]!);
}
