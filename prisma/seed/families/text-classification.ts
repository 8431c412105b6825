import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ApiSession } from '../../../apps/launcher/journey/api-session.js';
import { type DemoCall, type FamilyDemo, trainedVersion } from '../family-demo.js';

const QUESTIONS = 'prisma/seed/banking77/questions.csv.gz';

/** Ten questions for each of the 77 intents of Banking77 (© PolyAI, CC BY 4.0). */
export const textClassification: FamilyDemo = { project: 'Help desk', plant: plantQuestions };

async function plantQuestions(api: ApiSession, inProject: string): Promise<DemoCall> {
  const texts = await api.findOrCreate(`${inProject}/data-sets`, 'Bank questions', { kind: 'labelled-texts' });
  if (!texts['currentImport']) {
    await api.upload(`${inProject}/data-sets/${texts.id}`, gunzipSync(readFileSync(QUESTIONS)).toString('utf8'));
  }
  const model = await api.findOrCreate(`${inProject}/models`, 'What a question is about', {
    family: 'text-classification',
    recipe: 'linear',
    sources: { texts: texts.id },
  });
  const modelVersionId = await trainedVersion(api, inProject, model.id);
  const deployment = await api.findOrCreate(`${inProject}/deployments`, 'Help desk', { modelVersionId });
  return {
    what: 'What a question of a customer is about',
    deploymentId: deployment.id,
    operation: 'classifications',
    request: { text: 'Why was I charged a fee when I took out cash?', topK: 3 },
  };
}
