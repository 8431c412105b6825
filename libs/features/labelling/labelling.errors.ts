import { Problem, type ProblemField } from '../../platform/errors/problem.js';

const NAMED_MAX = 20;

export const notLabelled = (kind: string) =>
  new Problem(409, 'not_labelled_texts', `Data sets of kind ${kind} hold no labelled texts, which alone are labelled.`);

/** @param errors at least one, in the order of the file */
export const badLabelFile = (errors: ProblemField[]) =>
  new Problem(
    400,
    'bad_label_file',
    `Nothing of the file was taken: ${errors[0]!.path}: ${errors[0]!.message}${more(errors.length - 1)}.`,
    { errors: errors.slice(0, NAMED_MAX) },
  );

const more = (others: number) => (others > 0 ? `, and ${others} more` : '');

export const labelFileTooLarge = (most: number) =>
  new Problem(
    413,
    'upload_too_large',
    `The file is larger than ${most} bytes: split it, or ask us to raise the limit.`,
  );

export const tooManyTextsToLabel = (most: number) =>
  new Problem(
    409,
    'too_many_texts_to_label',
    `At most ${most} texts of a data set may wait for a label. Label some first, or remove those that wait.`,
  );

export const severalLabels = (labels: readonly string[]) =>
  new Problem(
    422,
    'not_learnable',
    `Every row of this data set has one label, and ${labels.length} were said: ${labels.join(', ')}. Say the one that fits best.`,
  );

/** @param reason of the model's family, which says what to do */
export const notLearnable = (reason: string) => new Problem(422, 'not_learnable', reason);

export const noUnitsForTexts = (texts: number, left: number, meter: string) =>
  new Problem(
    402,
    'quota_exceeded',
    `The file has ${texts} texts with labels, and quotas and spend caps leave ${left} ${meter} in this billing period. Nothing of the file was taken.`,
  );
