import type Stripe from 'stripe';
import type { Mail } from '../notifications/index.js';
import type { WebhookEventData } from '../webhooks/index.js';
import { toMain } from './invoice-lines.js';
import { fromStripe } from './stripe-time.js';

/** What customers are told of one of Stripe's invoices. */
export function toInvoiceEvent(invoice: Stripe.Invoice): WebhookEventData<'invoice.finalized'> {
  const { id, number, currency, total, amount_due, amount_paid } = invoice;
  const subscription = invoice.parent?.subscription_details?.subscription ?? null;
  // An invoice's own period is that of what is metered, and empty on the first one; its first line says what is paid for.
  const { start, end } = invoice.lines.data[0]?.period ?? { start: invoice.period_start, end: invoice.period_end };
  return {
    invoiceId: id,
    number,
    subscriptionId: typeof subscription === 'string' ? subscription : (subscription?.id ?? null),
    currency,
    total: toMain(total, currency),
    amountDue: toMain(amount_due, currency),
    amountPaid: toMain(amount_paid, currency),
    periodStart: fromStripe(start).toISOString(),
    periodEnd: fromStripe(end).toISOString(),
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
  };
}

export function toPaymentFailedEvent(invoice: Stripe.Invoice): WebhookEventData<'invoice.payment_failed'> {
  const { attempt_count: attemptCount, next_payment_attempt: next } = invoice;
  return {
    ...toInvoiceEvent(invoice),
    attemptCount,
    nextAttemptAt: next === null ? null : fromStripe(next).toISOString(),
  };
}

export function paymentFailedMail(invoice: WebhookEventData<'invoice.payment_failed'>): Mail {
  const { number, invoiceId, amountDue, currency, nextAttemptAt, hostedInvoiceUrl } = invoice;
  const values = { invoice: number ?? invoiceId, amountDue, currency, nextAttemptAt, hostedInvoiceUrl };
  return { template: 'payment_failed', values };
}
