import { z } from 'zod';
import { type Account, newId } from './account.js';
import { createCustomer, createTaxId, updateCustomer } from './customers.js';
import { discountParam } from './discounts.js';
import { invalid, required } from './errors.js';
import { bool, int, isWithin, list, mergeMetadata, metadataParam, oneOf, pages, range, text } from './form.js';
import type { CheckoutOrder, CheckoutSession, Customer, PaymentMethod } from './objects.js';
import { type Operation, operation, page, pageOf, retrieve } from './operation.js';
import { adopt } from './payment-methods.js';
import { setUp } from './payments.js';
import { present } from './present.js';
import { priceData, priceFrom } from './prices.js';
import { createSubscription } from './subscription-create.js';
import { automaticTaxOf, automaticTaxParam } from './tax.js';

const DAY = 86_400;

const newSession = z.strictObject({
  mode: oneOf('setup', 'subscription'),
  allow_promotion_codes: bool.optional(),
  allowed_payment_method_types: list(oneOf('card')).optional(),
  automatic_tax: automaticTaxParam.optional(),
  billing_address_collection: oneOf('auto', 'required').optional(),
  cancel_url: text.optional(),
  client_reference_id: text.max(200).optional(),
  currency: text.optional(),
  customer: text.optional(),
  customer_creation: oneOf('always', 'if_required').optional(),
  customer_email: text.optional(),
  customer_update: z
    .strictObject({ address: oneOf('auto', 'never').optional(), name: oneOf('auto', 'never').optional() })
    .optional(),
  discounts: list(discountParam.pick({ coupon: true })).optional(),
  expires_at: int.optional(),
  line_items: list(
    z.strictObject({ price: text.optional(), price_data: priceData.optional(), quantity: int.optional() }),
  ).optional(),
  locale: text.optional(),
  metadata: metadataParam.optional(),
  payment_method_collection: oneOf('always', 'if_required').optional(),
  setup_intent_data: z.strictObject({ description: text.optional(), metadata: metadataParam.optional() }).optional(),
  subscription_data: z
    .strictObject({
      description: text.optional(),
      metadata: metadataParam.optional(),
      trial_end: int.optional(),
      trial_period_days: int.optional(),
      trial_settings: z
        .strictObject({
          end_behavior: z.strictObject({ missing_payment_method: oneOf('cancel', 'create_invoice', 'pause') }),
        })
        .optional(),
    })
    .optional(),
  success_url: text.optional(),
  tax_id_collection: z.strictObject({ enabled: bool, required: oneOf('if_supported', 'never').optional() }).optional(),
  ui_mode: oneOf('hosted_page').optional(),
});

function createSession(account: Account, params: z.output<typeof newSession>): CheckoutSession {
  const { mode, subscription_data = {}, line_items = [] } = params;
  if (!params.success_url) throw required('success_url');
  const customer = params.customer ? account.needCustomer(params.customer, 'customer') : undefined;
  if (mode === 'subscription' && line_items.length === 0) throw required('line_items');
  const prices = line_items.map((item, index) => priceFrom(account, item, `line_items[${index}]`));
  if (mode === 'subscription' && !prices.some(({ recurring }) => recurring))
    throw invalid('In subscription mode at least one price must be recurring.', { param: 'line_items' });
  const { trial_end, trial_period_days } = subscription_data;
  const isTaxed = params.automatic_tax?.enabled ?? false;
  const { customer_update: update } = params;
  if (isTaxed && customer && !customer.address?.country && update?.address !== 'auto')
    throw invalid(
      "Automatic tax calculation in Checkout requires a valid address on the Customer. Add a valid address to the Customer or set `customer_update[address]` to 'auto'.",
      { param: 'automatic_tax', code: 'customer_tax_location_invalid' },
    );
  if (params.tax_id_collection?.enabled && customer && update?.name !== 'auto')
    throw invalid("Tax ID collection requires `customer_update[name]` to be 'auto' where a customer is given.", {
      param: 'tax_id_collection',
    });
  const order: CheckoutOrder = {
    keeps: { address: update?.address === 'auto' || !customer, name: update?.name === 'auto' || !customer },
    items: prices.map(({ id }, index) => ({ price: id, quantity: line_items[index]!.quantity ?? 1 })),
    subscription: {
      metadata: mergeMetadata({}, subscription_data.metadata),
      description: subscription_data.description ?? null,
      trialEnd: trial_end ?? null,
      trialDays: trial_period_days ?? null,
      missingPaymentMethod: subscription_data.trial_settings?.end_behavior.missing_payment_method ?? null,
      discounts: (params.discounts ?? []).map(
        ({ coupon }) => account.need('coupon', coupon!, 'discounts[0][coupon]').id,
      ),
    },
    setupMetadata: mergeMetadata({}, params.setup_intent_data?.metadata),
  };
  const id = newId('cs_test');
  const isTrial = trial_end !== undefined || trial_period_days !== undefined;
  const subtotal = prices.reduce(
    (sum, { unit_amount }, index) => sum + (unit_amount ?? 0) * (line_items[index]!.quantity ?? 1),
    0,
  );
  const amount = mode === 'setup' ? null : isTrial ? 0 : subtotal;
  const discounted = (params.discounts ?? []).reduce((left, { coupon }) => {
    const { percent_off, amount_off } = account.need('coupon', coupon!, 'discounts[0][coupon]');
    return left - (percent_off === null ? Math.min(left, amount_off!) : Math.round((left * percent_off) / 100));
  }, amount ?? 0);
  const session: CheckoutSession = {
    id,
    object: 'checkout.session',
    adaptive_pricing: null,
    after_expiration: null,
    allow_promotion_codes: params.allow_promotion_codes ?? null,
    allowed_payment_method_types: params.allowed_payment_method_types ?? null,
    amount_subtotal: amount,
    amount_total: amount === null ? null : discounted,
    automatic_tax: automaticTaxOf(isTaxed, customer),
    billing_address_collection: params.billing_address_collection ?? null,
    cancel_url: params.cancel_url ?? null,
    client_reference_id: params.client_reference_id ?? null,
    client_secret: null,
    collected_information: null,
    consent: null,
    consent_collection: null,
    created: account.now(),
    currency: prices[0]?.currency ?? params.currency ?? null,
    currency_conversion: null,
    custom_fields: [],
    custom_text: { after_submit: null, shipping_address: null, submit: null, terms_of_service_acceptance: null },
    customer: customer?.id ?? null,
    customer_account: null,
    customer_creation: customer
      ? null
      : mode === 'subscription'
        ? 'always'
        : (params.customer_creation ?? 'if_required'),
    customer_details: detailsOf(customer, params.customer_email),
    customer_email: params.customer_email ?? null,
    discounts: (params.discounts ?? []).map(({ coupon }) => ({ coupon: coupon!, promotion_code: null })),
    expires_at: params.expires_at ?? account.now() + DAY,
    integration_identifier: null,
    invoice: null,
    invoice_creation: null,
    livemode: false,
    locale: (params.locale as CheckoutSession['locale']) ?? null,
    managed_payments: null,
    metadata: mergeMetadata({}, params.metadata),
    mode,
    origin_context: null,
    payment_intent: null,
    payment_link: null,
    payment_method_collection: mode === 'setup' ? 'always' : (params.payment_method_collection ?? 'always'),
    payment_method_configuration_details: null,
    payment_method_options: {},
    payment_method_types: ['card'],
    payment_status: amount === null || amount === 0 ? 'no_payment_required' : 'unpaid',
    permissions: null,
    phone_number_collection: { enabled: false },
    recovered_from: null,
    saved_payment_method_options: null,
    setup_intent: null,
    shipping_address_collection: null,
    shipping_cost: null,
    shipping_options: [],
    status: 'open',
    submit_type: null,
    subscription: null,
    success_url: params.success_url,
    ...(params.tax_id_collection && {
      tax_id_collection: {
        enabled: params.tax_id_collection.enabled,
        required: params.tax_id_collection.required ?? 'never',
      },
    }),
    total_details: amount === null ? null : { amount_discount: amount - discounted, amount_shipping: 0, amount_tax: 0 },
    ui_mode: 'hosted_page',
    url: `${account.url}/c/pay/${id}`,
    wallet_options: null,
  };
  return account.store.add<'checkout.session'>(session, order);
}

function detailsOf(
  customer: Customer | undefined,
  email: string | null | undefined,
): CheckoutSession['customer_details'] {
  if (!customer && !email) return null;
  return {
    address: customer?.address ?? null,
    business_name: null,
    email: customer?.email ?? email ?? null,
    individual_name: null,
    name: customer?.name ?? null,
    phone: customer?.phone ?? null,
    tax_exempt: customer?.tax_exempt ?? 'none',
    tax_ids: [],
  };
}

/** Whether its payer need not give a card: nothing is to be paid yet, and none was insisted on. */
export function needsNoCard({ payment_method_collection, payment_status }: CheckoutSession): boolean {
  return payment_method_collection === 'if_required' && payment_status === 'no_payment_required';
}

/** What who pays says of themselves. */
export interface Payer {
  email?: string | undefined;
  name?: string | undefined;
  country?: string | undefined;
  taxId?: string | undefined;
}

function keepPayer(
  account: Account,
  session: CheckoutSession,
  customer: Customer,
  { name, country, taxId }: Payer,
  keeps: CheckoutOrder['keeps'],
): void {
  if (country && keeps?.address)
    updateCustomer(account, customer, {
      address: { ...customer.address, country } as { country: string },
    });
  if (name && keeps?.name) updateCustomer(account, customer, { name });
  if (taxId && session.tax_id_collection?.enabled)
    createTaxId(account, customer.id, { type: taxId.startsWith('GB') ? 'gb_vat' : 'eu_vat', value: taxId });
}

/**
 * What paying does: it sets up the card or starts the subscription, and tells of it.
 *
 * @throws StripeError 402 where the card is refused, and nothing stays
 */
export function complete(
  account: Account,
  session: CheckoutSession,
  method: PaymentMethod | undefined,
  { isAuthenticated, email, ...payer }: Payer & { isAuthenticated: boolean },
): void {
  const order = account.store.notes('checkout.session', session.id);
  const customer = session.customer
    ? account.needCustomer(session.customer, 'customer')
    : createCustomer(account, { email: session.customer_email ?? email });
  if (method) adopt(account, method.id, customer.id);
  keepPayer(account, session, customer, payer, order.keeps);
  Object.assign(session, {
    customer: customer.id,
    customer_details: detailsOf(customer, email),
    status: 'complete',
    url: null,
  });
  if (session.mode === 'setup') {
    session.setup_intent = setUp(account, customer.id, method!, order.setupMetadata).id;
  } else {
    const { trialEnd, trialDays, missingPaymentMethod, discounts, ...rest } = order.subscription;
    const subscription = createSubscription(
      account,
      {
        ...rest,
        customer,
        items: order.items.map(({ price, quantity }) => ({ price: account.need('price', price), quantity })),
        trialEnd: trialEnd ?? (trialDays === null ? undefined : account.now(customer.test_clock) + trialDays * DAY),
        missingPaymentMethod: missingPaymentMethod ?? undefined,
        defaultPaymentMethod: method?.id,
        isTaxed: session.automatic_tax.enabled,
        discounts: discounts.map((coupon) => ({ coupon })),
        paymentBehavior: 'error_if_incomplete',
      },
      { method, isAuthenticated },
    );
    const invoice = account.need('invoice', subscription.latest_invoice!);
    Object.assign(session, {
      subscription: subscription.id,
      invoice: invoice.id,
      amount_total: invoice.total,
      automatic_tax: automaticTaxOf(session.automatic_tax.enabled, customer),
      total_details: { ...session.total_details!, amount_tax: invoice.total - invoice.total_excluding_tax! },
      payment_status: invoice.total > 0 ? 'paid' : 'no_payment_required',
    });
  }
  account.emit('checkout.session.completed', session);
}

export const checkoutOperations: Operation[] = [
  operation('POST', '/v1/checkout/sessions', newSession.shape, createSession),
  retrieve('checkout.session', '/v1/checkout/sessions'),
  operation(
    'POST',
    '/v1/checkout/sessions/:id',
    { metadata: metadataParam.optional() },
    (account, { metadata }, { id }) => {
      const session = account.need('checkout.session', id!);
      session.metadata = mergeMetadata(session.metadata, metadata);
      return session;
    },
  ),
  operation('POST', '/v1/checkout/sessions/:id/expire', {}, (account, _, { id }) => {
    const session = account.need('checkout.session', id!);
    if (session.status !== 'open')
      throw invalid(`Only Checkout Sessions with a status in ["open"] can be expired: this one is ${session.status}.`);
    expireSession(account, session);
    return session;
  }),
  operation(
    'GET',
    '/v1/checkout/sessions',
    {
      ...pages,
      created: range.optional(),
      customer: text.optional(),
      status: oneOf('complete', 'expired', 'open').optional(),
      subscription: text.optional(),
    },
    (account, { created, customer, status, subscription, ...cursor }) =>
      page(account, '/v1/checkout/sessions', 'checkout.session', cursor, {
        owner: customer,
        isWanted: (session) =>
          (!created || isWithin(session.created, created)) &&
          (!status || session.status === status) &&
          (!subscription || session.subscription === subscription),
      }),
  ),
  operation('GET', '/v1/checkout/sessions/:id/line_items', pages, (account, cursor, { id }) => {
    const session = account.need('checkout.session', id!);
    const { line_items } = present(account, session, ['line_items']) as {
      line_items: { url: string; data: { id: string }[] };
    };
    return pageOf(line_items.url, line_items.data, cursor);
  }),
];

export function expireSession(account: Account, session: CheckoutSession): void {
  Object.assign(session, { status: 'expired', url: null });
  account.emit('checkout.session.expired', session);
}
