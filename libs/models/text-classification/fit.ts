import type { Csr } from '../../compute/csr/kernel.js';
import type { FitContext, FitProgress } from '../training/fit.js';
import { allToChances, calibrate } from './calibration.js';
import type { Classifier, Scorer } from './classifier.js';
import { Vectorizer } from './features/vectorizer.js';
import { assignFolds, rowsWhere } from './folds.js';
import { haveSeveralLabels, selectTargets, type LabelledTexts, type Targets } from './labelled-texts.js';
import type { RecipeChoice } from './manifest.js';
import { chooseMinScore } from './min-score.js';
import { indexNeighbours } from './neighbours.js';
import { quantise, scoreRows } from './quantised-model.js';
import { featureSettingsOf, fitModel } from './recipes/recipes.js';
import { chooseScope } from './scope.js';
import { selectRows } from './select-rows.js';
import { chooseThresholds } from './thresholds.js';

/** What is fitted to texts with labels. */
export interface Fit {
  classifier: Classifier;
  data: LabelledTexts;
  /** `[texts, classes]`: chances of models that did not see the text. */
  outOfFold: Float32Array;
  release: () => void;
}

interface ScorerFit {
  scorer: Scorer;
  outOfFold: Float32Array;
}

/** Parts of which each is scored by a fit to the others: the fewer texts, the less may be left out of a fit. */
const FOLDS = 4;
const FOLDS_OF_FEW = 10;
const FEW_TEXTS = 2_000;

/** Fits the recipe to all texts, with what tells when not to answer. */
export async function fitClassifier(choice: RecipeChoice, data: LabelledTexts, context: FitContext): Promise<Fit> {
  const { scorer, outOfFold } = await fitScorer(choice, data, context);
  const neighbours = await indexNeighbours(data, context.seed, context.signal);
  const minScore = scorer.thresholds ? 0 : await chooseMinScore(outOfFold, data.targets, context.signal);
  const { classes } = data.targets;
  const firstChance = (text: number) => Math.max(...outOfFold.subarray(text * classes, (text + 1) * classes));
  const looksAtTexts = choice.recipe !== 'majority';
  const outOfScopeBelow = looksAtTexts
    ? await chooseScope(neighbours, data, firstChance, context.seed, context.signal)
    : null;
  const classifier = { ...scorer, neighbours, minScore, outOfScopeBelow };
  return { classifier, data, outOfFold, release: () => undefined };
}

/** Fits the recipe to all texts, and finds what its scores are worth on parts that its fits to the rest did not see. */
export async function fitScorer(choice: RecipeChoice, data: LabelledTexts, context: FitContext): Promise<ScorerFit> {
  const { seed, signal } = context;
  const { targets } = data;
  const { vectorizer, rows } = await Vectorizer.fit(data.texts, featureSettingsOf(choice, data), signal);
  const severalLabels = haveSeveralLabels(targets);
  const folds = data.texts.length < FEW_TEXTS ? FOLDS_OF_FEW : FOLDS;
  const foldOf = assignFolds(data, folds, seed);
  const crossing = { ...context, report: part(context, 0, folds / (folds + 1)) };
  const outOfFold = await crossScores(choice, rows, targets, foldOf, folds, crossing);
  const fitting = { ...context, resume: null, report: part(context, folds / (folds + 1), 1) };
  const model = await quantise(await fitModel(choice, rows, targets, fitting), signal);
  const calibration = await calibrate(outOfFold, targets, severalLabels, signal);
  await allToChances(calibration, outOfFold, signal);
  const thresholds = severalLabels ? await chooseThresholds(outOfFold, targets, signal) : null;
  return { scorer: { vectorizer, model, calibration, thresholds }, outOfFold };
}

/** `[texts, classes]`: the chances of texts. */
export async function chancesOf(
  { vectorizer, model, calibration }: Omit<Scorer, 'thresholds'>,
  texts: readonly string[],
  signal?: AbortSignal,
): Promise<Float32Array> {
  const rows = await vectorizer.transform(texts, signal);
  return allToChances(calibration, await scoreRows(model, rows, signal), signal);
}

/** `[texts, classes]`: the scores of each text by a model that is fitted to the other folds. */
export async function crossScores(
  choice: RecipeChoice,
  rows: Csr,
  targets: Targets,
  foldOf: Uint8Array,
  folds: number,
  context: FitContext,
): Promise<Float32Array> {
  const scores = new Float32Array(rows.rows * targets.classes);
  for (let fold = 0; fold < folds; fold++) {
    const inFold = rowsWhere(rows.rows, (row) => foldOf[row] === fold);
    const others = rowsWhere(rows.rows, (row) => foldOf[row] !== fold);
    if (inFold.length === 0 || others.length === 0) continue;
    const model = await fitModel(choice, selectRows(rows, others), selectTargets(targets, others), {
      ...context,
      resume: null,
      report: part(context, fold / folds, (fold + 1) / folds),
    });
    const own = await scoreRows(await quantise(model, context.signal), selectRows(rows, inFold), context.signal);
    inFold.forEach((row, i) =>
      scores.set(own.subarray(i * targets.classes, (i + 1) * targets.classes), row * targets.classes),
    );
    await context.report({ epoch: 0, epochs: 0, fraction: (fold + 1) / folds });
  }
  return scores;
}

/** Reports a fit's progress as that of a part of a larger one, which starts anew where it is broken off. */
function part({ report }: FitContext, from: number, to: number) {
  return ({ fraction, examples }: FitProgress) =>
    report({ epoch: 0, epochs: 0, fraction: from + (to - from) * fraction, examples });
}
