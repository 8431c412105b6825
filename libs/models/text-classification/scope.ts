import { normalise } from './features/normalise.js';
import { emitFeatures } from './features/sources.js';
import { cut } from './features/tokens.js';
import type { LabelledTexts } from './labelled-texts.js';
import { NEIGHBOUR_FEATURES, shuffled, type Neighbours } from './neighbours.js';
import { inTurns } from './turns.js';

/** Of texts like those that it learns from, a model is to take so many for foreign. */
const REJECTED_SHARE = 0.02;
/** What is as familiar is never foreign, even where all that was learnt from is more so; of few texts most words are new to begin with. */
const BELOW_MAX = 0.6;
const BELOW_MAX_OF_FEW = 0.35;
const FEW_TEXTS = 1_000;
/** With fewer texts nobody knows what is foreign. */
const TEXTS_MIN = 50;
const LOOKED_AT_MAX = 20_000;

/**
 * How alike a text is to what was learnt from, 0..1: the share of its words and pairs of words that are known, times the root of the
 * chance of its likeliest label. The two err on different texts: known words in new company, and new words around a known one.
 */
export function familiarityOf(chance: number, known: number): number {
  return Math.sqrt(chance) * known;
}

/** Whether a text is foreign: less familiar than that, or without anything known. */
export function isForeign(familiarity: number, outOfScopeBelow: number | null): boolean {
  return outOfScopeBelow !== null && (familiarity === 0 || familiarity < outOfScopeBelow);
}

/** The share of a text's words and pairs of words that a training row has; 0 for a text without a word. */
export function knownShare({ vectorizer }: Pick<Neighbours, 'vectorizer'>, text: string): number {
  return shareOf(vectorizer.transformOne(text).indices.length, text);
}

/**
 * The familiarity below which a text is taken for foreign: that of the least familiar of the training rows, each seen by what is known
 * without it.
 *
 * @param chances `[texts]`, of the likeliest label, by models that did not see the text
 */
export async function chooseScope(
  { vectorizer, rows }: Pick<Neighbours, 'vectorizer' | 'rows'>,
  { texts }: LabelledTexts,
  chances: (text: number) => number,
  seed: number,
  signal?: AbortSignal,
): Promise<number | null> {
  if (texts.length < TEXTS_MIN) return null;
  const known = new Uint32Array(rows.columns);
  for (const feature of rows.indices) known[feature]!++;
  const looked = shuffled(texts.length, seed).slice(0, LOOKED_AT_MAX);
  const familiarities = new Float64Array(looked.length);
  await inTurns(
    Array.from(looked, (row) => texts[row]!),
    signal,
    (text, place) => {
      const { indices } = vectorizer.transformOne(text);
      const ofOthers = indices.filter((feature) => known[feature]! > 1).length;
      familiarities[place] = familiarityOf(chances(looked[place]!), shareOf(ofOthers, text));
    },
  );
  familiarities.sort();
  const most = texts.length < FEW_TEXTS ? BELOW_MAX_OF_FEW : BELOW_MAX;
  return Math.min(most, familiarities[Math.floor(REJECTED_SHARE * familiarities.length)]!);
}

function shareOf(known: number, text: string): number {
  const all = new Set<number>();
  const tokens = cut(normalise(text));
  for (const source of NEIGHBOUR_FEATURES.sources) emitFeatures(tokens, source, (hash) => all.add(hash));
  return all.size === 0 ? 0 : Math.min(1, known / all.size);
}
