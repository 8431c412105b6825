import { Problem } from '../../platform/errors/problem.js';

export const artifactDamaged = (modelVersionId: string) =>
  new Problem(
    503,
    'artifact_damaged',
    `The stored file of the model version ${modelVersionId} is not what training wrote, so it is not used. Deploy another version, or train the model again; whoever runs the platform can restore the file from a backup.`,
    { headers: { 'retry-after': '60' } },
  );

export const wrongTask = (task: string, operation: string) =>
  new Problem(
    409,
    'wrong_task',
    `This deployment answers ${task}, which has no ${operation}. GET /v1/families lists what each task can be asked.`,
  );

export const unsupportedOperation = (modelVersionId: string, operation: string) =>
  new Problem(
    501,
    'unsupported_operation',
    `The model version ${modelVersionId} has no ${operation}: its recipe cannot answer that. Deploy a version of another recipe.`,
  );
