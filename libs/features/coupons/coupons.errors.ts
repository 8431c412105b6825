import { Problem } from '../../platform/errors/problem.js';

const fieldOf = (path: string, message: string) => ({ errors: [{ path, message }] });

export const takesOffNothing = () =>
  new Problem(
    400,
    'invalid_request',
    'A coupon takes off either a percentage or an amount in a currency. Name the one or the other.',
    fieldOf('percentOff', 'must be named, or else an amount and its currency'),
  );

export const codeTaken = (code: string) =>
  new Problem(409, 'coupon_exists', `There is a coupon ${code} already, or was one. Choose another code.`);

/** The same for one that never was, so that nobody learns of codes. */
export const notRedeemable = (code: string) =>
  new Problem(
    404,
    'coupon_not_valid',
    `The coupon ${code} cannot be redeemed: there is none, it is over, or as many as may have redeemed it. Check the code.`,
  );

export const couponRunning = (code: string) =>
  new Problem(
    409,
    'coupon_running',
    `Your organization has the coupon ${code}. It has one at a time, and each once: enter another when that is over.`,
  );
