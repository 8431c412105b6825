import { Problem } from '../../platform/errors/problem.js';

export const alreadyInvited = () =>
  new Problem(
    409,
    'already_invited',
    'This address has an invitation that is open. Send it again, or revoke it before you invite with another role.',
  );

export const tooManyInvitations = (most: number) =>
  new Problem(
    409,
    'too_many_invitations',
    `An organization may have at most ${most} open invitations. Revoke some that nobody needs any more.`,
  );

export const invitationEnded = () =>
  new Problem(
    409,
    'invitation_ended',
    'This invitation was accepted or revoked, so that nothing is left to send or to revoke. Invite the address anew.',
  );

export const invitationRevoked = () =>
  new Problem(410, 'invitation_revoked', 'This invitation was taken back. Ask whoever invited you for a new one.');

export const otherAddress = (email: string) =>
  new Problem(
    403,
    'invitation_for_another',
    `This invitation is for another address than ${email}, which you are logged in with. Log in with the address that it was sent to.`,
  );

export const accountExists = () =>
  new Problem(409, 'account_exists', 'This address has an account already. Log in to it, then accept the invitation.');
