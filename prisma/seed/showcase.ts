import pg from 'pg';
import { ApiSession } from '../../apps/launcher/journey/api-session.js';
import { recommender } from './families/recommender.js';

const EMAIL = 'showcase@kindred.example';

/**
 * Makes what visitors may try: an organization of its own with the sample films, trained and deployed. It goes through the public API, and
 * what is there already is left as it is.
 */
export async function makeShowcase(apiUrl: string, appUrl: string, password: string): Promise<void> {
  const api = new ApiSession(apiUrl);
  await api.signIn(EMAIL, password, 'Showcase');
  const { id } = await api.findOrCreate('/v1/projects', recommender.project, {});
  const { deploymentId } = await recommender.plant(api, `/v1/projects/${id}`);
  await showToVisitors(appUrl, await organizationOf(api), deploymentId);
}

export async function organizationOf(api: ApiSession): Promise<string> {
  return (await api.get<{ organization: { id: string } }>('/v1/me')).organization.id;
}

/** No route chooses it, so that nobody shows a customer's data by mistake: whoever can write to the database decides. */
export async function showToVisitors(appUrl: string, tenantId: string, deploymentId: string): Promise<void> {
  const client = new pg.Client({ connectionString: appUrl });
  await client.connect();
  try {
    await client.query('BEGIN');
    await client.query('SET LOCAL ROLE kindred_system');
    await client.query('DELETE FROM showcases');
    await client.query('INSERT INTO showcases (tenant_id, deployment_id) VALUES ($1, $2)', [tenantId, deploymentId]);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }
}
