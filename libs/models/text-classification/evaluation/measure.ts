import type { ClassificationReport } from '../../tasks/classification/task.js';
import type { FitContext } from '../../training/fit.js';
import type { Measured } from '../../training/trainer.js';
import type { Scorer } from '../classifier.js';
import { chancesOf, fitScorer, type Fit } from '../fit.js';
import type { LabelledTexts } from '../labelled-texts.js';
import type { FittableRecipe, RecipeChoice } from '../manifest.js';
import { parseChoice } from '../recipes/recipes.js';
import type { HeldOut } from './hold-out.js';
import { findLabelErrors } from './label-errors.js';
import { chooseLabelNext } from './label-next.js';
import { traceLearning } from './learning-curve.js';
import { answersOf, intervalsOf, measureAnswers, type Answers, type Metrics } from './metrics.js';
import { reportCalibration, reportConfusions, reportLabels, reportRiskCoverage } from './report.js';

const BASELINES = ['majority', 'naive-bayes'] as const satisfies FittableRecipe[];

/** What the report is told in. */
export interface Names {
  labels: readonly string[];
  unlabelled: readonly string[];
}

/** The fit on the held-out texts, with the baselines next to it, and the report. */
export async function measureFit(
  choice: RecipeChoice,
  fit: Fit,
  heldOut: HeldOut,
  names: Names,
  context: FitContext,
): Promise<Measured> {
  const part = (done: number) => ({
    ...context,
    report: () => context.report({ epoch: 0, epochs: 0, fraction: done }),
  });
  const baselines = await measureBaselines(heldOut, part(0));
  const answers = await answer(fit.classifier, heldOut.test, context);
  const values = measureAnswers(answers);
  const report = await reportOf(choice, fit, { answers, accuracy: values.accuracy }, heldOut, names, part(0.5));
  const intervals = await intervalsOf(answers, context.seed, context.signal);
  const evaluated = { of: 'texts', count: heldOut.test.texts.length };
  return { result: { values, baselines, intervals, evaluated }, report };
}

async function answer(scorer: Scorer, { texts, targets }: LabelledTexts, { signal }: FitContext): Promise<Answers> {
  return answersOf(await chancesOf(scorer, texts, signal), targets, scorer.thresholds, signal);
}

async function measureBaselines({ train, test }: HeldOut, context: FitContext): Promise<Record<string, Metrics>> {
  const measured: Record<string, Metrics> = {};
  for (const recipe of BASELINES) {
    const { scorer } = await fitScorer(parseChoice(recipe, {}) as RecipeChoice, train, context);
    measured[recipe] = measureAnswers(await answer(scorer, test, context));
  }
  return measured;
}

async function reportOf(
  choice: RecipeChoice,
  fit: Fit,
  { answers, accuracy }: { answers: Answers; accuracy: number },
  heldOut: HeldOut,
  { labels, unlabelled }: Names,
  context: FitContext,
): Promise<object> {
  const { classifier } = fit;
  return {
    severalLabels: classifier.thresholds !== null,
    labels: reportLabels(answers, labels, classifier),
    confusions: reportConfusions(answers, labels, heldOut.test.texts),
    calibration: reportCalibration(answers),
    riskCoverage: reportRiskCoverage(answers),
    minScore: classifier.minScore,
    outOfScopeBelow: classifier.outOfScopeBelow,
    ...(await traceLearning(choice, classifier, heldOut, accuracy, context)),
    labelErrors: await findLabelErrors(fit, labels, context.signal),
    labelNext: await chooseLabelNext(classifier, unlabelled, context.seed, context.signal),
  } satisfies ClassificationReport;
}
