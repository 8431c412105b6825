import { Problem } from '../../platform/errors/problem.js';

export const wrongName = () =>
  new Problem(
    409,
    'wrong_name',
    'That is not the name of your organization, so nothing was changed. Enter the name exactly as it is.',
  );

export const notDeleting = () =>
  new Problem(409, 'not_being_deleted', 'Your organization is not going to be deleted, so there is nothing to cancel.');
