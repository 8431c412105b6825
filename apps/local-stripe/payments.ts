import { type Account, newId } from './account.js';
import { createDispute } from './disputes.js';
import { isWithin, mergeMetadata, metadataParam, pages, range, text } from './form.js';
import type { Charge, Customer, PaymentIntent, PaymentMethod, SetupIntent } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';
import { cardOf } from './payment-methods.js';
import type { Decline } from './test-cards.js';

const AUTHENTICATION_REQUIRED = 'This payment needs its payer, who must prove who they are.';

/** How a payment went: it succeeded, its payer must prove who they are first, or it was refused. */
export type Outcome =
  | { status: 'succeeded' }
  | { status: 'requires_action' }
  | { status: 'declined'; decline: Decline };

/** What a card would say to a payment. */
export function outcomeOf(account: Account, method: PaymentMethod, isAuthenticated: boolean): Outcome {
  const { declines, authentication } = cardOf(account, method);
  if (declines) return { status: 'declined', decline: declines };
  const { isSetUp } = account.store.notes('payment_method', method.id);
  const mustProve = authentication === 'always' || (authentication === 'unless_set_up' && !isSetUp);
  return mustProve && !isAuthenticated ? { status: 'requires_action' } : { status: 'succeeded' };
}

export function createPaymentIntent(
  account: Account,
  customer: Customer,
  amount: number,
  currency: string,
  description: string,
): PaymentIntent {
  const id = newId('pi');
  const intent = account.store.add<'payment_intent'>({
    id,
    object: 'payment_intent',
    allowed_payment_method_types: null,
    amount,
    amount_capturable: 0,
    amount_details: { tip: {} },
    amount_received: 0,
    application: null,
    application_fee_amount: null,
    automatic_payment_methods: null,
    canceled_at: null,
    cancellation_reason: null,
    capture_method: 'automatic',
    client_secret: `${id}_secret_${newId('s').slice(2)}`,
    confirmation_method: 'automatic',
    created: account.timeOf(customer.id),
    currency,
    customer: customer.id,
    customer_account: null,
    description,
    excluded_payment_method_types: null,
    last_payment_error: null,
    latest_charge: null,
    livemode: false,
    managed_payments: null,
    metadata: {},
    next_action: null,
    on_behalf_of: null,
    payment_method: null,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { installments: null, mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    payment_record: null,
    processing: null,
    receipt_email: null,
    review: null,
    setup_future_usage: null,
    shipping: null,
    source: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: 'requires_payment_method',
    transfer_data: null,
    transfer_group: null,
  });
  account.emit('payment_intent.created', intent);
  return intent;
}

/** Tries to take the intent's amount from a card. */
export function charge(
  account: Account,
  intent: PaymentIntent,
  method: PaymentMethod,
  isAuthenticated: boolean,
): Outcome {
  const outcome = outcomeOf(account, method, isAuthenticated);
  if (outcome.status === 'requires_action') {
    const url = `${account.url}/3ds/${intent.id}/${method.id}`;
    Object.assign(intent, {
      status: 'requires_action',
      payment_method: method.id,
      next_action: { type: 'redirect_to_url', redirect_to_url: { return_url: null, url } },
    });
    account.emit('payment_intent.requires_action', intent);
    return outcome;
  }
  const decline = outcome.status === 'declined' ? outcome.decline : null;
  const { id } = account.store.add<'charge'>(newCharge(account, intent, method, decline));
  intent.latest_charge = id;
  intent.next_action = null;
  if (decline) {
    const error = { charge: id, ...decline, payment_method: structuredClone(method), type: 'card_error' as const };
    Object.assign(intent, { status: 'requires_payment_method', payment_method: null, last_payment_error: error });
    account.emit('charge.failed', account.need('charge', id));
    account.emit('payment_intent.payment_failed', intent);
    return outcome;
  }
  // Who was there and proved to be themselves may be charged again while they are away.
  if (isAuthenticated) account.store.notes('payment_method', method.id).isSetUp = true;
  Object.assign(intent, {
    status: 'succeeded',
    payment_method: method.id,
    amount_received: intent.amount,
    last_payment_error: null,
  });
  account.emit('charge.succeeded', account.need('charge', id));
  account.emit('payment_intent.succeeded', intent);
  if (cardOf(account, method).disputes) createDispute(account, account.need('charge', id));
  return outcome;
}

/** What is remembered of a payment whose payer did not prove who they are. */
export function failAuthentication(account: Account, intent: PaymentIntent): void {
  const message = AUTHENTICATION_REQUIRED;
  const error = { code: 'payment_intent_authentication_failure', message, type: 'invalid_request_error' } as const;
  Object.assign(intent, {
    status: 'requires_payment_method',
    payment_method: null,
    next_action: null,
    last_payment_error: error,
  });
  account.emit('payment_intent.payment_failed', intent);
}

function newCharge(account: Account, intent: PaymentIntent, method: PaymentMethod, decline: Decline | null): Charge {
  const id = newId('ch');
  const { billing_details, card } = method;
  return {
    id,
    object: 'charge',
    amount: intent.amount,
    amount_captured: decline ? 0 : intent.amount,
    amount_refunded: 0,
    application: null,
    application_fee: null,
    application_fee_amount: null,
    balance_transaction: null,
    billing_details: { ...billing_details },
    calculated_statement_descriptor: 'KINDRED',
    captured: !decline,
    created: account.timeOf(intent.customer!),
    currency: intent.currency,
    customer: intent.customer,
    description: intent.description,
    disputed: false,
    failure_balance_transaction: null,
    failure_code: decline?.code ?? null,
    failure_message: decline?.message ?? null,
    fraud_details: {},
    livemode: false,
    metadata: {},
    on_behalf_of: null,
    outcome: {
      advice_code: null,
      network_advice_code: null,
      network_decline_code: null,
      network_status: decline ? 'declined_by_network' : 'approved_by_network',
      reason: decline?.decline_code ?? null,
      risk_level: 'normal',
      seller_message: decline ? 'The bank did not return any further details.' : 'Payment complete.',
      type: decline ? 'issuer_declined' : 'authorized',
    },
    paid: !decline,
    payment_intent: intent.id,
    payment_method: method.id,
    payment_method_details: {
      type: 'card',
      card: {
        amount_authorized: decline ? null : intent.amount,
        authorization_code: null,
        brand: card!.brand,
        checks: card!.checks,
        country: card!.country,
        electronic_commerce_indicator: null,
        exp_month: card!.exp_month,
        exp_year: card!.exp_year,
        fingerprint: card!.fingerprint,
        funding: card!.funding,
        installments: null,
        last4: card!.last4,
        mandate: null,
        network: card!.brand,
        network_transaction_id: null,
        regulated_status: 'unregulated',
        three_d_secure: null,
        transaction_link_id: null,
        wallet: null,
      },
    },
    radar_options: {},
    receipt_email: null,
    receipt_number: null,
    receipt_url: `${account.url}/receipts/${id}`,
    refunded: false,
    review: null,
    shipping: null,
    source: null,
    source_transfer: null,
    statement_descriptor: null,
    statement_descriptor_suffix: null,
    status: decline ? 'failed' : 'succeeded',
    transfer_data: null,
    transfer_group: null,
  };
}

/** Keeps a card for payments to come, its holder being there. */
export function setUp(
  account: Account,
  customer: string | null,
  method: PaymentMethod,
  metadata: Record<string, string>,
): SetupIntent {
  const id = newId('seti');
  account.store.notes('payment_method', method.id).isSetUp = true;
  const intent = account.store.add<'setup_intent'>({
    id,
    object: 'setup_intent',
    allowed_payment_method_types: null,
    application: null,
    automatic_payment_methods: null,
    cancellation_reason: null,
    client_secret: `${id}_secret_${newId('s').slice(2)}`,
    created: customer ? account.timeOf(customer) : account.now(),
    customer,
    customer_account: null,
    description: null,
    excluded_payment_method_types: null,
    flow_directions: null,
    last_setup_error: null,
    latest_attempt: null,
    livemode: false,
    managed_payments: null,
    mandate: null,
    metadata,
    next_action: null,
    on_behalf_of: null,
    payment_method: method.id,
    payment_method_configuration_details: null,
    payment_method_options: {
      card: { mandate_options: null, network: null, request_three_d_secure: 'automatic' },
    },
    payment_method_types: ['card'],
    single_use_mandate: null,
    status: 'succeeded',
    usage: 'off_session',
  });
  account.emit('setup_intent.created', intent);
  account.emit('setup_intent.succeeded', intent);
  return intent;
}

const ofCustomer = { ...pages, created: range.optional(), customer: text.optional() };

export const paymentOperations: Operation[] = [
  retrieve('payment_intent', '/v1/payment_intents'),
  operation('GET', '/v1/payment_intents', ofCustomer, (account, { customer, created, ...cursor }) =>
    page(account, '/v1/payment_intents', 'payment_intent', cursor, {
      owner: customer,
      isWanted: (intent) => !created || isWithin(intent.created, created),
    }),
  ),
  operation(
    'POST',
    '/v1/payment_intents/:id',
    { metadata: metadataParam.optional() },
    (account, { metadata }, { id }) => {
      const intent = account.need('payment_intent', id!);
      account.change(intent, { metadata: mergeMetadata(intent.metadata, metadata) });
      return intent;
    },
  ),
  retrieve('setup_intent', '/v1/setup_intents'),
  retrieve('charge', '/v1/charges'),
  operation(
    'GET',
    '/v1/charges',
    { ...ofCustomer, payment_intent: text.optional() },
    (account, { customer, created, payment_intent, ...cursor }) =>
      page(account, '/v1/charges', 'charge', cursor, {
        owner: customer,
        isWanted: (each) =>
          (!created || isWithin(each.created, created)) && (!payment_intent || each.payment_intent === payment_intent),
      }),
  ),
];
