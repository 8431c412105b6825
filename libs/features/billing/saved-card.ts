import type Stripe from 'stripe';
import { ONE_CALL } from '../../platform/stripe/one-call.js';

/** What a customer is charged by unasked: their own card or, as Checkout leaves it there, that of a subscription. */
export async function findCard(stripe: Stripe, customer: Stripe.Customer): Promise<string | undefined> {
  const own = customer.invoice_settings.default_payment_method;
  if (own) return idOf(own);
  const subscriptions = await stripe.subscriptions.list({ customer: customer.id, status: 'all', limit: 100 }, ONE_CALL);
  const method = subscriptions.data.find(({ default_payment_method: each }) => each)?.default_payment_method;
  return method ? idOf(method) : undefined;
}

function idOf(method: string | Stripe.PaymentMethod): string {
  return typeof method === 'string' ? method : method.id;
}
