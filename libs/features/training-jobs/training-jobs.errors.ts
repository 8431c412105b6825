import { Problem } from '../../platform/errors/problem.js';

export const dataSetEmpty = (name: string) =>
  new Problem(
    422,
    'data_set_empty',
    `The data set "${name}" holds no rows yet: upload a file, and wait until its import has succeeded.`,
  );

export const jobEnded = (status: string) =>
  new Problem(409, 'training_job_ended', `The training job is ${status} and cannot be cancelled any more.`);
