import { BOUNDS } from '../../platform/bounds.js';
import { Problem } from '../../platform/errors/problem.js';

/** Of an anonymous visitor: no user of a customer's has an id that begins so. */
export const ANONYMOUS = 'anon:';

export const tooManyUserTokenSecrets = (most: number) =>
  new Problem(
    409,
    'too_many_user_token_secrets',
    `A project has at most ${most} secrets that sign user tokens, so that one can be put in the other's place. Revoke one first.`,
  );

const FAULTS = {
  malformed: 'This Kindred-User-Token is no JWT that is signed by HMAC-SHA-256: its header says "alg": "HS256".',
  signature:
    'This Kindred-User-Token is signed with none of the signing secrets of this project. Ask your server for another.',
  expired: 'This Kindred-User-Token has expired. Ask your server for another.',
  lifetime: `The exp of this Kindred-User-Token is more than ${BOUNDS.userTokenMinutes.most} minutes ahead. Let your server sign for a shorter time.`,
  audience: 'The aud of this Kindred-User-Token is not the id of this project.',
  claims: 'This Kindred-User-Token lacks sub, the id of the user as text, or exp, Unix seconds.',
} as const;

export type UserTokenFault = keyof typeof FAULTS;

/** What a user token lacks to say who uses a page. */
export const invalidUserToken = (fault: UserTokenFault) => new Problem(401, 'invalid_user_token', FAULTS[fault]);

export const userTokenRequired = () =>
  new Problem(
    403,
    'user_token_required',
    'A page names a user by a Kindred-User-Token that your server signs. Send one, ask with "personalized": false, or name an anonymous visitor, whose userId begins with "anon:".',
  );

export const otherUser = () =>
  new Problem(
    403,
    'other_user',
    'The Kindred-User-Token is of another user than the userId of this call. Leave userId out, or send the token of that user.',
  );
