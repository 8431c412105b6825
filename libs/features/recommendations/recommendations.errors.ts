import { Problem } from '../../platform/errors/problem.js';

export const artifactDamaged = (modelVersionId: string) =>
  new Problem(
    503,
    'artifact_damaged',
    `The stored file of the model version ${modelVersionId} is not what training wrote, so it is not used. Deploy another version, or train the model again; whoever runs the platform can restore the file from a backup.`,
    { headers: { 'retry-after': '60' } },
  );
