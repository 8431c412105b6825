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

/** Of a dispute, where the bank has not decided yet, or only asks. */
const OPEN = new Set(['needs_response', 'under_review', 'warning_needs_response', 'warning_under_review']);
/** Of a refund, where the money is with us again. */
const FAILED = new Set(['failed', 'canceled']);

/** What has gone back of the payment of an invoice, in its smallest unit. */
export interface Gone {
  /** To the card, to the customer's balance, or to a bank that disputes it. */
  gone: number;
  isDisputed: boolean;
  /** Those of our `credit_refunds` whose refund a bank did not take: that money is with us again. */
  failed: string[];
}

export async function goneOf(stripe: Stripe, invoice: Stripe.Invoice): Promise<Gone> {
  let [gone, isDisputed] = [0, false];
  const failedRefunds: string[] = [];
  for await (const charge of chargesOf(stripe, invoice.id)) {
    for await (const { id, amount, status } of stripe.refunds.list({ charge: charge.id, limit: PAGE }, ONE_CALL)) {
      if (FAILED.has(status ?? '')) failedRefunds.push(id);
      else gone += amount;
    }
    const disputed = await disputedOfCharge(stripe, charge);
    gone += disputed;
    isDisputed ||= disputed > 0;
  }
  const failed: string[] = [];
  for await (const note of stripe.creditNotes.list({ invoice: invoice.id, limit: PAGE }, ONE_CALL)) {
    if (note.status !== 'issued') continue;
    gone += note.post_payment_amount - note.refunds.reduce((sum, { amount_refunded: part }) => sum + part, 0);
    const ours = note.metadata?.['credit_refund_id'];
    if (ours && note.refunds.some(({ refund }) => failedRefunds.includes(idOf(refund)))) failed.push(ours);
  }
  return { gone: Math.min(gone, invoice.total), isDisputed, failed };
}

/** What a bank has taken back of the payment of an invoice or holds while it is disputed, in its smallest unit. */
export async function disputedOf(stripe: Stripe, invoice: string): Promise<number> {
  let disputed = 0;
  for await (const charge of chargesOf(stripe, invoice)) disputed += await disputedOfCharge(stripe, charge);
  return disputed;
}

/** Whether a bank has still to decide on any charge of the customer. */
export async function hasOpenDispute(stripe: Stripe, customer: string): Promise<boolean> {
  for await (const charge of stripe.charges.list({ customer, limit: PAGE }, ONE_CALL)) {
    if (!charge.disputed) continue;
    for await (const { status } of stripe.disputes.list({ charge: charge.id, limit: PAGE }, ONE_CALL))
      if (OPEN.has(status)) return true;
  }
  return false;
}

/** Whether the money of a refund is with us again. */
export async function hasFailed(stripe: Stripe, refund: string | Stripe.Refund): Promise<boolean> {
  return FAILED.has((await stripe.refunds.retrieve(idOf(refund), {}, ONE_CALL)).status ?? '');
}

async function* chargesOf(stripe: Stripe, invoice: string): AsyncIterable<Stripe.Charge> {
  for await (const { payment } of stripe.invoicePayments.list({ invoice, limit: PAGE }, ONE_CALL)) {
    if (!payment.payment_intent) continue;
    yield* stripe.charges.list({ payment_intent: idOf(payment.payment_intent), limit: PAGE }, ONE_CALL);
  }
}

async function disputedOfCharge(stripe: Stripe, { id, disputed }: Stripe.Charge): Promise<number> {
  let sum = 0;
  if (!disputed) return sum;
  for await (const { amount, status } of stripe.disputes.list({ charge: id, limit: PAGE }, ONE_CALL))
    if (!HARMLESS.has(status)) sum += amount;
  return sum;
}

function idOf(object: string | { id: string }): string {
  return typeof object === 'string' ? object : object.id;
}
