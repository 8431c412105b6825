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
  /** One for each family, with a key that may make it. */
  calls: (DemoCall & { apiKey: string })[];
}

/**
 * Makes the demo: an organization with a project for each family, which has a trained and deployed model and a key, and an operator. It goes
 * through the public API as a customer would. Each step looks for its result first, so a start that was killed half-way is
 * continued by the next.
 */
export async function seedDemo(apiUrl: string, ownerUrl: string, secretsFile: SecretsFile): Promise<Demo> {
  const { secrets } = secretsFile;
  const api = new ApiSession(apiUrl);
  await api.signIn(DEMO_EMAIL, secrets.demoPassword, 'Demo Films');
  const calls: Demo['calls'] = [];
  for (const { project: name, plant } of Object.values(demos)) {
    const project = await api.findOrCreate('/v1/projects', name, {});
    const inProject = `/v1/projects/${project.id}`;
    calls.push({ ...(await plant(api, inProject)), apiKey: await keyOf(api, inProject, name, secretsFile) });
  }
  await makeOperator(apiUrl, ownerUrl, secrets.operatorPassword);
  return { email: DEMO_EMAIL, operatorEmail: OPERATOR_EMAIL, calls };
}

/** The project's key, made once. */
async function keyOf(api: ApiSession, inProject: string, project: string, file: SecretsFile): Promise<string> {
  const keys = (file.secrets.demoApiKeys ??= {});
  if (!keys[project]) {
    keys[project] = (await api.post<{ key: string }>(`${inProject}/api-keys`, { name: 'Demo key' })).key;
    file.save();
  }
  return keys[project];
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
