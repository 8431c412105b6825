import { Problem } from '../../platform/errors/problem.js';

export const versionGone = (modelVersionId: string) =>
  new Problem(
    404,
    'not_found',
    `The model version ${modelVersionId}, which gave this answer, was deleted, so that it is not known what would learn of the correction. Upload the row to the data set instead.`,
  );

/** @param reason of the model's family, which says what to do */
export const notLearnable = (reason: string) => new Problem(422, 'not_learnable', reason);
