import { client } from '../../../../libs/client/client.gen';
import { toProblemError } from './problem';
import { fetchWithStepUp } from './step-up';

export * from '../../../../libs/client/index';

// Relative addresses: the dashboard and the API share an origin, and the session is a cookie of it.
client.setConfig({ baseUrl: '', throwOnError: true, fetch: fetchWithStepUp });

/** What a person does above their organizations; every other call acts in one. */
const ABOVE_ORGANIZATIONS = /^\/v1\/(me|me\/organization|organizations|auth\/.*|invitations\/.*)$/;

/**
 * Calls name the organization that the page shows, so that a page of before acts in no other one that was chosen elsewhere meanwhile.
 *
 * @param idOf of the organization; undefined where none is shown
 */
export function actIn(idOf: () => string | undefined): void {
  client.interceptors.request.use((request) => {
    const id = idOf();
    if (id && !ABOVE_ORGANIZATIONS.test(new URL(request.url).pathname)) request.headers.set('Kindred-Organization', id);
    return request;
  });
}

client.interceptors.error.use((error, response, request) => toProblemError(error, response, request));

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
 * Asks a deployment, or another version of its model than the live one. Operations stand in `GET /v1/families`, so a new one needs no call of its own.
 *
 * @throws ProblemError as {@link unwrap} does
 */
export const callDeployment = (
  deploymentId: string,
  operation: string,
  body: Record<string, unknown>,
  modelVersionId?: string,
) =>
  unwrap<unknown>(
    client.post({
      url: '/v1/deployments/{deploymentId}/{operation}',
      path: { deploymentId, operation },
      ...(modelVersionId && { query: { modelVersionId } }),
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
