import type { ApiSession } from '../../apps/launcher/journey/api-session.js';

/** A call that shows what the demo of a family can do. */
export interface DemoCall {
  what: string;
  deploymentId: string;
  operation: string;
  request: object;
}

/** What the demo has of a family. */
export interface FamilyDemo {
  /** The name of its project. */
  project: string;
  /** Makes data sets, a trained model and its deployment in the project; what is there already is left as it is. */
  plant: (api: ApiSession, inProject: string) => Promise<DemoCall>;
}

/** The version of the model's first training, which is carried out where there was none. */
export async function trainedVersion(api: ApiSession, inProject: string, modelId: string): Promise<string> {
  const { data: versions } = await api.get<{ data: { id: string }[] }>(
    `${inProject}/models/${modelId}/versions?limit=1`,
  );
  if (versions[0]) return versions[0].id;
  console.log('Training the demo model…');
  const job = await api.train(inProject, modelId);
  return job.modelVersionIds[0]!;
}
