import { Problem } from '../../platform/errors/problem.js';

export const wrongName = () =>
  new Problem(
    409,
    'wrong_name',
    'That is not the name of your organization. Nothing was changed; write it as it stands.',
  );

export const notDeleting = () => new Problem(409, 'not_being_deleted', 'Your organization is not to be deleted.');
