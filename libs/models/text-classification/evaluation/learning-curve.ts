import type { ClassificationReport } from '../../tasks/classification/task.js';
import type { FitContext } from '../../training/fit.js';
import type { Scorer } from '../classifier.js';
import { Vectorizer } from '../features/vectorizer.js';
import { chancesOf } from '../fit.js';
import { assignFolds, rowsWhere } from '../folds.js';
import { selectTexts } from '../labelled-texts.js';
import type { RecipeChoice } from '../manifest.js';
import { quantise } from '../quantised-model.js';
import { featureSettingsOf, fitModel } from '../recipes/recipes.js';
import type { HeldOut } from './hold-out.js';
import { answersOf, measureAnswers } from './metrics.js';

const QUARTERS = [1, 2];
/** A gain from half the texts to all of them that more would be likely to go on with. */
const GAIN_WORTH_LABELLING = 0.01;
/** Below these a curve is noise. */
const TEST_TEXTS_MIN = 50;

/** What a quarter and a half of the training side would have reached on the held-out texts; `accuracy` is what all of it did. */
export async function traceLearning(
  choice: RecipeChoice,
  { calibration, thresholds }: Scorer,
  { train, test }: HeldOut,
  accuracy: number,
  context: FitContext,
): Promise<Pick<ClassificationReport, 'learningCurve' | 'moreLabels'>> {
  const quarterOf = assignFolds(train, 4, context.seed);
  const learningCurve: ClassificationReport['learningCurve'] = [];
  for (const quarters of QUARTERS) {
    // Quarter 0 lacks the rarest labels.
    const isIn = (row: number) => quarterOf[row]! >= 1 && quarterOf[row]! <= quarters;
    const part = selectTexts(train, rowsWhere(train.texts.length, isIn));
    if (part.texts.length === 0) continue;
    const { vectorizer, rows } = await Vectorizer.fit(part.texts, featureSettingsOf(choice, part), context.signal);
    const model = await quantise(await fitModel(choice, rows, part.targets, context), context.signal);
    const chances = await chancesOf({ vectorizer, model, calibration }, test.texts, context.signal);
    const reached = measureAnswers(await answersOf(chances, test.targets, thresholds, context.signal)).accuracy;
    learningCurve.push({ rows: part.texts.length, accuracy: reached });
  }
  learningCurve.push({ rows: train.texts.length, accuracy });
  return { learningCurve, moreLabels: judgeCurve(learningCurve, test.texts.length) };
}

function judgeCurve(
  curve: ClassificationReport['learningCurve'],
  testTexts: number,
): ClassificationReport['moreLabels'] {
  const [all, half] = curve.toReversed();
  if (!half || testTexts < TEST_TEXTS_MIN) return 'unknown';
  return all!.accuracy - half.accuracy >= GAIN_WORTH_LABELLING ? 'would_help' : 'would_help_little';
}
