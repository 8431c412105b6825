import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import type { ApiSession } from '../../../apps/launcher/journey/api-session.js';
import { type DemoCall, type FamilyDemo, trainedVersion } from '../family-demo.js';

const FOLDER = 'prisma/seed/movietweetings';
/** Whom the model knows. */
const USER = '8';

/** The films of MovieTweetings and who rated them. */
export const recommender: FamilyDemo = { project: 'Films', plant: plantFilms };

async function plantFilms(api: ApiSession, inProject: string): Promise<DemoCall> {
  const interactions = await api.findOrCreate(`${inProject}/data-sets`, 'Ratings', { kind: 'interactions' });
  const items = await api.findOrCreate(`${inProject}/data-sets`, 'Films', { kind: 'items' });
  if (!interactions['currentImport']) await api.upload(`${inProject}/data-sets/${interactions.id}`, readCsv('ratings'));
  if (!items['currentImport']) await api.upload(`${inProject}/data-sets/${items.id}`, readCsv('films'));
  const sources = { interactions: interactions.id, items: items.id };
  const model = await api.findOrCreate(`${inProject}/models`, 'Films for you', { recipe: 'ials', sources });
  const modelVersionId = await trainedVersion(api, inProject, model.id);
  const deployment = await api.findOrCreate(`${inProject}/deployments`, 'Home page', { modelVersionId });
  return {
    what: 'Recommendations for a user of the demo',
    deploymentId: deployment.id,
    operation: 'recommendations',
    request: { userId: USER, limit: 5 },
  };
}

function readCsv(name: string): string {
  return gunzipSync(readFileSync(`${FOLDER}/${name}.csv.gz`)).toString('utf8');
}
