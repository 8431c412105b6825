import { Problem } from '../../platform/errors/problem.js';

const fieldOf = (path: string, message: string) => ({ errors: [{ path, message }] });

export const otherCurrencyThanOrganization = (currency: string, ofOrganization: string) =>
  new Problem(
    400,
    'invalid_request',
    `The organization pays in ${ofOrganization}, and the amount is in ${currency}. Name the amount in the currency of the organization.`,
    fieldOf('currency', 'must be the currency of the organization'),
  );

export const expiresTooEarly = () =>
  new Problem(
    400,
    'invalid_request',
    'The credit would have expired already. Name a time to come, or none where it does not expire.',
    fieldOf('expiresAt', 'must be in the future'),
  );

export const monthlyMaxTooLow = () =>
  new Problem(
    400,
    'invalid_request',
    'The most of a month is less than what is bought at a time, so that nothing would be bought. Raise it, or lower the amount.',
    fieldOf('monthlyMax', 'must be at least the amount'),
  );

export const grantDecided = (status: string) =>
  new Problem(409, 'credit_grant_decided', `The credit grant is ${status} already, so nothing was changed.`);

export const grantProposalExpired = () =>
  new Problem(
    409,
    'credit_grant_expired',
    'The proposal waited for more than seven days, or what it grants has expired, so that it cannot be confirmed any more. Propose it again.',
  );

export const ownGrantProposal = () =>
  new Problem(
    403,
    'second_person_required',
    'You proposed it, and so much takes a second person. Ask another operator to confirm it.',
  );

export const chargeDisputed = () =>
  new Problem(
    409,
    'charge_disputed',
    'A charge of your card is disputed at your bank, so that nothing is bought automatically until it has decided. Withdraw the dispute there, or wait for the decision, then try again.',
  );

export const purchaseRefused = () =>
  new Problem(
    409,
    'purchase_refused',
    'Stripe refused the purchase, and nothing was charged. Choose another amount, or ask support.',
  );

export const purchaseUnderWay = () =>
  new Problem(
    409,
    'purchase_under_way',
    'Another purchase of credits is under way just now. Look at the balance in a minute, and try again if you still want to.',
  );

export const otherCurrencyThanCheckout = (currency: string, ofCheckout: string) =>
  new Problem(
    409,
    'other_currency',
    `A Checkout in ${ofCheckout} was opened for the organization, whose plan credits in ${currency} could not pay for. Take them in its currency, or open a Checkout in the other one on the page Billing, which closes it.`,
  );
