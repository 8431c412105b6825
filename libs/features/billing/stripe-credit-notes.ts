import type Stripe from 'stripe';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { hasFailed } from './stripe-charges.js';

const PAGE = 100;

/** What operators read of it. */
export const REFUND_FAILED = 'refund failed';

/** The bank did not take a refund, whose money is with us again: Stripe makes no other of that credit note, somebody has to. */
export class RefundFailed extends Error {
  constructor() {
    super(REFUND_FAILED);
  }
}

/** A credit note as it is to be at Stripe. */
export interface WantedCreditNote {
  /** What it is found by again, and marked with. */
  mark: { credit_note_id: string } | { credit_refund_id: string };
  /** In the smallest unit, with tax. */
  amount: number;
  /** Whether what a card paid goes back to it; else all goes to the customer's balance. */
  isRefund: boolean;
  memo: string;
  idempotencyKey: string;
}

/**
 * The credit note with the mark, if Stripe has it: a key is forgotten after a day, and its worker may have been away for longer. Else it is made.
 *
 * @returns null where there is none, and the amount is nothing
 * @throws RefundFailed where it is there and its refund was not taken
 */
export async function findOrCreateCreditNote(
  stripe: Stripe,
  invoice: Stripe.Invoice,
  { mark, amount, isRefund, memo, idempotencyKey }: WantedCreditNote,
  lease: AbortSignal,
): Promise<Stripe.CreditNote | null> {
  const [[key, id]] = Object.entries(mark) as [[string, string]];
  let refunded = 0;
  for await (const each of stripe.creditNotes.list({ invoice: invoice.id, limit: PAGE }, ONE_CALL)) {
    if (each.metadata?.[key] === id) {
      for (const { refund } of each.refunds) if (await hasFailed(stripe, refund)) throw new RefundFailed();
      return each;
    }
    for (const { amount_refunded: part } of each.refunds) refunded += part;
  }
  if (amount <= 0) return null;
  lease.throwIfAborted();
  return stripe.creditNotes.create(
    {
      invoice: invoice.id,
      amount,
      ...partsOf(amount, isRefund, invoice, refunded),
      memo,
      email_type: 'none',
      metadata: mark,
    },
    { ...ONE_CALL, idempotencyKey },
  );
}

/**
 * Where it goes that was paid already: a refund to the card as far as that paid, all else to the customer's balance, which pays for their next
 * invoice. A credit of an open invoice that was paid meanwhile is there too.
 *
 * @param refunded what earlier credit notes gave back to the card
 */
function partsOf(
  amount: number,
  isRefund: boolean,
  { status, amount_remaining: left, amount_paid: paid }: Stripe.Invoice,
  refunded: number,
): Pick<Stripe.CreditNoteCreateParams, 'refund_amount' | 'credit_amount'> {
  const back = amount - (status === 'paid' ? 0 : Math.min(amount, left));
  const refund = isRefund ? Math.min(back, Math.max(0, paid - refunded)) : 0;
  const credit = back - refund;
  return { ...(refund > 0 && { refund_amount: refund }), ...(credit > 0 && { credit_amount: credit }) };
}
