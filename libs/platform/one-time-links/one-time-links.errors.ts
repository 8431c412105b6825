import { Problem } from '../errors/problem.js';

export const linkInvalid = () =>
  new Problem(
    400,
    'link_invalid',
    'This link is not complete, or is for something else. Open it from the mail once more, or ask for a new one.',
  );

export const linkUsed = () =>
  new Problem(410, 'link_used', 'This link was already used: it opens once. Ask for a new one if you still need it.');

export const linkExpired = () =>
  new Problem(
    410,
    'link_expired',
    'This link has expired, or a newer one was sent. Use the newest, or ask for another one.',
  );
