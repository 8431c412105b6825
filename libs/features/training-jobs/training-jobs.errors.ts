import { Problem } from '../../platform/errors/problem.js';

export const dataSetEmpty = (name: string) =>
  new Problem(
    422,
    'data_set_empty',
    `The data set "${name}" holds no rows yet: upload a file, and wait until its import has succeeded.`,
  );

/** @param because whole sentences */
export const notEnoughData = (because: string[]) =>
  new Problem(
    409,
    'not_enough_data',
    `There is not enough data: import more rows, or send "despiteVerdict": true to train all the same. ${because.join(' ')}`,
  );

/** @param most of the organization's; null where the process itself is full */
export const tooManyStreams = (most: number | null) =>
  new Problem(
    429,
    'too_many_streams',
    most === null
      ? 'This server cannot follow any more training jobs. Get the job itself instead, or try again shortly.'
      : `Your organization already follows ${most} training jobs, the most at a time. Close a stream first.`,
    { headers: { 'retry-after': '5' } },
  );

export const jobEnded = (status: string) =>
  new Problem(
    409,
    'training_job_ended',
    `The training job is already ${status}: nothing about it can be changed any more.`,
  );

export const nothingCompared = () =>
  new Problem(
    409,
    'nothing_compared',
    'The training job is not comparing recipes now, so that there is no best so far. Try again once its phase is tuning.',
  );
