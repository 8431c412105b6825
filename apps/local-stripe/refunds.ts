import { type Account, newId } from './account.js';
import { invalid, required } from './errors.js';
import { int, isWithin, mergeMetadata, metadataParam, oneOf, pages, range, text } from './form.js';
import type { Charge, Dispute, Refund } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';

/** Of a refund's metadata `bank`, by which a test decides what the bank does. */
const REFUSES = 'refuses';

interface NewRefund {
  amount?: number | undefined;
  reason?: Refund['reason'] | undefined;
  metadata?: Record<string, string>;
}

/** Gives money back to the card that it came from. */
export function createRefund(account: Account, charge: Charge, { amount, reason, metadata }: NewRefund): Refund {
  const left = charge.amount_captured - charge.amount_refunded;
  const isLost = ({ charge: of, status }: Dispute) => of === charge.id && status !== 'won';
  if (account.store.find('dispute', charge.customer!).some(isLost))
    throw invalid(`Charge ${charge.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' });
  if (!charge.paid || left === 0) {
    const message = charge.paid
      ? `Charge ${charge.id} has already been refunded.`
      : `Charge ${charge.id} failed: there is nothing to refund.`;
    throw invalid(message, { code: charge.paid ? 'charge_already_refunded' : 'charge_not_refundable' });
  }
  const given = amount ?? left;
  if (given <= 0) throw invalid('Invalid positive integer', { code: 'parameter_invalid_integer', param: 'amount' });
  if (given > left)
    throw invalid(`Refund amount (${given}) is greater than what is left of the charge (${left}).`, {
      param: 'amount',
    });
  charge.amount_refunded += given;
  charge.refunded = charge.amount_refunded === charge.amount_captured;
  const refund = account.store.add<'refund'>({
    id: newId('re'),
    object: 'refund',
    amount: given,
    balance_transaction: null,
    charge: charge.id,
    created: account.timeOf(charge.customer!),
    currency: charge.currency,
    customer: charge.customer,
    customer_account: null,
    destination_details: {
      type: 'card',
      card: { type: 'refund', reference_status: 'pending', reference_type: 'acquirer_reference_number' },
    },
    metadata: metadata ?? {},
    payment_intent: charge.payment_intent,
    payment_method: charge.payment_method,
    reason: reason ?? null,
    receipt_number: null,
    source_transfer_reversal: null,
    status: 'succeeded',
    transfer_reversal: null,
  });
  account.emit('refund.created', refund);
  account.emit('charge.refunded', charge);
  return refund;
}

/** The bank does not take it: the money is the seller's again. */
function failRefund(account: Account, refund: Refund): void {
  const charge = account.need('charge', refund.charge as string);
  charge.amount_refunded -= refund.amount;
  charge.refunded = false;
  Object.assign(refund, { status: 'failed', failure_reason: 'expired_or_canceled_card' });
  account.emit('refund.failed', refund);
  account.emit('charge.refund.updated', refund);
}

export function chargeOf(account: Account, paymentIntent: string, param: string): Charge {
  const intent = account.need('payment_intent', paymentIntent, param);
  if (!intent.latest_charge || intent.status !== 'succeeded')
    throw invalid(`This PaymentIntent (${intent.id}) does not have a successful charge to refund.`, { param });
  return account.need('charge', intent.latest_charge, param);
}

export const refundOperations: Operation[] = [
  operation(
    'POST',
    '/v1/refunds',
    {
      amount: int.optional(),
      charge: text.optional(),
      metadata: metadataParam.optional(),
      payment_intent: text.optional(),
      reason: oneOf('duplicate', 'fraudulent', 'requested_by_customer').optional(),
    },
    (account, { charge: id, payment_intent, metadata, ...how }) => {
      if (!id && !payment_intent) throw required('payment_intent');
      const charge = id ? account.need('charge', id, 'charge') : chargeOf(account, payment_intent!, 'payment_intent');
      return createRefund(account, charge, { ...how, metadata: mergeMetadata({}, metadata) });
    },
  ),
  retrieve('refund', '/v1/refunds'),
  operation('POST', '/v1/refunds/:id', { metadata: metadataParam.optional() }, (account, { metadata }, { id }) => {
    const refund = account.need('refund', id!);
    account.change(refund, { metadata: mergeMetadata(refund.metadata, metadata) }, 'refund.updated');
    if (refund.metadata?.['bank'] === REFUSES && refund.status === 'succeeded') failRefund(account, refund);
    return refund;
  }),
  operation(
    'GET',
    '/v1/refunds',
    { ...pages, charge: text.optional(), created: range.optional(), payment_intent: text.optional() },
    (account, { charge, created, payment_intent, ...cursor }) =>
      page(account, '/v1/refunds', 'refund', cursor, {
        isWanted: (refund) =>
          (!charge || refund.charge === charge) &&
          (!payment_intent || refund.payment_intent === payment_intent) &&
          (!created || isWithin(refund.created, created)),
      }),
  ),
];
