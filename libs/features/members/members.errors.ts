import { Problem } from '../../platform/errors/problem.js';

export const onlyOwner = () =>
  new Problem(
    409,
    'last_owner',
    'The organization would be left without an owner, so nothing was changed. Make another member an owner first.',
  );

export const forOwners = () =>
  new Problem(
    403,
    'not_permitted',
    'Only an owner may make somebody an owner, or change or remove one. Ask an owner to do it.',
  );

export const alreadyMember = () =>
  new Problem(409, 'already_member', 'This person is a member already. Change their role on the Members page instead.');

export const tooManyMemberships = (most: number) =>
  new Problem(
    409,
    'too_many_organizations',
    `A person may be a member of at most ${most} organizations. Leave one of them first.`,
  );

export const operatorApart = () =>
  new Problem(
    409,
    'operator_apart',
    "An operator's account belongs to no organization. Use an account of your own to work in one.",
  );
