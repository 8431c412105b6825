import pg from 'pg';
import { ApiSession } from '../../apps/launcher/journey/api-session.js';
import { makeOperator } from '../../apps/launcher/make-operator.js';
import type { SecretsFile } from '../../apps/launcher/secrets-file.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { Database } from '../../libs/platform/database/database.js';
import { demos } from './families.js';
import type { DemoCall } from './family-demo.js';
import { organizationOf, showToVisitors } from './showcase.js';

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
export async function seedDemo(
  apiUrl: string,
  { ownerUrl, appUrl, secret }: { ownerUrl: string; appUrl: string; secret: string },
  secretsFile: SecretsFile,
): Promise<Demo> {
  const { secrets } = secretsFile;
  const api = new ApiSession(apiUrl);
  await api.signIn(DEMO_EMAIL, secrets.demoPassword, 'Demo Films');
  const calls: Demo['calls'] = [];
  for (const { project: name, plant } of Object.values(demos)) {
    const project = await api.findOrCreate('/v1/projects', name, {});
    const inProject = `/v1/projects/${project.id}`;
    calls.push({ ...(await plant(api, inProject)), apiKey: await keyOf(api, inProject, name, secretsFile) });
  }
  // The demo's films serve as what visitors try; another installation makes its own by `npm run showcase`.
  const shown = calls.find(({ operation }) => operation === 'recommendations');
  if (shown) await showToVisitors(appUrl, await organizationOf(api), shown.deploymentId);
  await verifyDemo(ownerUrl);
  await seedOperator(apiUrl, ownerUrl, secret, secrets.operatorPassword);
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

/** As `npm run create-operator` does, and then by the link that it prints. */
async function seedOperator(apiUrl: string, ownerUrl: string, secret: string, password: string): Promise<void> {
  if (await new ApiSession(apiUrl).logIn(OPERATOR_EMAIL, password)) return;
  const config = readConfig({ DATABASE_URL: ownerUrl, KINDRED_SECRET: secret });
  const database = new Database(config);
  try {
    const token = await makeOperator(database, config, OPERATOR_EMAIL);
    await new ApiSession(apiUrl).put('/v1/auth/password', { token, password });
  } finally {
    await database.onApplicationShutdown();
  }
}

/** Nobody reads the demo's mail. */
async function verifyDemo(ownerUrl: string): Promise<void> {
  const owner = new pg.Client({ connectionString: ownerUrl });
  await owner.connect();
  try {
    await owner.query('UPDATE users SET email_verified_at = now() WHERE email = $1 AND email_verified_at IS NULL', [
      DEMO_EMAIL,
    ]);
  } finally {
    await owner.end();
  }
}
