import { Problem } from '../../platform/errors/problem.js';

export const dataSetEmpty = (name: string) =>
  new Problem(
    422,
    'data_set_empty',
    `The data set "${name}" holds no rows yet: upload a file, and wait until its import has succeeded.`,
  );

/** @param most of the organization's; null where the process itself is full */
export const tooManyStreams = (most: number | null) =>
  new Problem(
    429,
    'too_many_streams',
    most === null
      ? 'This server follows as many training jobs as it can. Ask for the job itself instead, or try again shortly.'
      : `Your organization follows ${most} training jobs here, the most that it may at a time. Close a stream first.`,
    { headers: { 'retry-after': '5' } },
  );

export const jobEnded = (status: string) =>
  new Problem(409, 'training_job_ended', `The training job is ${status} and cannot be cancelled any more.`);
