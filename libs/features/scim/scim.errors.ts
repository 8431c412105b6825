import { Problem } from '../../platform/errors/problem.js';
import { printable } from '../../platform/http/text.js';

/** As much of what somebody sent as a sentence holds. */
const short = (text: string) => printable(text).slice(0, 100);

export const wrongScimToken = () =>
  new Problem(
    401,
    'wrong_scim_token',
    'Send a token for SCIM that is not revoked as "Authorization: Bearer kin_scim_…". Owners make one on the Single sign-on page.',
  );

export const tooManyScimTokens = (most: number) =>
  new Problem(
    409,
    'too_many_scim_tokens',
    `An organization has at most ${most} tokens for SCIM, so that one can be put in the other's place. Revoke one first.`,
  );

export const invalidFilter = () =>
  new Problem(
    400,
    'invalid_filter',
    'filter: takes userName, externalId, emails.value, id or active, then eq and a value, such as userName eq "ada@shop.example".',
    { scimType: 'invalidFilter' },
  );

export const invalidPath = (path: string) =>
  new Problem(400, 'invalid_path', `path: ${short(path)} cannot be read. Name an attribute, such as name.givenName.`, {
    scimType: 'invalidPath',
  });

export const invalidValue = (attribute: string, message: string) =>
  new Problem(400, 'invalid_value', `${attribute}: ${message}`, { scimType: 'invalidValue' });

export const cannotBeRemoved = (attribute: string) =>
  new Problem(400, 'cannot_be_removed', `${attribute}: cannot be removed. Replace it instead.`, {
    scimType: 'mutability',
  });

export const addressStays = () =>
  new Problem(
    400,
    'address_stays',
    'emails: the address of an account stays as it is. Its person changes it under Account; then send the new one.',
    { scimType: 'mutability' },
  );

export const noAddress = () =>
  new Problem(400, 'invalid_value', 'emails: an email address is needed, there or as the userName.', {
    scimType: 'invalidValue',
  });

export const otherDomain = (email: string) =>
  new Problem(
    400,
    'address_of_no_own_domain',
    `emails: ${short(email)} is of no domain that this organization has verified. Verify its domain on the Single sign-on page first.`,
    { scimType: 'invalidValue' },
  );

export const userNameTaken = (userName: string) =>
  new Problem(
    409,
    'user_name_taken',
    `Somebody in this organization is ${short(userName)} already. Find and change them.`,
    {
      scimType: 'uniqueness',
    },
  );

export const alreadyKnown = (email: string) =>
  new Problem(409, 'already_known', `The person with ${short(email)} is here already. Find and change them.`, {
    scimType: 'uniqueness',
  });

export const accountNotTheirs = (email: string) =>
  new Problem(
    409,
    'account_not_theirs',
    `Nobody has shown that the account of ${short(email)} is theirs, or it is an operator's. Its person chooses a new password by mail, which shows it; then assign them again.`,
    { scimType: 'uniqueness' },
  );
