import type Stripe from 'stripe';
import { ONE_CALL } from '../../platform/stripe/one-call.js';

const PAGE = 100;
/** Of a dispute, where the bank has nothing of ours: it was won, or only asked about. */
const HARMLESS = new Set(['won', 'warning_needs_response', 'warning_under_review', 'warning_closed', 'prevented']);

/** The invoice that a charge paid; null where it paid none. */
export async function invoiceOfCharge(
  stripe: Stripe,
  { payment_intent: intent }: Stripe.Charge,
): Promise<string | null> {
  if (!intent) return null;
  const payment = { type: 'payment_intent' as const, payment_intent: typeof intent === 'string' ? intent : intent.id };
  const [paid] = (await stripe.invoicePayments.list({ payment }, ONE_CALL)).data;
  if (!paid) return null;
  return typeof paid.invoice === 'string' ? paid.invoice : paid.invoice.id;
}

/** What has gone back of the payment of an invoice, in its smallest unit: to the card, to the customer's balance, or to a bank that disputes it. */
export async function goneOf(stripe: Stripe, invoice: Stripe.Invoice): Promise<{ gone: number; isDisputed: boolean }> {
  let [gone, isDisputed] = [0, false];
  for await (const { payment } of stripe.invoicePayments.list({ invoice: invoice.id, limit: PAGE }, ONE_CALL)) {
    const intent = typeof payment.payment_intent === 'string' ? payment.payment_intent : payment.payment_intent?.id;
    if (!intent) continue;
    for await (const charge of stripe.charges.list({ payment_intent: intent, limit: PAGE }, ONE_CALL)) {
      gone += charge.amount_refunded;
      if (!charge.disputed) continue;
      for await (const { amount, status } of stripe.disputes.list({ charge: charge.id, limit: PAGE }, ONE_CALL)) {
        if (HARMLESS.has(status)) continue;
        gone += amount;
        isDisputed = true;
      }
    }
  }
  for await (const note of stripe.creditNotes.list({ invoice: invoice.id, limit: PAGE }, ONE_CALL)) {
    if (note.status !== 'issued') continue;
    gone += note.post_payment_amount - note.refunds.reduce((sum, { amount_refunded: part }) => sum + part, 0);
  }
  return { gone: Math.min(gone, invoice.total), isDisputed };
}
