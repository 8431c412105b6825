import type { Calibration } from './calibration.js';
import { toChances } from './calibration.js';
import type { Vectorizer } from './features/vectorizer.js';
import type { Neighbours } from './neighbours.js';
import { scoreRow, type QuantisedModel } from './quantised-model.js';
import { familiarityOf, isForeign, knownShare } from './scope.js';

/** What turns texts into chances. */
export interface Scorer {
  vectorizer: Vectorizer;
  model: QuantisedModel;
  calibration: Calibration;
  /** `[classes]`, from which chance a label is given; null where a text has one label. */
  thresholds: Float32Array | null;
}

/** All that an answer needs next to the names of the labels. */
export interface Classifier extends Scorer {
  neighbours: Neighbours;
  /** The least chance of an answer where a call names none. */
  minScore: number;
  /** A text that is less familiar than this is not answered; null where the model looks at no text. */
  outOfScopeBelow: number | null;
}

/** What a text comes to. */
export interface Judged {
  /** `[classes]` */
  chances: Float32Array;
  /** See {@link familiarityOf}. */
  familiarity: number;
  isOutOfScope: boolean;
}

export function judge(
  { vectorizer, model, calibration, neighbours, outOfScopeBelow }: Classifier,
  text: string,
): Judged {
  const { indices, values } = vectorizer.transformOne(text);
  const chances = toChances(calibration, scoreRow(model, indices, values));
  const familiarity = familiarityOf(chances[likeliest(chances)]!, knownShare(neighbours, text));
  return { chances, familiarity, isOutOfScope: isForeign(familiarity, outOfScopeBelow) };
}

/** The labels that are given for chances `[classes]`: the likeliest, or those over their thresholds; the likeliest first. */
export function givenLabels(chances: Float32Array, thresholds: Float32Array | null): number[] {
  if (!thresholds) return [likeliest(chances)];
  const given = [...thresholds.keys()].filter((label) => chances[label]! >= thresholds[label]!);
  return given.sort((a, b) => chances[b]! - chances[a]! || a - b);
}

export function likeliest(chances: Float32Array): number {
  let best = 0;
  for (let label = 1; label < chances.length; label++) if (chances[label]! > chances[best]!) best = label;
  return best;
}
