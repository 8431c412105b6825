import type { Permission } from '../../platform/access/permissions.js';
import { Problem } from '../../platform/errors/problem.js';

export const notAuthenticated = () =>
  new Problem(401, 'not_authenticated', 'Sign in, or send an API key as "Authorization: Bearer kin_live_…".');

export const notPermitted = (permission: Permission | undefined) =>
  new Problem(
    403,
    'not_permitted',
    permission ? `This call needs the permission ${permission}, which you do not have.` : 'Nobody may make this call.',
  );

export const notForKeys = () =>
  new Problem(
    403,
    'not_permitted',
    'An API key can reach only its own project, and this call concerns the whole organization. Sign in to make it.',
  );

export const deploymentNotAllowed = () =>
  new Problem(
    403,
    'deployment_not_allowed',
    'This API key may call only other deployments of its project. Use a key that may call this one.',
  );

export const crossSiteRequest = () =>
  new Problem(403, 'cross_site_request', 'This call came from a page of another website, so it was refused.');

export const wrongCredentials = () => new Problem(401, 'wrong_credentials', 'No account has this email and password.');

export const tooManyAttempts = (seconds: number) =>
  new Problem(429, 'too_many_attempts', `Too many attempts. Wait ${seconds} s, then try again.`, {
    headers: { 'retry-after': String(seconds) },
  });

export const signInBusy = () =>
  new Problem(503, 'sign_in_busy', 'Too many people are signing in right now: try again in a few seconds.', {
    headers: { 'retry-after': '2' },
  });

export const lastOwner = (organizations: string[]) =>
  new Problem(
    409,
    'last_owner',
    `You are the only owner of ${organizations.map((name) => `"${name}"`).join(', ')}. Delete the organization first, or make another member an owner.`,
  );

export const noOrganization = () =>
  new Problem(403, 'no_organization', 'Your account no longer belongs to an organization: ask to be invited to one.');
