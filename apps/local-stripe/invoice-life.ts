import { type Account, newId } from './account.js';
import { applyCredits, returnCredits } from './credits.js';
import { changeBalance } from './customers.js';
import { applyDiscounts } from './discounts.js';
import { invalid } from './errors.js';
import type { Customer, Invoice, InvoiceLine, InvoicePayment, PaymentMethod, Subscription } from './objects.js';
import { charge, createPaymentIntent, type Outcome } from './payments.js';
import { total } from './rating.js';
import {
  changeSubscription,
  customerOf,
  followFailed,
  followPaid,
  giveUp,
  subscriptionOf,
} from './subscription-state.js';
import { applyTax, automaticTaxOf } from './tax.js';

const HOUR = 3600;
const DAY = 86_400;
/** Days from each failed attempt to the next: eight retries in two weeks. */
const RETRY_AFTER_DAYS = [1, 2, 2, 2, 2, 2, 2, 1];
/** Less than this no card is charged for: it is carried over to the next invoice. */
const AMOUNT_MIN = 50;

export interface NewInvoice {
  reason: Invoice['billing_reason'];
  currency: string;
  subscription?: Subscription;
  period?: { start: number; end: number };
  autoAdvance?: boolean;
  isTaxed?: boolean;
  collectionMethod?: Invoice['collection_method'];
  daysUntilDue?: number | null;
  dueDate?: number | null;
  discounts?: string[];
  defaultPaymentMethod?: string | null;
  description?: string | null;
  footer?: string | null;
  metadata?: Record<string, string>;
  statementDescriptor?: string | null;
}

/** A draft without lines; whoever makes it adds them and calls `announce`. */
export function newInvoice(account: Account, customer: Customer, given: NewInvoice): Invoice {
  const { subscription } = given;
  const now = account.now(customer.test_clock);
  const id = newId('in');
  const autoAdvance = given.autoAdvance ?? true;
  const collection = given.collectionMethod ?? subscription?.collection_method ?? 'charge_automatically';
  const days = given.daysUntilDue ?? subscription?.days_until_due ?? null;
  const invoice: Invoice = {
    id,
    object: 'invoice',
    account_country: 'US',
    account_name: 'Kindred',
    account_tax_ids: null,
    amount_due: 0,
    amount_overpaid: 0,
    amount_paid: 0,
    amount_remaining: 0,
    amount_shipping: 0,
    application: null,
    attempt_count: 0,
    attempted: false,
    auto_advance: autoAdvance,
    automatic_tax: {
      disabled_reason: null,
      ...automaticTaxOf(given.isTaxed ?? subscription?.automatic_tax.enabled ?? false, customer),
    },
    automatically_finalizes_at: autoAdvance ? now + HOUR : null,
    billing_reason: given.reason,
    collection_method: collection,
    created: now,
    currency: given.currency,
    custom_fields: null,
    customer: customer.id,
    customer_account: null,
    customer_address: customer.address ?? null,
    customer_email: customer.email,
    customer_name: customer.name ?? null,
    customer_phone: customer.phone ?? null,
    customer_shipping: customer.shipping,
    customer_tax_exempt: customer.tax_exempt ?? 'none',
    customer_tax_ids: account.store.find('tax_id', customer.id).map(({ type, value }) => ({ type, value })),
    default_payment_method: given.defaultPaymentMethod ?? null,
    default_source: null,
    default_tax_rates: [],
    description: given.description ?? null,
    discounts: given.discounts ?? [],
    due_date: given.dueDate ?? (collection === 'send_invoice' ? now + (days ?? 30) * DAY : null),
    effective_at: null,
    ending_balance: null,
    footer: given.footer ?? customer.invoice_settings.footer,
    from_invoice: null,
    hosted_invoice_url: null,
    invoice_pdf: null,
    issuer: { type: 'self' },
    last_finalization_error: null,
    latest_revision: null,
    lines: { object: 'list', data: [], has_more: false, url: `/v1/invoices/${id}/lines` },
    livemode: false,
    metadata: given.metadata ?? {},
    next_payment_attempt: autoAdvance && collection === 'charge_automatically' ? now + HOUR : null,
    number: null,
    on_behalf_of: null,
    parent: subscription
      ? {
          type: 'subscription_details',
          quote_details: null,
          subscription_details: { metadata: subscription.metadata, subscription: subscription.id },
        }
      : null,
    payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
    period_end: given.period?.end ?? now,
    period_start: given.period?.start ?? now,
    post_payment_credit_notes_amount: 0,
    pre_payment_credit_notes_amount: 0,
    receipt_number: null,
    rendering: null,
    shipping_cost: null,
    shipping_details: null,
    starting_balance: 0,
    statement_descriptor: given.statementDescriptor ?? null,
    status: 'draft',
    status_transitions: { finalized_at: null, marked_uncollectible_at: null, paid_at: null, voided_at: null },
    subtotal: 0,
    subtotal_excluding_tax: 0,
    test_clock: customer.test_clock ?? null,
    total: 0,
    total_discount_amounts: [],
    total_excluding_tax: 0,
    total_pretax_credit_amounts: [],
    total_taxes: [],
    webhooks_delivered_at: null,
  };
  return account.store.add<'invoice'>(invoice, { retries: 0 });
}

/** Tells of a draft when its first lines are on it. */
export function announce(account: Account, invoice: Invoice, lines: InvoiceLine[]): void {
  invoice.lines.data.push(...lines);
  addUp(account, invoice);
  account.emit('invoice.created', invoice);
}

/** Draws a draft up anew from its lines. */
export function addUp(account: Account, invoice: Invoice): void {
  const customer = customerOf(account, invoice);
  applyDiscounts(account, invoice);
  invoice.subtotal = invoice.subtotal_excluding_tax = total(invoice.lines.data);
  invoice.total_excluding_tax = invoice.subtotal - total(invoice.total_discount_amounts!);
  applyTax(account, invoice, customer);
  invoice.total = invoice.total_excluding_tax + total(invoice.total_taxes!);
  invoice.starting_balance = customer.balance;
  invoice.amount_due = invoice.amount_remaining = Math.max(0, invoice.total + appliedBalance(invoice));
}

/** A credit pays as much as is to be paid; what is owed is collected with whatever is. */
function appliedBalance(invoice: Invoice): number {
  const { starting_balance: balance } = invoice;
  return balance < 0 ? Math.max(balance, -Math.max(invoice.total, 0)) : balance;
}

/**
 * Gives the draft its number and opens it; what needs no payment is paid at once.
 *
 * @throws StripeError where it is none
 */
export function finalize(account: Account, invoice: Invoice): void {
  if (invoice.status !== 'draft')
    throw invalid('This invoice is already finalized: only drafts can be.', { code: 'invoice_not_editable' });
  const customer = customerOf(account, invoice);
  const now = account.now(invoice.test_clock);
  const { afterFinalizing } = account.store.notes('invoice', invoice.id);
  addUp(account, invoice);
  // As of a renewal: it goes on without tax, and says why.
  if (invoice.automatic_tax.status === 'requires_location_inputs')
    Object.assign(invoice.automatic_tax, {
      ...automaticTaxOf(false, customer),
      disabled_reason: 'finalization_requires_location_inputs',
    });
  applyCredits(account, invoice, customer);
  settleBalance(account, invoice, customer);
  customer.currency ??= invoice.currency;
  Object.assign(invoice, {
    status: 'open',
    number: `${customer.invoice_prefix}-${String(customer.next_invoice_sequence).padStart(4, '0')}`,
    effective_at: now,
    automatically_finalizes_at: null,
    hosted_invoice_url: `${account.url}/i/${invoice.id}`,
    invoice_pdf: `${account.url}/i/${invoice.id}/pdf`,
    next_payment_attempt: null,
  });
  customer.next_invoice_sequence!++;
  invoice.status_transitions.finalized_at = now;
  if (invoice.amount_due > 0) openPayment(account, invoice, customer);
  account.emit('invoice.finalized', invoice);
  if (afterFinalizing === 'void') return voidInvoice(account, invoice);
  if (afterFinalizing === 'mark_uncollectible') return markUncollectible(account, invoice);
  if (invoice.amount_due === 0) return settle(account, invoice);
  if (invoice.collection_method === 'send_invoice') account.emit('invoice.sent', invoice);
}

/** Takes from the balance what pays for the invoice, or adds to it what the invoice gives back or is too little to be charged. */
function settleBalance(account: Account, invoice: Invoice, customer: Customer): void {
  const applied = appliedBalance(invoice);
  const of = { currency: invoice.currency, invoice: invoice.id };
  if (applied !== 0) changeBalance(account, customer, -applied, { ...of, type: 'applied_to_invoice' });
  const due = invoice.total + applied;
  if (due < 0) changeBalance(account, customer, due, { ...of, type: 'applied_to_invoice' });
  if (due > 0 && due < AMOUNT_MIN) changeBalance(account, customer, due, { ...of, type: 'invoice_too_small' });
  invoice.amount_due = invoice.amount_remaining = due >= AMOUNT_MIN ? due : 0;
  invoice.ending_balance = customer.balance;
}

function openPayment(account: Account, invoice: Invoice, customer: Customer): void {
  const what = invoice.billing_reason === 'subscription_create' ? 'Subscription creation' : `Invoice ${invoice.number}`;
  const intent = createPaymentIntent(account, customer, invoice.amount_due, invoice.currency, what);
  account.store.add<'invoice_payment'>(
    {
      id: newId('inpay'),
      object: 'invoice_payment',
      amount_paid: null,
      amount_requested: invoice.amount_due,
      created: account.now(invoice.test_clock),
      currency: invoice.currency,
      invoice: invoice.id,
      is_default: true,
      livemode: false,
      payment: { type: 'payment_intent', payment_intent: intent.id },
      status: 'open',
      status_transitions: { canceled_at: null, paid_at: null },
    },
    { customer: customer.id },
  );
}

export function paymentOf(account: Account, invoice: Invoice): InvoicePayment | undefined {
  return account.store.findOf('invoice_payment', invoice.id).at(-1);
}

/** The card that an invoice is charged to: its own, its subscription's or its customer's. */
export function methodOf(account: Account, invoice: Invoice): PaymentMethod | undefined {
  const id =
    invoice.default_payment_method ??
    subscriptionOf(account, invoice)?.default_payment_method ??
    customerOf(account, invoice).invoice_settings.default_payment_method;
  return id ? account.store.get('payment_method', id) : undefined;
}

export interface Attempt {
  method?: PaymentMethod | undefined;
  /** Its holder is there, and proved who they are if that was asked of them. */
  isAuthenticated?: boolean;
  /** By the schedule, and not by someone's hand. */
  isScheduled?: boolean;
}

/** Tries to take what an open invoice still wants. */
export function attempt(account: Account, invoice: Invoice, given: Attempt = {}): Outcome | { status: 'no_method' } {
  const method = given.method ?? methodOf(account, invoice);
  const payment = paymentOf(account, invoice);
  if (!payment || invoice.amount_remaining === 0) {
    settle(account, invoice);
    return { status: 'succeeded' };
  }
  const intent = account.need('payment_intent', payment.payment.payment_intent!);
  intent.amount = invoice.amount_remaining;
  const outcome = method
    ? charge(account, intent, method, given.isAuthenticated ?? false)
    : { status: 'no_method' as const };
  // Of those by hand only the first counts, and none moves the schedule.
  if (given.isScheduled || invoice.attempt_count === 0) invoice.attempt_count++;
  invoice.attempted = true;
  if (outcome.status === 'succeeded') {
    keepMethod(account, invoice, method!);
    settle(account, invoice, invoice.amount_remaining);
  } else fail(account, invoice, outcome.status, given.isScheduled ?? false);
  return outcome;
}

/** A subscription may be told to go on with the card that paid for it. */
function keepMethod(account: Account, invoice: Invoice, { id, customer }: PaymentMethod): void {
  const subscription = subscriptionOf(account, invoice);
  if (subscription?.payment_settings?.save_default_payment_method !== 'on_subscription' || !customer) return;
  changeSubscription(account, subscription, { default_payment_method: id });
}

/** Marks an invoice as paid, with what a card paid of it. */
export function settle(account: Account, invoice: Invoice, paid = 0): void {
  const now = account.now(invoice.test_clock);
  const payment = paymentOf(account, invoice);
  Object.assign(invoice, {
    status: 'paid',
    amount_paid: invoice.amount_paid + paid,
    amount_remaining: 0,
    attempted: true,
    auto_advance: false,
    next_payment_attempt: null,
  });
  invoice.status_transitions.paid_at = now;
  if (payment && paid > 0) {
    Object.assign(payment, { status: 'paid', amount_paid: paid });
    payment.status_transitions.paid_at = now;
    account.emit('invoice_payment.paid', payment);
  } else if (payment) cancelPayment(account, payment, now);
  account.emit('invoice.paid', invoice);
  account.emit('invoice.payment_succeeded', invoice);
  followPaid(account, invoice);
}

function fail(account: Account, invoice: Invoice, why: Outcome['status'] | 'no_method', isScheduled: boolean): void {
  const notes = account.store.notes('invoice', invoice.id);
  const subscription = subscriptionOf(account, invoice);
  // The first payment of a subscription is up to its payer.
  const isRetried =
    invoice.auto_advance &&
    subscription?.status !== 'incomplete' &&
    invoice.collection_method === 'charge_automatically';
  const isFirst = invoice.next_payment_attempt === null && notes.retries === 0;
  if (isRetried && (isScheduled || isFirst)) {
    const days = RETRY_AFTER_DAYS[notes.retries];
    invoice.next_payment_attempt = days === undefined ? null : account.now(invoice.test_clock) + days * DAY;
    notes.retries++;
  }
  const isLast = isRetried && invoice.next_payment_attempt === null;
  if (why === 'requires_action') account.emit('invoice.payment_action_required', invoice);
  account.emit('invoice.payment_failed', invoice);
  followFailed(account, invoice);
  if (!isLast) return;
  invoice.auto_advance = false;
  giveUp(account, invoice);
}

export function voidInvoice(account: Account, invoice: Invoice): void {
  const customer = customerOf(account, invoice);
  const applied = (invoice.ending_balance ?? 0) - invoice.starting_balance;
  if (applied !== 0)
    changeBalance(account, customer, -applied, {
      type: 'unapplied_from_invoice',
      currency: invoice.currency,
      invoice: invoice.id,
    });
  returnCredits(account, invoice, customer);
  close(account, invoice, 'void');
  invoice.status_transitions.voided_at = account.now(invoice.test_clock);
  account.emit('invoice.voided', invoice);
}

export function markUncollectible(account: Account, invoice: Invoice): void {
  close(account, invoice, 'uncollectible');
  invoice.status_transitions.marked_uncollectible_at = account.now(invoice.test_clock);
  account.emit('invoice.marked_uncollectible', invoice);
}

function close(account: Account, invoice: Invoice, status: 'void' | 'uncollectible'): void {
  const payment = paymentOf(account, invoice);
  if (payment && status === 'void') cancelPayment(account, payment, account.now(invoice.test_clock));
  Object.assign(invoice, { status, auto_advance: false, next_payment_attempt: null });
}

function cancelPayment(account: Account, payment: InvoicePayment, now: number): void {
  if (payment.status !== 'open') return;
  payment.status = 'canceled';
  payment.status_transitions.canceled_at = now;
  const intent = account.need('payment_intent', payment.payment.payment_intent!);
  Object.assign(intent, {
    status: 'canceled',
    canceled_at: now,
    cancellation_reason: 'void_invoice',
    next_action: null,
  });
  account.emit('payment_intent.canceled', intent);
}
