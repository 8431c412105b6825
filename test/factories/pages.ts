import type { Installation } from './installation.js';

/** One page of each kind: a short name, and its path. */
export type Pages = Record<string, string>;

/** For everyone. */
export const PUBLIC_PAGES: Pages = {
  start: '/',
  pricing: '/pricing',
  docs: '/docs',
  status: '/status',
  login: '/login',
  signup: '/signup',
  terms: '/terms',
  privacy: '/privacy',
  'data-processing': '/data-processing',
};

/** For operators. */
export const OPERATOR_PAGES: Pages = {
  'admin-organizations': '/admin/organizations',
  'admin-training-jobs': '/admin/training-jobs',
  'admin-revenue': '/admin/revenue',
  'admin-reconciliation': '/admin/reconciliation',
  'admin-overdue': '/admin/overdue',
  'admin-credit-notes': '/admin/credit-notes',
  'admin-pricing': '/admin/pricing',
  'admin-workers': '/admin/workers',
  'admin-webhooks': '/admin/webhooks',
  'admin-stripe': '/admin/stripe',
  'admin-support-messages': '/admin/support-messages',
  'admin-announcements': '/admin/announcements',
};

/** Of the demo's organization, with something on each. */
export async function demoPages(installation: Installation): Promise<Pages> {
  const cookie = await sessionOf(installation, 'Demo');
  const headers = { cookie, 'content-type': 'application/json' };
  const send = async (method: string, route: string, body: object): Promise<{ id: string }> => {
    const response = await fetch(`${installation.url}/v1/${route}`, { method, headers, body: JSON.stringify(body) });
    return (await response.json()) as { id: string };
  };
  const idsOf = async (list: string): Promise<string[]> => {
    const response = await fetch(`${installation.url}/v1/${list}`, { headers });
    return ((await response.json()) as { data: { id: string }[] }).data.map(({ id }) => id);
  };
  await send('PUT', 'limits', { scope: 'organization', resource: 'interactions_ingested', quantity: '100' });
  const endpoint = await send('POST', 'webhook-endpoints', { url: 'https://films.example/hooks' });
  await send('POST', `webhook-endpoints/${endpoint.id}/test`, {});
  await send('POST', 'organization/invitations', { email: 'colleague@films.example', role: 'developer' });
  const pages: Pages = {
    projects: '/projects',
    organization: '/organization',
    audit: '/organization/audit',
    members: '/organization/members',
    invitations: '/organization/invitations',
    roles: '/organization/roles',
    account: '/account',
    'account-security': '/account/security',
    'forgot-password': '/forgot-password',
    'reset-password': '/reset-password',
    'verify-email': '/verify-email',
    usage: '/usage',
    limits: '/limits',
    'request-log': '/request-log',
    webhooks: '/webhooks',
    'webhook-endpoint': `/webhooks/${endpoint.id}`,
    billing: '/billing',
  };
  for (const [place, id] of (await idsOf('projects')).entries()) {
    const of = (name: string) => `project-${place + 1}${name && `-${name}`}`;
    const project = `projects/${id}`;
    pages[of('')] = `/${project}`;
    for (const list of ['data-sets', 'models', 'deployments']) {
      pages[of(list)] = `/${project}/${list}`;
      for (const [number, each] of (await idsOf(`${project}/${list}`)).entries())
        pages[of(`${list}-${number + 1}`)] = `/${project}/${list}/${each}`;
    }
    pages[of('api-keys')] = `/${project}/api-keys`;
    pages[of('end-users')] = `/${project}/end-users`;
  }
  return pages;
}

/** The cookie of a session of the account that `npm start` printed. */
export async function sessionOf(installation: Installation, account: 'Demo' | 'Operator'): Promise<string> {
  const login = await fetch(`${installation.url}/v1/auth/login`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(installation.account(account)),
  });
  return login.headers.getSetCookie()[0]!.split(';', 1)[0]!;
}
