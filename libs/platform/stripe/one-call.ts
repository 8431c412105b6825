import Stripe from 'stripe';

/** One call to Stripe: whoever makes it tries again by itself. */
export const ONE_CALL = { timeout: 10_000, maxNetworkRetries: 0 };

/** Answers that Stripe gives before it begins: under the same idempotency key it answers anew. */
const UNBEGUN = new Set([409, 429]);

/** Whether the call's idempotency key stands from now on for an answer that helps nobody. */
export function isAnswered(error: Error): boolean {
  return error instanceof Stripe.errors.StripeError && error.statusCode !== undefined && !UNBEGUN.has(error.statusCode);
}
