import { Problem } from '../../platform/errors/problem.js';

export const wrongName = () =>
  new Problem(
    409,
    'wrong_name',
    'That is not the name of your organization, so nothing was changed. Enter the name exactly as it is.',
  );

export const tooManyOrganizations = (most: number) =>
  new Problem(
    409,
    'too_many_organizations',
    `A person may own at most ${most} organizations. Delete one, or hand it over, before you make another.`,
  );

export const notDeleting = () =>
  new Problem(409, 'not_being_deleted', 'Your organization is not going to be deleted, so there is nothing to cancel.');

export const alreadySuspended = () =>
  new Problem(
    409,
    'already_suspended',
    'This organization is suspended already. Restore it first to give another reason.',
  );

export const notSuspended = () =>
  new Problem(409, 'not_suspended', 'This organization is not suspended, so there is nothing to restore.');
