import { client } from '../../../../libs/client/client.gen';
import { toProblemError } from './problem';

export * from '../../../../libs/client/index';

// Relative addresses: the dashboard and the API share an origin, and the session is a cookie of it.
client.setConfig({ baseUrl: '', throwOnError: true });
client.interceptors.error.use((error, response) => toProblemError(error, response));

/** Address of a route that the generated client cannot call itself, such as an upload with progress. */
export const buildUrl = client.buildUrl;

/**
 * The body of an answer.
 *
 * @throws ProblemError for every answer that is not a success, and where none came
 */
export async function unwrap<T>(answer: Promise<{ data: T | undefined }>): Promise<T> {
  const { data } = await answer;
  return data as T;
}

/**
 * Asks a deployment. Operations stand in `GET /v1/families`, so a new one needs no call of its own.
 *
 * @throws ProblemError as {@link unwrap} does
 */
export const callDeployment = (deploymentId: string, operation: string, body: Record<string, unknown>) =>
  unwrap<unknown>(
    client.post({
      url: '/v1/deployments/{deploymentId}/{operation}',
      path: { deploymentId, operation },
      body,
      headers: { 'Content-Type': 'application/json' },
    }),
  );

/** Every row of a list, page after page. */
export async function unwrapPages<T>(
  fetchPage: (cursor: string | undefined) => Promise<{ data: { data: T[]; nextCursor: string | null } | undefined }>,
): Promise<T[]> {
  const rows: T[] = [];
  let cursor: string | undefined;
  do {
    const page = await unwrap(fetchPage(cursor));
    rows.push(...page.data);
    cursor = page.nextCursor ?? undefined;
  } while (cursor);
  return rows;
}
