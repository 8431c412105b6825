import { createHash } from 'node:crypto';
import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid, missing, required, StripeError } from './errors.js';
import { addressParam, emptyable, int, mergeMetadata, metadataParam, oneOf, pages, text } from './form.js';
import { NAMES, type PaymentMethod } from './objects.js';
import { type Operation, operation, page } from './operation.js';
import { type Decline, findCard, numberOf, type TestCard } from './test-cards.js';

const billingDetails = z.strictObject({
  address: emptyable(addressParam).optional(),
  email: emptyable(text).optional(),
  name: emptyable(text).optional(),
  phone: emptyable(text).optional(),
});
const cardParam = z.strictObject({
  number: text.optional(),
  token: text.optional(),
  exp_month: int.optional(),
  exp_year: int.optional(),
  cvc: text.optional(),
});

export function cardError({ code, decline_code, message }: Decline, details: object = {}): StripeError {
  return new StripeError(402, 'card_error', message, { code, decline_code, ...details });
}

/** @throws StripeError 402 for a number that no test card has */
export function createCard(
  account: Account,
  number: string,
  details: z.output<typeof billingDetails> = {},
  rest: { exp_month?: number | undefined; exp_year?: number | undefined; metadata?: Record<string, string> } = {},
): PaymentMethod {
  const digits = number.replace(/\D/g, '');
  const known = findCard(digits);
  if (!known) {
    const message = 'Your card number is incorrect: only test cards are known here.';
    throw new StripeError(402, 'card_error', message, { code: 'incorrect_number', param: 'number' });
  }
  const { address, email, name, phone } = details;
  const { city, country, line1, line2, postal_code, state } = address ?? {};
  return account.store.add<'payment_method'>(
    {
      id: newId('pm'),
      object: 'payment_method',
      allow_redisplay: 'unspecified',
      billing_details: {
        address: {
          city: city ?? null,
          country: country ?? null,
          line1: line1 ?? null,
          line2: line2 ?? null,
          postal_code: postal_code ?? null,
          state: state ?? null,
        },
        email: email ?? null,
        name: name ?? null,
        phone: phone ?? null,
        tax_id: null,
      },
      card: {
        brand: known.brand,
        checks: { address_line1_check: null, address_postal_code_check: null, cvc_check: 'pass' },
        country: 'US',
        display_brand: known.brand,
        exp_month: rest.exp_month ?? 12,
        exp_year: rest.exp_year ?? new Date().getUTCFullYear() + 5,
        // The same for the same number, whoever's it is.
        fingerprint: createHash('sha256').update(digits).digest('base64url').slice(0, 16),
        funding: 'credit',
        generated_from: null,
        last4: digits.slice(-4),
        networks: { available: [known.brand], preferred: null },
        regulated_status: 'unregulated',
        three_d_secure_usage: { supported: true },
        wallet: null,
      },
      created: account.now(),
      customer: null,
      customer_account: null,
      livemode: false,
      metadata: rest.metadata ?? {},
      type: 'card',
    },
    { number: digits, isSetUp: false },
  );
}

export function cardOf(account: Account, method: PaymentMethod): TestCard {
  return findCard(account.store.notes('payment_method', method.id).number)!;
}

/**
 * The payment method of that id, or a new one where the id is one of the test cards' names.
 *
 * @throws StripeError where there is none
 */
export function findPaymentMethod(account: Account, id: string, param = 'id'): PaymentMethod {
  const number = numberOf(id);
  if (number) return createCard(account, number);
  return account.need('payment_method', id, param);
}

/** Attaches a payment method to a customer; one of the test cards' names makes a card of its own. */
export function adopt(account: Account, id: string, customer: string, param = 'id'): PaymentMethod {
  const method = findPaymentMethod(account, id, param);
  if (method.customer === customer) return method;
  if (method.customer)
    throw invalid('The payment method you provided has already been attached to a customer.', {
      code: 'payment_method_unexpected_state',
    });
  const { declines, isAttachable } = cardOf(account, method);
  if (declines && !isAttachable) throw cardError(declines);
  account.change(method, { customer });
  account.emit('payment_method.attached', method);
  return method;
}

function detach(account: Account, method: PaymentMethod): PaymentMethod {
  const customer = method.customer && account.store.get('customer', method.customer);
  if (!customer)
    throw invalid('The payment method you provided is not attached to a customer so detachment is impossible.');
  if (customer.invoice_settings.default_payment_method === method.id) {
    const settings = { ...customer.invoice_settings, default_payment_method: null };
    account.change(customer, { invoice_settings: settings }, 'customer.updated');
  }
  for (const subscription of account.store.find('subscription', customer.id)) {
    if (subscription.default_payment_method === method.id) subscription.default_payment_method = null;
  }
  method.customer = null;
  account.emit('payment_method.detached', method, { customer: customer.id });
  return method;
}

const isOfType = (type: string | undefined) => (method: PaymentMethod) => !type || method.type === type;

export const paymentMethodOperations: Operation[] = [
  operation(
    'POST',
    '/v1/payment_methods',
    {
      type: oneOf('card'),
      card: cardParam,
      billing_details: billingDetails.optional(),
      metadata: metadataParam.optional(),
      allow_redisplay: oneOf('always', 'limited', 'unspecified').optional(),
    },
    (account, { card, billing_details, metadata, allow_redisplay }) => {
      const number = card.token ? numberOf(card.token) : card.number;
      if (card.token && !number) throw missing('token', card.token, 'card[token]');
      if (!number) throw required('card[number]');
      const method = createCard(account, number, billing_details, { ...card, metadata: mergeMetadata({}, metadata) });
      if (allow_redisplay) method.allow_redisplay = allow_redisplay;
      return method;
    },
  ),
  operation('GET', '/v1/payment_methods/:id', {}, (account, _, { id }) => findPaymentMethod(account, id!)),
  operation(
    'POST',
    '/v1/payment_methods/:id',
    {
      billing_details: billingDetails.optional(),
      card: cardParam.pick({ exp_month: true, exp_year: true }).optional(),
      metadata: metadataParam.optional(),
    },
    (account, { billing_details, card, metadata }, { id }) => {
      const method = account.need('payment_method', id!);
      const changes: Partial<PaymentMethod> = { metadata: mergeMetadata(method.metadata, metadata) };
      if (billing_details) {
        const { address, ...rest } = billing_details;
        const details = { ...method.billing_details, ...rest };
        if (address) details.address = { ...method.billing_details.address!, ...address };
        changes.billing_details = details;
      }
      if (card) changes.card = { ...method.card!, ...card };
      account.change(method, changes, 'payment_method.updated');
      return method;
    },
  ),
  operation('POST', '/v1/payment_methods/:id/attach', { customer: text }, (account, { customer }, { id }) =>
    adopt(account, id!, account.needCustomer(customer, 'customer').id),
  ),
  operation('POST', '/v1/payment_methods/:id/detach', {}, (account, _, { id }) =>
    detach(account, account.need('payment_method', id!)),
  ),
  operation(
    'GET',
    '/v1/payment_methods',
    { ...pages, customer: text.optional(), type: text.optional() },
    (account, { customer, type, ...cursor }) =>
      page(account, '/v1/payment_methods', 'payment_method', cursor, {
        owner: customer && account.needCustomer(customer, 'customer').id,
        isWanted: isOfType(type),
      }),
  ),
  operation(
    'GET',
    '/v1/customers/:id/payment_methods',
    { ...pages, type: text.optional(), allow_redisplay: text.optional() },
    (account, params, { id }) =>
      page(account, `/v1/customers/${id}/payment_methods`, 'payment_method', params, {
        owner: account.needCustomer(id!).id,
        isWanted: isOfType(params.type),
      }),
  ),
  operation('GET', '/v1/customers/:id/payment_methods/:method', {}, (account, _, { id, method }) => {
    const found = account.need('payment_method', method!);
    if (found.customer !== id) throw missing(NAMES.payment_method, method!);
    return found;
  }),
];
