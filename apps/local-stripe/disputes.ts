import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid } from './errors.js';
import { bool, isWithin, mergeMetadata, metadataParam, pages, range, text } from './form.js';
import type { Charge, Dispute } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';

const DAY = 86_400;
/** Until when evidence may be given. */
const DUE_DAYS = 9;
/** Texts of evidence by which a test decides what its bank will. */
const DECIDES = { winning_evidence: 'won', losing_evidence: 'lost' } as const;

const EVIDENCE = [
  'access_activity_log',
  'billing_address',
  'cancellation_policy',
  'cancellation_policy_disclosure',
  'cancellation_rebuttal',
  'customer_communication',
  'customer_email_address',
  'customer_name',
  'customer_purchase_ip',
  'customer_signature',
  'duplicate_charge_documentation',
  'duplicate_charge_explanation',
  'duplicate_charge_id',
  'product_description',
  'receipt',
  'refund_policy',
  'refund_policy_disclosure',
  'refund_refusal_explanation',
  'service_date',
  'service_documentation',
  'shipping_address',
  'shipping_carrier',
  'shipping_date',
  'shipping_documentation',
  'shipping_tracking_number',
  'uncategorized_file',
  'uncategorized_text',
] as const;

/** The holder of the card asks their bank for the money back, which takes it until it is decided. */
export function createDispute(account: Account, charge: Charge): Dispute {
  const created = account.timeOf(charge.customer!);
  charge.disputed = true;
  const dispute = account.store.add<'dispute'>(
    {
      id: newId('du'),
      object: 'dispute',
      amount: charge.amount_captured - charge.amount_refunded,
      balance_transactions: [],
      charge: charge.id,
      created,
      currency: charge.currency,
      enhanced_eligibility_types: [],
      evidence: {
        ...(Object.fromEntries(EVIDENCE.map((name) => [name, null])) as Record<(typeof EVIDENCE)[number], null>),
        enhanced_evidence: {},
      },
      evidence_details: {
        due_by: created + DUE_DAYS * DAY,
        enhanced_eligibility: {},
        has_evidence: false,
        past_due: false,
        submission_count: 0,
        submission_method: 'not_submitted',
      },
      intended_submission_method: null,
      is_charge_refundable: false,
      livemode: false,
      metadata: {},
      payment_intent: charge.payment_intent,
      reason: 'fraudulent',
      status: 'needs_response',
    },
    { customer: charge.customer },
  );
  account.emit('charge.dispute.created', dispute);
  account.emit('charge.dispute.funds_withdrawn', dispute);
  return dispute;
}

function decide(account: Account, dispute: Dispute, status: 'won' | 'lost'): void {
  dispute.status = status;
  if (status === 'won') account.emit('charge.dispute.funds_reinstated', dispute);
  account.emit('charge.dispute.closed', dispute);
}

function needOpen(account: Account, id: string): Dispute {
  const dispute = account.need('dispute', id);
  if (dispute.status === 'won' || dispute.status === 'lost') throw invalid('This dispute is already closed');
  return dispute;
}

export const disputeOperations: Operation[] = [
  retrieve('dispute', '/v1/disputes'),
  operation(
    'POST',
    '/v1/disputes/:id',
    {
      evidence: z.strictObject(Object.fromEntries(EVIDENCE.map((name) => [name, text.optional()]))).optional(),
      metadata: metadataParam.optional(),
      submit: bool.optional(),
    },
    (account, { evidence, metadata, submit = true }, { id }) => {
      const dispute = evidence ? needOpen(account, id!) : account.need('dispute', id!);
      dispute.metadata = mergeMetadata(dispute.metadata, metadata);
      if (!evidence) return dispute;
      Object.assign(dispute.evidence, evidence);
      dispute.evidence_details.has_evidence = true;
      if (!submit) return dispute;
      Object.assign(dispute.evidence_details, { submission_count: 1, submission_method: 'manual' });
      dispute.status = 'under_review';
      account.emit('charge.dispute.updated', dispute);
      const decision = DECIDES[evidence['uncategorized_text'] as keyof typeof DECIDES];
      if (decision) decide(account, dispute, decision);
      return dispute;
    },
  ),
  operation('POST', '/v1/disputes/:id/close', {}, (account, _, { id }) => {
    const dispute = needOpen(account, id!);
    decide(account, dispute, 'lost');
    return dispute;
  }),
  operation(
    'GET',
    '/v1/disputes',
    { ...pages, charge: text.optional(), created: range.optional(), payment_intent: text.optional() },
    (account, { charge, created, payment_intent, ...cursor }) =>
      page(account, '/v1/disputes', 'dispute', cursor, {
        isWanted: (dispute) =>
          (!charge || dispute.charge === charge) &&
          (!payment_intent || dispute.payment_intent === payment_intent) &&
          (!created || isWithin(dispute.created, created)),
      }),
  ),
];
