import { readFileSync } from 'node:fs';
import { gunzipSync } from 'node:zlib';
import pg from 'pg';
import type { SecretsFile } from '../../infra/bootstrap/secrets-file.js';
import { ApiSession } from '../../infra/journey/api-session.js';

const DEMO_EMAIL = 'demo@kindred.example';
const OPERATOR_EMAIL = 'operator@kindred.example';
const FOLDER = 'prisma/seed/movietweetings';

export interface Demo {
  email: string;
  operatorEmail: string;
  deploymentId: string;
  apiKey: string;
  /** A user whom the model knows. */
  userId: string;
}

/**
 * Makes the demo: an organization with a project, the films of MovieTweetings, a trained and deployed model and a key,
 * and an operator. It goes through the public API as a customer would. Each step looks for its result first, so a start
 * that was killed half-way is continued by the next.
 */
export async function seedDemo(apiUrl: string, ownerUrl: string, secretsFile: SecretsFile): Promise<Demo> {
  const { secrets } = secretsFile;
  const api = new ApiSession(apiUrl);
  await api.signIn(DEMO_EMAIL, secrets.demoPassword, 'Demo Films');
  const project = await api.findOrCreate('/v1/projects', 'Films', {});
  const inProject = `/v1/projects/${project.id}`;
  const interactions = await api.findOrCreate(`${inProject}/data-sets`, 'Ratings', { kind: 'interactions' });
  const items = await api.findOrCreate(`${inProject}/data-sets`, 'Films', { kind: 'items' });
  if (!interactions['currentImport']) await api.upload(`${inProject}/data-sets/${interactions.id}`, ratingsCsv());
  if (!items['currentImport']) await api.upload(`${inProject}/data-sets/${items.id}`, filmsCsv());
  const sources = { interactions: interactions.id, items: items.id };
  const model = await api.findOrCreate(`${inProject}/models`, 'Films for you', { recipe: 'ials', sources });
  const modelVersionId = await trainedVersion(api, inProject, model.id);
  const deployment = await api.findOrCreate(`${inProject}/deployments`, 'Home page', { modelVersionId });
  if (!secrets.demoApiKey) {
    const { key } = await api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Demo key' });
    secrets.demoApiKey = key;
    secretsFile.save();
  }
  await makeOperator(apiUrl, ownerUrl, secrets.operatorPassword);
  return {
    email: DEMO_EMAIL,
    operatorEmail: OPERATOR_EMAIL,
    deploymentId: deployment.id,
    apiKey: secrets.demoApiKey,
    userId: '8',
  };
}

async function trainedVersion(api: ApiSession, inProject: string, modelId: string): Promise<string> {
  const { data: versions } = await api.get<{ data: { id: string }[] }>(
    `${inProject}/models/${modelId}/versions?limit=1`,
  );
  if (versions[0]) return versions[0].id;
  console.log('Training the demo model…');
  const job = await api.train(inProject, modelId);
  return job.modelVersionIds[0]!;
}

/** No route makes an operator: whoever can write to the database decides who is one. */
async function makeOperator(apiUrl: string, ownerUrl: string, password: string): Promise<void> {
  await new ApiSession(apiUrl).signIn(OPERATOR_EMAIL, password, 'Kindred');
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query('UPDATE users SET is_operator = true WHERE email = $1 AND NOT is_operator', [OPERATOR_EMAIL]);
  } finally {
    await owner.end();
  }
}

function ratingsCsv(): string {
  const rows = readRows('ratings.dat.gz').map((fields) => fields.join(','));
  return ['user_id,item_id,rating,timestamp', ...rows].join('\n');
}

function filmsCsv(): string {
  const rows = readRows('movies.dat.gz').map(([id, title, genres]) =>
    [id, quote(title!), quote(genres!.replaceAll('|', ', '))].join(','),
  );
  return ['item_id,title,genres', ...rows].join('\n');
}

function readRows(name: string): string[][] {
  const text = gunzipSync(readFileSync(`${FOLDER}/${name}`)).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line) => line.split('::'));
}

function quote(text: string): string {
  return `"${text.replaceAll('"', '""')}"`;
}
