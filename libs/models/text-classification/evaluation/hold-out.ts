import { TrainingInputError } from '../../family.js';
import { assignFolds, rowsWhere } from '../folds.js';
import type { TextsInput } from '../input.js';
import { selectTexts, type LabelledTexts } from '../labelled-texts.js';

/** A training side with what is measured on. */
export interface HeldOut {
  train: LabelledTexts;
  test: LabelledTexts;
}

/** One of so many parts is measured on where the data set does not say what is. */
const PARTS = 5;

/** Holds out what the data set says, or a fifth of each label. Throws {@link TrainingInputError} where one side would be empty. */
export function holdOut(input: TextsInput, seed: number): HeldOut {
  const parts = input.isTest ? input.isTest.map((isTest) => 1 - isTest) : assignFolds(input, PARTS, seed);
  const side = (isTest: boolean) =>
    selectTexts(
      input,
      rowsWhere(input.texts.length, (row) => (parts[row] === 0) === isTest),
    );
  const [train, test] = [side(false), side(true)];
  if (train.texts.length === 0) {
    throw new TrainingInputError(
      'Every row with a label says test in the column "split", so that nothing is left to learn from. Say train on some of them, then train again.',
    );
  }
  if (test.texts.length === 0) {
    throw new TrainingInputError(
      'No label has two different texts, so that none can be held out to measure on. Add texts of each label, then train again.',
    );
  }
  return { train, test };
}
