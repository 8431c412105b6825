import { Problem } from '../../platform/errors/problem.js';

const invalid = (path: string, message: string, detail: string) =>
  new Problem(400, 'invalid_request', detail, { errors: [{ path, message }] });

export const validInThePast = () =>
  invalid(
    'validFrom',
    'must be in the future, or null',
    'The price would be on offer since a time that has passed. Leave it out for a price that is on offer once it is confirmed.',
  );

export const movesTooSoon = () =>
  invalid(
    'movesAt',
    'must be at least thirty days ahead, and not before validFrom',
    'Present subscribers are told at least thirty days before, and never go on with a price that is not on offer yet. Choose a later date.',
  );

export const feeOfFree = () =>
  invalid('draft.monthlyFee', 'must be 0', 'Nobody is charged for the plan Free: its fee and its minimum are 0.');

export const planWithoutFee = (plan: string) =>
  invalid(
    'draft.monthlyFee',
    'must be more than 0',
    `The plan ${plan} is bought by a subscription, which takes a monthly fee of more than 0.`,
  );

export const doesNotReproduce = (count: number) =>
  new Problem(
    409,
    'simulation_does_not_reproduce',
    `Rated by the price that they had, ${count} billing periods do not come to what was billed, so what the draft would make of them is not certain. Look into them, or say that you accept it.`,
  );

export const publicationUnderWay = (id: string) =>
  new Problem(
    409,
    'price_publication_under_way',
    `Another price of the plan in the currency waits for its confirmation or its date: ${id}. Decline or withdraw it first.`,
  );

export const decidedAlready = (status: string) =>
  new Problem(409, 'price_publication_decided', `The price is ${status} already, so nothing was changed.`);

export const proposalExpired = () =>
  new Problem(
    409,
    'price_publication_expired',
    'The proposal waited for more than seven days, or its date is less than thirty days away by now. Propose it again.',
  );

export const ownProposal = () =>
  new Problem(
    403,
    'second_operator_required',
    'You proposed it, and a price for everybody takes a second person. Ask another operator to confirm it.',
  );

export const tooLateToWithdraw = () =>
  new Problem(
    409,
    'too_late_to_withdraw',
    'The price is on offer or subscribers go on with it within a day, so it cannot be withdrawn any more. Publish the price of before anew.',
  );
