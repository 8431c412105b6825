import { Problem } from '../../platform/errors/problem.js';

const fieldOf = (path: string, message: string) => ({ errors: [{ path, message }] });

export const otherCurrencyThanInvoice = (currency: string, ofInvoice: string) =>
  new Problem(
    400,
    'invalid_request',
    `The invoice is in ${ofInvoice}, and the amount in ${currency}. Name the amount in the currency of the invoice.`,
    fieldOf('currency', 'must be the currency of the invoice'),
  );

export const notToBeRefunded = (status: string) =>
  new Problem(
    409,
    'invoice_not_paid',
    `The invoice is ${status}: nothing was paid that could go back. Take it off what is due by a credit where it is open.`,
  );

export const notToBeCredited = (status: string) =>
  new Problem(
    409,
    'invoice_not_open',
    `The invoice is ${status}: nothing is due that could be taken off. Give it back by a refund where it is paid.`,
  );

export const moreThanIsLeft = (left: string, currency: string) =>
  new Problem(
    409,
    'more_than_is_left',
    `Of the invoice ${left} ${currency} are left, next to what was credited, refunded or proposed before. Lower the amount.`,
  );

export const moreThanCreditsPaid = (credits: string, currency: string) =>
  new Problem(
    409,
    'more_than_is_left',
    `Of what prepaid credits paid of the invoice, ${credits} ${currency} can go back: the rest was asked for again by a later invoice, as the money for the credits had gone back. Lower the amount, or take it off that invoice.`,
  );

export const proposedAlready = () =>
  new Problem(
    409,
    'credit_note_proposed_already',
    'There is a credit note of that amount and reason for the invoice, issued or proposed. Where it is another one, say so in the reason.',
  );

export const decidedAlready = (status: string) =>
  new Problem(409, 'credit_note_decided', `The credit note is ${status} already, so nothing was changed.`);

export const proposalExpired = () =>
  new Problem(
    409,
    'credit_note_expired',
    'The proposal waited for more than seven days and cannot be confirmed any more. Propose it again.',
  );

export const ownProposal = () =>
  new Problem(
    403,
    'second_person_required',
    'You proposed it, and so much takes a second person. Ask another operator to confirm it.',
  );
