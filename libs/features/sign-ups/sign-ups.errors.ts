import { Problem } from '../../platform/errors/problem.js';

export const emailNotVerified = () =>
  new Problem(
    403,
    'email_not_verified',
    'Before the first training on the Free plan, the address of an owner must be confirmed: open the link of the mail that you were sent, or have it sent again on the page of your account.',
  );

export const proofRequired = () =>
  new Problem(
    403,
    'proof_of_work_required',
    'Before the first training your browser solves a small puzzle, which keeps scripts out: open the dashboard, and try again in a minute. Programs answer GET /v1/organization/training-clearance.',
  );

export const trainingNotReleased = () =>
  new Problem(
    403,
    'training_not_released',
    'Your sign-up looks like one of many that a program made, so somebody has to look at it before you train. Write to us by "Help" in the dashboard, or POST /v1/support-messages: a line about what you want to do is enough. On a paid plan you train at once.',
  );

export const wrongProof = () =>
  new Problem(
    422,
    'wrong_proof',
    'This does not solve the challenge, or the challenge is too old or another organization’s: get a new one.',
  );

export const alreadyProved = () =>
  new Problem(409, 'already_proved', 'The proof of work of this organization is done already: nothing is left to do.');
