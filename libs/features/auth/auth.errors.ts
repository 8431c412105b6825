import { Problem } from '../../platform/errors/problem.js';
import type { Permission } from '../../platform/access/permissions.js';

export const notAuthenticated = () =>
  new Problem(401, 'not_authenticated', 'Sign in, or send an API key as "Authorization: Bearer kin_live_…".');

export const notPermitted = (permission: Permission | undefined) =>
  new Problem(
    403,
    'not_permitted',
    `This call needs the permission ${permission ?? 'that nobody has'}, which you do not hold.`,
  );

export const notForKeys = () =>
  new Problem(
    403,
    'not_permitted',
    'An API key reaches its own project only, and this call is about the whole organization.',
  );

export const deploymentNotAllowed = () =>
  new Problem(403, 'deployment_not_allowed', 'This API key is restricted to other deployments of its project.');

export const crossSiteRequest = () =>
  new Problem(403, 'cross_site_request', 'This call came from a page of another site and was not carried out.');

export const wrongCredentials = () => new Problem(401, 'wrong_credentials', 'No account has this email and password.');

export const tooManyAttempts = (seconds: number) =>
  new Problem(429, 'too_many_attempts', `There were too many attempts. Wait ${seconds} s, then try again.`, {
    headers: { 'retry-after': String(seconds) },
  });

export const signInBusy = () =>
  new Problem(503, 'sign_in_busy', 'Too many people sign in at this moment: try again shortly.', {
    headers: { 'retry-after': '2' },
  });

export const lastOwner = (organizations: string[]) =>
  new Problem(
    409,
    'last_owner',
    `You are the only owner of ${organizations.map((name) => `"${name}"`).join(', ')}. Delete the organization first, or make another member an owner.`,
  );

export const noOrganization = () =>
  new Problem(403, 'no_organization', 'Your account belongs to no organization any more: ask to be invited to one.');
