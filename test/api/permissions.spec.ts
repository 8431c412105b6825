import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import {
  API_KEY_SCOPES,
  type Permission,
  permissionsOf,
  type Role,
  ROLE_PERMISSIONS,
} from '../../libs/platform/access/permissions.js';
import { startApi, Tenant, type TestApi } from '../factories/api.js';
import { callersOf } from '../factories/fuzz.js';

interface Route {
  method: string;
  path: string;
  /** What the route says that it wants; nothing of those that answer anyone. */
  permission?: Permission;
}

/** Whoever adds a route to these says so here. */
const PUBLIC = new Set([
  'POST /v1/auth/signup',
  'POST /v1/auth/login',
  'POST /v1/auth/login/second-factor',
  'POST /v1/auth/passkeys/options',
  'POST /v1/auth/passkeys/login',
  'GET /v1/auth/providers',
  'POST /v1/auth/providers/{provider}/log-in',
  'GET /v1/auth/providers/{provider}/callback',
  'POST /v1/auth/single-sign-on',
  'GET /v1/auth/single-sign-on/{organizationId}/callback',
  'POST /v1/auth/logout',
  'POST /v1/invitations/preview',
  'POST /v1/invitations/signup',
  'POST /v1/auth/verifications',
  'POST /v1/auth/email-changes',
  'POST /v1/auth/password-resets',
  'PUT /v1/auth/password',
  'POST /v1/leaked-keys/github',
  'GET /v1/mailbox',
  'GET /v1/mailbox/{mailId}',
  'GET /v1/mailbox/{mailId}/html',
  'GET /v1/legal-documents/{document}',
  'GET /v1/announcements',
  'GET /v1/price-list',
  'POST /v1/price-estimates',
  'GET /v1/showcase',
  'POST /v1/showcase/recommendations',
  'GET /livez',
  'GET /v1/status',
  'GET /readyz',
  'GET /metrics',
]);
/** Routes that name no project and yet answer keys. */
const OPEN_TO_KEYS = new Set(['GET /v1/families', 'GET /v1/usage', 'GET /v1/usage.csv', 'GET /v1/meters']);
/** Routes of a project that no key may call, whatever its scopes. */
const FOR_PEOPLE = new Set(['POST /v1/projects/{projectId}/models/{modelId}/versions/{modelVersionId}/{operation}']);
/** What deployments are called by. */
const CALLS = 'POST /v1/deployments/{deploymentId}/';

const { paths } = JSON.parse(readFileSync('openapi.json', 'utf8')) as {
  paths: Record<string, Record<string, { responses: Record<string, { description: string }> }>>;
};
const ROUTES: Route[] = Object.entries(paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, { responses }]) => ({
    method: method.toUpperCase(),
    path,
    permission: /lacks (\S+)$/.exec(responses['403']?.description ?? '')?.[1] as Permission | undefined,
  })),
);

let api: TestApi;
beforeAll(async () => {
  // Nothing listens where Stripe would be.
  api = await startApi({ STRIPE_API_URL: 'http://127.0.0.1:9' });
});
afterAll(() => api.close());

it('S9: no route answers without asking who calls but those that are meant to', async () => {
  const open = ROUTES.filter(({ permission }) => !permission).map(({ method, path }) => `${method} ${path}`);
  expect(open.filter((route) => !PUBLIC.has(route))).toEqual([]);
  for (const route of ROUTES.filter(({ permission }) => permission)) {
    const { status } = await call(route, {}, crypto.randomUUID());
    expect(status, `${route.method} ${route.path}`).toBe(401);
  }
});

it('S9: each route refuses exactly the roles and keys that lack its permission', async () => {
  const callers = await callersOf(api);
  const owner = await Tenant.signUp(api);
  const projectId = await owner.createProject();
  // Each of an organization of its own, whose calls a second are bounded.
  const keys = await Promise.all(
    API_KEY_SCOPES.map(async (scope) => {
      const tenant = await Tenant.signUp(api);
      const project = await tenant.createProject();
      return { projectId: project, ...(await tenant.createKey(project, [scope])) };
    }),
  );
  const roles = Object.keys(ROLE_PERMISSIONS) as Role[];
  const people = callers
    .filter(({ who }) => who === 'operator' || roles.includes(who as Role))
    .map(({ who, headers }) => ({
      who,
      headers,
      projectId,
      isKey: false,
      held: who === 'operator' ? permissionsOf(null, true) : permissionsOf(who as Role, false),
    }));
  expect(people).toHaveLength(roles.length + 1);
  const programs = keys.map(({ key, projectId: own }, i) => ({
    who: `a key with ${API_KEY_SCOPES[i]}`,
    projectId: own,
    headers: { authorization: `Bearer ${key}` },
    isKey: true,
    held: [API_KEY_SCOPES[i]!] as Permission[],
  }));
  const wrong: string[] = [];
  // Whoever has left is nobody there any more, and an operator without a second factor may do nothing.
  const leaving = ROUTES.filter(
    ({ method, path }) =>
      path === '/v1/me/membership' || (method === 'DELETE' && ['/v1/me', '/v1/me/totp'].includes(path)),
  ).toSorted((a, b) => b.path.length - a.path.length);
  const asked = [...ROUTES.filter((route) => !leaving.includes(route)), ...leaving];
  for (const route of asked.filter(({ permission }) => permission)) {
    await Promise.all(
      [...people, ...programs].map(async ({ who, headers, projectId: theirs, isKey, held }) => {
        const name = `${route.method} ${route.path}`;
        const reachesKeys = route.path.includes('{projectId}') || OPEN_TO_KEYS.has(name) || name.startsWith(CALLS);
        const isForKeys = reachesKeys && !FOR_PEOPLE.has(name);
        const isAllowed = held.includes(route.permission!) && (!isKey || isForKeys);
        const { status, code } = await call(route, headers, theirs);
        const isRefused = status === 403 && code === 'not_permitted';
        if (isRefused === isAllowed || status === 401)
          wrong.push(`${route.method} ${route.path} as ${who}: ${status} ${code}`);
      }),
    );
  }
  expect(wrong).toEqual([]);
});

/** The route with ids that no row has, but for the project's: what is refused is so before anything is looked up. */
async function call({ method, path }: Route, headers: Record<string, string>, projectId: string) {
  // The project itself is not deleted in mid-walk.
  const known =
    path === '/v1/projects/{projectId}' && method === 'DELETE' ? path : path.replace('{projectId}', projectId);
  const url = api.url + known.replace(/\{\w+\}/g, () => crypto.randomUUID());
  const hasBody = ['POST', 'PUT', 'PATCH'].includes(method);
  const response = await fetch(url, {
    method,
    headers: { ...headers, ...(hasBody && { 'content-type': 'application/json' }) },
    ...(hasBody && { body: '{"unknown":true}' }),
  });
  const isProblem = response.headers.get('content-type')?.startsWith('application/problem+json');
  // Of HEAD there is no body.
  const codes: Record<number, string> = { 401: 'not_authenticated', 403: 'not_permitted' };
  if (method === 'HEAD') return { status: response.status, code: codes[response.status] ?? '' };
  const { code } = isProblem ? ((await response.json()) as { code: string }) : { code: '' };
  if (!isProblem) await response.body?.cancel();
  return { status: response.status, code };
}
