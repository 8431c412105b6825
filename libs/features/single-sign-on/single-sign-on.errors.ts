import { notFound, Problem } from '../../platform/errors/problem.js';

export const notSet = () =>
  new Problem(409, 'single_sign_on_not_set', 'Single sign-on has no provider yet. Set its issuer and client first.');

export const secretMissing = () =>
  new Problem(400, 'invalid_request', 'clientSecret: is needed with another issuer or client', {
    errors: [{ path: 'clientSecret', message: 'is needed with another issuer or client' }],
  });

export const isEnforced = () =>
  new Problem(
    409,
    'single_sign_on_enforced',
    'People log in by this provider alone at the moment, so it stays as it is. Stop enforcing single sign-on first.',
  );

export const notTested = () =>
  new Problem(
    409,
    'single_sign_on_not_tested',
    'Nobody has come back from this provider yet. Make a test log-in, so that nobody is locked out.',
  );

export const noVerifiedDomain = () =>
  new Problem(
    409,
    'no_verified_domain',
    'The organization has shown of no domain that it is its own. Add one, and its record to DNS, first.',
  );

export const tooManyDomains = (most: number) =>
  new Problem(409, 'too_many_domains', `An organization has at most ${most} domains. Remove one first.`);

export const domainTaken = (domain: string) =>
  new Problem(
    409,
    'domain_taken',
    `${domain} is another organization's. Remove it there, or ask the operator, if it is yours.`,
  );

export const recordMissing = (name: string, value: string) =>
  new Problem(
    409,
    'record_missing',
    `DNS has no TXT record ${name} that says ${value}. Add it, wait until your DNS server shows it, then try again.`,
  );

export const domainNotFound = (domain: string) => notFound('domain', domain.slice(0, 253));

export const singleSignOnRequired = () =>
  new Problem(
    403,
    'single_sign_on_required',
    'The organization of this address logs in by single sign-on alone. Choose "Log in with single sign-on".',
  );

export const noSingleSignOn = () =>
  new Problem(
    404,
    'no_single_sign_on',
    'No organization logs in with addresses of this domain by single sign-on. Check the address, or log in otherwise.',
  );
