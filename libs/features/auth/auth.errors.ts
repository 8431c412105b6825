import { Problem } from '../../platform/errors/problem.js';

/** By what somebody who is logged in can show that it is them. */
export type StepUpMethod = 'password' | 'totp' | 'recovery_code' | 'passkey';
import { printable } from '../../platform/http/text.js';

export const notAuthenticated = () =>
  new Problem(401, 'not_authenticated', 'Log in, or send an API key as "Authorization: Bearer kin_live_…".');

export const wrongApiKey = () =>
  new Problem(
    401,
    'wrong_api_key',
    'There is no such API key: it was mistyped, revoked, or has expired. Check it, or make a new one on the API keys page.',
  );

export const notForKeys = () =>
  new Problem(
    403,
    'not_permitted',
    'An API key can reach only its own project, and this call concerns the whole organization. Log in to make it.',
  );

export const notForPages = () =>
  new Problem(
    403,
    'not_permitted',
    'A publishable key only sends interactions and asks for recommendations. Make this call with a secret key, from a server.',
  );

export const forPeople = () =>
  new Problem(403, 'not_permitted', 'Only people who are logged in may make this call. A program calls a deployment.');

export const deploymentNotAllowed = () =>
  new Problem(
    403,
    'deployment_not_allowed',
    'This API key may call only other deployments of its project. Use a key that may call this one.',
  );

export const crossSiteRequest = () =>
  new Problem(403, 'cross_site_request', 'This call came from a page of another website, so it was refused.');

export const wrongCredentials = () => new Problem(401, 'wrong_credentials', 'No account has this email and password.');

export const stepUpRequired = (methods: readonly StepUpMethod[]) =>
  new Problem(
    403,
    'step_up_required',
    'This call asks for a recent login: confirm that it is you by POST /v1/auth/step-up, then make it again.',
    { methods },
  );

export const secondFactorRequired = (methods: readonly StepUpMethod[]) =>
  new Problem(
    401,
    'second_factor_required',
    'The password is right, and this account has a second factor: show it within five minutes.',
    { methods },
  );

export const loginExpired = () =>
  new Problem(
    401,
    'login_expired',
    'This login took longer than five minutes, or ended: log in with the password again.',
  );

export const wrongCode = () =>
  new Problem(
    401,
    'wrong_code',
    'This code is wrong, or was used already: wait for the next one, or use a recovery code.',
  );

export const passkeyRefused = () =>
  new Problem(
    401,
    'passkey_refused',
    'This passkey was not accepted, or took too long: try again, or use another way.',
  );

export const lastWayIn = () =>
  new Problem(
    409,
    'last_way_in',
    'You could not log in any more. Choose a password by mail, add a passkey, or connect a provider, first.',
  );

export const totpEnabled = () =>
  new Problem(409, 'totp_enabled', 'There is such an app already. Remove it before you set up another one.');

export const noSecondFactor = () =>
  new Problem(409, 'no_second_factor', 'Recovery codes stand in for a second factor: set one up first.');

export const signInBusy = () =>
  new Problem(503, 'sign_in_busy', 'Too many people are logging in right now: try again in a few seconds.', {
    headers: { 'retry-after': '2' },
  });

export const emailTaken = () =>
  new Problem(
    409,
    'email_taken',
    'Another account has this address by now. Use another address, or log in to that account.',
  );

export const lastOwner = (organizations: string[]) =>
  new Problem(
    409,
    'last_owner',
    `You are the only owner of ${organizations.map((name) => `"${name}"`).join(', ')}. Delete the organization first, or make another member an owner.`,
  );

export const noOrganization = () =>
  new Problem(
    403,
    'no_organization',
    'You act in no organization: you were never in one, or the one that you chose has ended or removed you. Choose another, make one, or ask to be invited to one.',
  );

/** A code of its own: what is shown of that organization is to go. */
export const notInOrganization = (id: string) =>
  new Problem(
    404,
    'organization_not_found',
    `You are a member of no organization ${printable(id).slice(0, 80)}. Check the id, or ask to be invited.`,
  );

export const refusedToImpersonation = () =>
  new Problem(
    403,
    'refused_to_impersonation',
    "An operator who acts in a customer's organization may not do this there: keys, members, billing, accounts, exports and deletion are the customer's alone.",
  );

export const secondFactorMissing = () =>
  new Problem(
    403,
    'second_factor_missing',
    'An operator needs a second factor: add one under your account, on the page Security, and this opens.',
  );
