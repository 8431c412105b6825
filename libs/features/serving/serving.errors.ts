import { Problem } from '../../platform/errors/problem.js';

export const artifactDamaged = (modelVersionId: string) =>
  new Problem(
    503,
    'artifact_damaged',
    `The stored file of the model version ${modelVersionId} is damaged, so it is not used. Deploy another version, or train the model again; the platform's operator can restore the file from a backup.`,
    { headers: { 'retry-after': '60' } },
  );

export const wrongTask = (task: string, operation: string) =>
  new Problem(
    409,
    'wrong_task',
    `This deployment serves the task ${task}, which has no operation ${operation}. GET /v1/families lists the operations of each task.`,
  );

export const unsupportedOperation = (modelVersionId: string, operation: string) =>
  new Problem(
    501,
    'unsupported_operation',
    `The recipe of the model version ${modelVersionId} does not support the operation ${operation}. Deploy a version of another recipe.`,
  );

export const versionOfKeys = () =>
  new Problem(
    403,
    'version_not_allowed',
    'Only people who are logged in try a version that is not live. Call a deployment without modelVersionId, or make a deployment of that version.',
  );

export const tooManyCalls = (most: number) =>
  new Problem(
    429,
    'too_many_calls',
    `${most} calls of your organization wait for earlier ones already: send the next when some are answered.`,
    { headers: { 'retry-after': '1' } },
  );

export const noSuchCall = (callId: string) =>
  new Problem(
    404,
    'not_found',
    `There is no call ${callId} of this deployment: it may be older than 30 days, of another deployment, or made with a test key.`,
  );
