import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { type Account, newId } from './account.js';
import { invalid } from './errors.js';
import {
  addressParam,
  currencyParam,
  emptyable,
  int,
  isWithin,
  list,
  mergeMetadata,
  metadataParam,
  oneOf,
  pages,
  range,
  text,
} from './form.js';
import type { BalanceTransaction, Customer, TaxId } from './objects.js';
import { type Operation, operation, page, retrieve } from './operation.js';
import { adopt } from './payment-methods.js';
import { endSubscription } from './subscription-state.js';

const fields = {
  address: emptyable(addressParam).optional(),
  balance: int.optional(),
  business_name: emptyable(text).optional(),
  description: text.optional(),
  email: text.max(512).optional(),
  individual_name: emptyable(text).optional(),
  invoice_prefix: z
    .string()
    .regex(/^[A-Z0-9]{3,12}$/, '3 to 12 capital letters or digits')
    .optional(),
  invoice_settings: z.strictObject({ default_payment_method: text.optional(), footer: text.optional() }).optional(),
  metadata: metadataParam.optional(),
  name: text.max(256).optional(),
  next_invoice_sequence: int.optional(),
  phone: text.max(20).optional(),
  preferred_locales: list(text).optional(),
  shipping: emptyable(z.strictObject({ address: addressParam, name: text, phone: text.optional() })).optional(),
  tax_exempt: emptyable(oneOf('exempt', 'none', 'reverse')).optional(),
};
const taxIdData = z.strictObject({ type: text, value: text });
const newCustomer = z.strictObject({
  ...fields,
  payment_method: text.optional(),
  tax_id_data: list(taxIdData).optional(),
  test_clock: text.optional(),
});

export function createCustomer(account: Account, params: z.output<typeof newCustomer>): Customer {
  const { test_clock, payment_method, tax_id_data = [], invoice_settings, balance = 0 } = params;
  if (test_clock) account.need('test_helpers.test_clock', test_clock, 'test_clock');
  const customer: Customer = {
    id: newId('cus'),
    object: 'customer',
    address: readAddress(params.address),
    balance: 0,
    ...(params.business_name && { business_name: params.business_name }),
    created: account.now(test_clock),
    currency: null,
    customer_account: null,
    default_source: null,
    delinquent: false,
    description: params.description || null,
    discount: null,
    email: params.email || null,
    ...(params.individual_name && { individual_name: params.individual_name }),
    invoice_prefix: params.invoice_prefix ?? randomBytes(4).toString('hex').toUpperCase(),
    invoice_settings: {
      custom_fields: null,
      default_payment_method: null,
      footer: invoice_settings?.footer || null,
      rendering_options: null,
    },
    livemode: false,
    metadata: mergeMetadata({}, params.metadata),
    name: params.name || null,
    next_invoice_sequence: params.next_invoice_sequence ?? 1,
    phone: params.phone || null,
    preferred_locales: params.preferred_locales ?? [],
    shipping: readShipping(params.shipping),
    tax_exempt: params.tax_exempt ?? 'none',
    test_clock: test_clock ?? null,
  };
  account.store.add<'customer'>(customer);
  if (balance) changeBalance(account, customer, balance, { type: 'initial', currency: 'usd' });
  account.emit('customer.created', customer);
  if (payment_method) adopt(account, payment_method, customer.id, 'payment_method');
  if (invoice_settings?.default_payment_method) setDefault(account, customer, invoice_settings.default_payment_method);
  for (const data of tax_id_data) createTaxId(account, customer.id, data);
  return customer;
}

/**
 * Adds to what the customer owes (above zero) or has to their credit (below zero), and keeps a line of it.
 *
 * @returns the line
 */
export function changeBalance(
  account: Account,
  customer: Customer,
  amount: number,
  {
    type,
    currency,
    ...of
  }: Pick<BalanceTransaction, 'type' | 'currency'> &
    Partial<Pick<BalanceTransaction, 'invoice' | 'credit_note' | 'description' | 'metadata'>>,
): BalanceTransaction {
  customer.balance += amount;
  customer.currency ??= currency;
  return account.store.add<'customer_balance_transaction'>({
    id: newId('cbtxn'),
    object: 'customer_balance_transaction',
    amount,
    checkout_session: null,
    created: account.timeOf(customer.id),
    credit_note: of.credit_note ?? null,
    currency,
    customer: customer.id,
    customer_account: null,
    description: of.description ?? null,
    ending_balance: customer.balance,
    invoice: of.invoice ?? null,
    livemode: false,
    metadata: of.metadata ?? {},
    type,
  });
}

export function updateCustomer(
  account: Account,
  customer: Customer,
  params: z.output<z.ZodObject<typeof fields>>,
): Customer {
  const { balance, invoice_settings, metadata, address, shipping, ...given } = params;
  const currency = customer.currency ?? 'usd';
  const before = customer.balance;
  const settings = { ...customer.invoice_settings };
  if (invoice_settings?.footer !== undefined) settings.footer = invoice_settings.footer || null;
  if (invoice_settings?.default_payment_method !== undefined)
    settings.default_payment_method = ownPaymentMethod(account, customer, invoice_settings.default_payment_method);
  const changes: Partial<Customer> = {
    invoice_settings: settings,
    metadata: mergeMetadata(customer.metadata, metadata),
    ...(address !== undefined && { address: readAddress(address) }),
    ...(shipping !== undefined && { shipping: readShipping(shipping) }),
  };
  for (const [name, value] of Object.entries(given)) {
    if (value !== undefined)
      Object.assign(changes, { [name]: value === '' ? null : (value ?? (name === 'tax_exempt' ? 'none' : null)) });
  }
  if (balance !== undefined && balance !== before)
    changeBalance(account, customer, balance - before, { type: 'adjustment', currency });
  if (balance !== undefined && balance !== before) {
    customer.balance = before;
    changes.balance = balance;
  }
  account.change(customer, changes, 'customer.updated');
  return customer;
}

export function setDefault(account: Account, customer: Customer, paymentMethod: string): void {
  const settings = {
    ...customer.invoice_settings,
    default_payment_method: ownPaymentMethod(account, customer, paymentMethod),
  };
  account.change(customer, { invoice_settings: settings }, 'customer.updated');
}

function ownPaymentMethod(account: Account, customer: Customer, id: string): string | null {
  if (id === '') return null;
  const param = 'invoice_settings[default_payment_method]';
  const method = account.need('payment_method', id, param);
  if (method.customer !== customer.id)
    throw invalid(`The customer does not have a payment method with the ID ${id}: attach it to the customer first.`, {
      param,
    });
  return method.id;
}

export function createTaxId(account: Account, customer: string, { type, value }: z.output<typeof taxIdData>): TaxId {
  const prefix = type.slice(0, 2).toUpperCase();
  const taxId = account.store.add<'tax_id'>({
    id: newId('txi'),
    object: 'tax_id',
    // A European number begins with its own country.
    country: type === 'eu_vat' ? value.slice(0, 2) : prefix,
    created: account.timeOf(customer),
    customer,
    customer_account: null,
    livemode: false,
    owner: { customer, customer_account: null, type: 'customer' },
    type: type as TaxId['type'],
    value,
    verification: { status: 'verified', verified_address: null, verified_name: null },
  });
  account.emit('customer.tax_id.created', taxId);
  return taxId;
}

function readAddress(given: z.output<typeof addressParam> | null | undefined): NonNullable<Customer['address']> | null {
  if (!given) return null;
  const { city, country, line1, line2, postal_code, state } = given;
  return {
    city: city || null,
    country: country || null,
    line1: line1 || null,
    line2: line2 || null,
    postal_code: postal_code || null,
    state: state || null,
  };
}

function readShipping(given: z.output<(typeof fields)['shipping']>): Customer['shipping'] {
  if (!given) return null;
  return { address: readAddress(given.address)!, name: given.name, phone: given.phone ?? null };
}

/** What stays of a customer that is deleted: its id, so that what names it still leads somewhere. */
export function deleteCustomer(account: Account, customer: Customer): object {
  for (const subscription of account.store.find('subscription', customer.id)) {
    if (!subscription.ended_at) endSubscription(account, subscription, 'cancellation_requested');
  }
  account.emit('customer.deleted', customer);
  for (const method of account.store.find('payment_method', customer.id)) method.customer = null;
  const { id } = customer;
  for (const name of Object.keys(customer)) delete (customer as unknown as Record<string, unknown>)[name];
  return Object.assign(customer, { id, object: 'customer', deleted: true });
}

export const customerOperations: Operation[] = [
  operation('POST', '/v1/customers', newCustomer.shape, createCustomer),
  retrieve('customer', '/v1/customers'),
  operation('POST', '/v1/customers/:id', fields, (account, params, { id }) =>
    updateCustomer(account, account.needCustomer(id!), params),
  ),
  operation('DELETE', '/v1/customers/:id', {}, (account, _, { id }) =>
    deleteCustomer(account, account.needCustomer(id!)),
  ),
  operation(
    'GET',
    '/v1/customers',
    { ...pages, created: range.optional(), email: text.optional(), test_clock: text.optional() },
    (account, { created, email, test_clock, ...cursor }) =>
      page(account, '/v1/customers', 'customer', cursor, {
        isWanted: (customer) =>
          !(customer as { deleted?: unknown }).deleted &&
          // Those on a clock are listed where that clock is asked for.
          (test_clock ? customer.test_clock === test_clock : !customer.test_clock) &&
          (!email || customer.email === email) &&
          (!created || isWithin(customer.created, created)),
      }),
  ),
  operation(
    'POST',
    '/v1/customers/:id/balance_transactions',
    { amount: int, currency: currencyParam, description: text.optional(), metadata: metadataParam.optional() },
    (account, { amount, currency, description, metadata }, { id }) => {
      const customer = account.needCustomer(id!);
      const of = { type: 'adjustment', currency, description: description ?? null } as const;
      return changeBalance(account, customer, amount, { ...of, metadata: mergeMetadata({}, metadata) });
    },
  ),
  operation(
    'GET',
    '/v1/customers/:id/balance_transactions',
    { ...pages, invoice: text.optional() },
    (account, { invoice, ...cursor }, { id }) =>
      page(account, `/v1/customers/${id}/balance_transactions`, 'customer_balance_transaction', cursor, {
        owner: account.needCustomer(id!).id,
        isWanted: (each) => !invoice || each.invoice === invoice,
      }),
  ),
  operation('POST', '/v1/customers/:id/tax_ids', taxIdData.shape, (account, data, { id }) =>
    createTaxId(account, account.needCustomer(id!).id, data),
  ),
  operation('GET', '/v1/customers/:id/tax_ids', pages, (account, cursor, { id }) =>
    page(account, `/v1/customers/${id}/tax_ids`, 'tax_id', cursor, { owner: account.needCustomer(id!).id }),
  ),
  operation('GET', '/v1/customers/:id/tax_ids/:taxId', {}, (account, _, { taxId }) => account.need('tax_id', taxId!)),
  operation('DELETE', '/v1/customers/:id/tax_ids/:taxId', {}, (account, _, { taxId }) => {
    const found = account.need('tax_id', taxId!);
    account.emit('customer.tax_id.deleted', found);
    account.store.remove(found.id);
    return { id: found.id, object: 'tax_id', deleted: true };
  }),
];
