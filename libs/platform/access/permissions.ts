/** What a route may require. A role is a set of these; an API key's scopes are some of these. */
export const PERMISSIONS = [
  'me:read',
  'organization:write',
  'project:read',
  'project:write',
  'deployments:call',
  'api-keys:write',
  'webhooks:write',
  'usage:read',
  'limits:write',
  'billing:read',
  'billing:write',
  'operator',
] as const;

export type Permission = (typeof PERMISSIONS)[number];

const VIEWER: Permission[] = ['me:read', 'project:read', 'deployments:call', 'usage:read'];
const DEVELOPER: Permission[] = [...VIEWER, 'project:write', 'api-keys:write', 'webhooks:write'];
const BILLING: Permission[] = ['me:read', 'usage:read', 'limits:write', 'billing:read', 'billing:write'];

export const ROLE_PERMISSIONS = {
  owner: ['organization:write', ...DEVELOPER, 'limits:write', 'billing:read', 'billing:write'],
  admin: [...DEVELOPER, 'limits:write', 'billing:read'],
  developer: DEVELOPER,
  billing: BILLING,
  viewer: VIEWER,
} satisfies Record<string, Permission[]>;

export type Role = keyof typeof ROLE_PERMISSIONS;

/** What a person may do: their role in the organization, and the platform's operators the operator's routes too. */
export function permissionsOf(role: Role, isOperator: boolean): Permission[] {
  return isOperator ? [...ROLE_PERMISSIONS[role], 'operator'] : ROLE_PERMISSIONS[role];
}

/** Scopes that an API key may hold: never keys, billing or the operator's. */
export const API_KEY_SCOPES = [
  'deployments:call',
  'project:read',
  'project:write',
  'usage:read',
] as const satisfies Permission[];
