import { Decimal } from 'decimal.js';
import type Stripe from 'stripe';
import type { Notification } from '../notifications/index.js';
import type { WebhookEventData } from '../webhooks/index.js';
import { minorDigits } from './invoice-lines.js';

/** What customers are told of one of Stripe's invoices. */
export function toInvoiceEvent(invoice: Stripe.Invoice): WebhookEventData<'invoice.finalized'> {
  const { id, number, currency, total, amount_due, amount_paid } = invoice;
  const digits = minorDigits(currency);
  const exact = (minor: number) => new Decimal(minor).div(new Decimal(10).pow(digits)).toFixed(digits);
  const subscription = invoice.parent?.subscription_details?.subscription ?? null;
  // An invoice's own period is that of what is metered, and empty on the first one; its first line says what is paid for.
  const { start, end } = invoice.lines.data[0]?.period ?? { start: invoice.period_start, end: invoice.period_end };
  return {
    invoiceId: id,
    number,
    subscriptionId: typeof subscription === 'string' ? subscription : (subscription?.id ?? null),
    currency,
    total: exact(total),
    amountDue: exact(amount_due),
    amountPaid: exact(amount_paid),
    periodStart: isoTime(start),
    periodEnd: isoTime(end),
    hostedInvoiceUrl: invoice.hosted_invoice_url ?? null,
  };
}

export function toPaymentFailedEvent(invoice: Stripe.Invoice): WebhookEventData<'invoice.payment_failed'> {
  const { attempt_count: attemptCount, next_payment_attempt: next } = invoice;
  return { ...toInvoiceEvent(invoice), attemptCount, nextAttemptAt: next === null ? null : isoTime(next) };
}

export function paymentFailedMail(invoice: WebhookEventData<'invoice.payment_failed'>): Notification {
  const { number, invoiceId, amountDue, currency, nextAttemptAt, hostedInvoiceUrl } = invoice;
  const name = number ?? invoiceId;
  const next = nextAttemptAt
    ? `The payment will be tried again on ${nextAttemptAt.slice(0, 10)}.`
    : 'It will not be tried again automatically.';
  return {
    subject: `Payment of invoice ${name} failed`,
    text: [
      `The payment of ${amountDue} ${currency.toUpperCase()} for invoice ${name} failed. ${next}`,
      hostedInvoiceUrl
        ? `Pay it, or use another card, at ${hostedInvoiceUrl}`
        : 'Change your card on the Billing page of your dashboard.',
    ].join('\n\n'),
  };
}

function isoTime(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
