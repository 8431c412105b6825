import pg from 'pg';
import { ApiSession } from '../../apps/launcher/journey/api-session.js';
import type { SecretsFile } from '../../apps/launcher/secrets-file.js';
import { demos } from './families.js';
import type { DemoCall } from './family-demo.js';

const DEMO_EMAIL = 'demo@kindred.example';
const OPERATOR_EMAIL = 'operator@kindred.example';

export interface Demo {
  email: string;
  operatorEmail: string;
  apiKey: string;
  /** One for each family. */
  calls: DemoCall[];
}

/**
 * Makes the demo: an organization with a project, a trained and deployed model of each family and a key, and an operator. It goes
 * through the public API as a customer would. Each step looks for its result first, so a start that was killed half-way is
 * continued by the next.
 */
export async function seedDemo(apiUrl: string, ownerUrl: string, secretsFile: SecretsFile): Promise<Demo> {
  const { secrets } = secretsFile;
  const api = new ApiSession(apiUrl);
  await api.signIn(DEMO_EMAIL, secrets.demoPassword, 'Demo Films');
  const project = await api.findOrCreate('/v1/projects', 'Films', {});
  const inProject = `/v1/projects/${project.id}`;
  const calls: DemoCall[] = [];
  for (const plant of Object.values(demos)) calls.push(await plant(api, inProject));
  if (!secrets.demoApiKey) {
    const { key } = await api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Demo key' });
    secrets.demoApiKey = key;
    secretsFile.save();
  }
  await makeOperator(apiUrl, ownerUrl, secrets.operatorPassword);
  return { email: DEMO_EMAIL, operatorEmail: OPERATOR_EMAIL, apiKey: secrets.demoApiKey, calls };
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
