import { Problem } from '../../../platform/errors/problem.js';

export const visitExpired = () =>
  new Problem(
    410,
    'log_in_expired',
    'This log-in was finished, took longer than 10 minutes, or was begun in another browser. Begin again.',
  );

export const addressUnverified = () =>
  new Problem(
    403,
    'provider_email_unverified',
    'The provider does not say that your address there is verified. Verify it there, then begin again.',
  );

export const accountExists = () =>
  new Problem(
    409,
    'account_not_connected',
    'An account has this address. Log in to it as you did before, then connect the provider under Account, Security.',
  );

export const accountUnverified = () =>
  new Problem(
    409,
    'account_unverified',
    'An account has your address, and nobody has shown yet that it is theirs. Choose a new password by mail, which shows it; then begin again.',
  );

export const otherDomain = () =>
  new Problem(
    403,
    'address_of_other_domain',
    "Your address at the provider, or that of your account, is not of the organization's domains. Log in otherwise, or ask an owner.",
  );

export const takenOut = () =>
  new Problem(
    403,
    'taken_out_by_directory',
    "The organization's directory has taken you out of it. Ask whoever runs the directory to assign you again.",
  );

export const identityTaken = () =>
  new Problem(
    409,
    'identity_taken',
    'Another account is connected with this person at the provider. Disconnect it there first.',
  );
