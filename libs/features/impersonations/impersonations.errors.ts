import { Problem } from '../../platform/errors/problem.js';

export const notImpersonating = () =>
  new Problem(409, 'not_impersonating', 'You act as yourself, so there is nothing to end.');

export const impersonationEnded = () =>
  new Problem(409, 'impersonation_ended', 'It has ended already, so there is nothing left to end.');
