/**
 * What a route may require, and what it lets one do. A role is a set of these; an API key's scopes are some of these. This table and the
 * next are the only ones: guards read them, `GET /v1/roles` shows them, and a test holds docs/guides/members.md to them.
 */
export const PERMISSION_MEANINGS = {
  'me:read': 'See your own account',
  'me:write': 'Make organizations, and join, choose and leave them',
  'organization:read': 'See the organization, and write to the operator',
  'organization:write': 'Rename, export, delete and hand over the organization, and make owners',
  'members:read': 'See members, invitations and roles',
  'members:write': 'Invite, change and remove members other than owners',
  'project:read': 'See projects, data sets, models, deployments, keys and webhooks',
  'project:write': 'Change projects, data sets, models and deployments, train, and export and erase end users',
  'deployments:call': 'Call deployments',
  'events:write': 'Send events: what end users did',
  'end-users:read': 'See what end users did',
  'api-keys:write': 'Make, rotate and revoke API keys',
  'webhooks:write': 'Change webhook endpoints',
  'usage:read': 'See usage, limits and the request log',
  'limits:write': 'Change limits',
  'billing:read': 'See plans and invoices',
  'billing:write': 'Choose a plan and pay',
  'audit:read': 'Read, export and verify the audit log',
  operator: 'Run the platform, above all organizations',
} as const;

export type Permission = keyof typeof PERMISSION_MEANINGS;

export const PERMISSIONS = Object.keys(PERMISSION_MEANINGS) as [Permission, ...Permission[]];

/** What whoever is logged in may do, member of an organization or not. */
const PERSON: Permission[] = ['me:read', 'me:write'];
const MEMBER: Permission[] = [...PERSON, 'organization:read', 'members:read'];
const VIEWER: Permission[] = [...MEMBER, 'project:read', 'deployments:call', 'end-users:read', 'usage:read'];
const DEVELOPER: Permission[] = [...VIEWER, 'events:write', 'project:write', 'api-keys:write', 'webhooks:write'];
const BILLING: Permission[] = [...MEMBER, 'usage:read', 'limits:write', 'billing:read', 'billing:write'];

export const ROLE_PERMISSIONS = {
  owner: [
    'organization:write',
    'members:write',
    ...DEVELOPER,
    'limits:write',
    'billing:read',
    'billing:write',
    'audit:read',
  ],
  admin: ['members:write', ...DEVELOPER, 'limits:write', 'billing:read', 'audit:read'],
  developer: DEVELOPER,
  billing: BILLING,
  viewer: VIEWER,
} satisfies Record<string, Permission[]>;

export type Role = keyof typeof ROLE_PERMISSIONS;

export const ROLES = Object.keys(ROLE_PERMISSIONS) as [Role, ...Role[]];

/**
 * What a person may do.
 *
 * @param role null of whoever acts in no organization, as operators do, who belong to none and cannot
 */
export function permissionsOf(role: Role | null, isOperator: boolean): Permission[] {
  if (isOperator) return ['me:read', 'operator'];
  return role ? ROLE_PERMISSIONS[role] : PERSON;
}

/**
 * What an operator who acts in somebody's organization may not do there, whatever the role lets them; nor may they export or delete
 * anything, nor change an account.
 */
export const REFUSED_TO_IMPERSONATION: readonly Permission[] = [
  'me:write',
  'organization:write',
  'members:write',
  'end-users:read',
  'api-keys:write',
  'webhooks:write',
  'limits:write',
  'billing:write',
  'operator',
];

/** What its people may do while their organization is suspended, next to exporting all that it has. */
export const ALLOWED_TO_SUSPENDED: readonly Permission[] = [
  'me:read',
  'me:write',
  'organization:read',
  'members:read',
  'billing:read',
  'audit:read',
];

/** Scopes that an API key may hold: never keys, people's rows, billing or the operator's. */
export const API_KEY_SCOPES = [
  'deployments:call',
  'events:write',
  'project:read',
  'project:write',
  'usage:read',
] as const satisfies Permission[];

/** What a publishable key may do: it stands in pages for everybody to read. Of these, the routes that say `OpenToPages`. */
export const PAGE_SCOPES = ['deployments:call', 'events:write'] as const satisfies (typeof API_KEY_SCOPES)[number][];
