import { toMain } from '../billing/index.js';
import type { Mail } from '../notifications/index.js';
import type { WebhookEventData } from '../webhooks/index.js';
import { dueMinorOf, type Invoice } from './invoices.repository.js';

/** Decimals of the main unit, where Stripe says them: what is due may be less than the total, by a credit. */
export interface Amounts {
  amountDue: string;
  amountPaid: string;
}

/** What a customer's program is told of an invoice of ours. */
export function issuedEvent(
  invoice: Invoice,
  publicUrl: string,
  { amountDue, amountPaid }: Amounts = { amountDue: dueOf(invoice), amountPaid: toMain(0n, invoice.currency) },
): WebhookEventData<'invoice.finalized'> {
  const { id, number, currency, periodStart, periodEnd } = invoice;
  return {
    invoiceId: id,
    number,
    subscriptionId: null,
    currency,
    total: toMain(invoice.totalMinor + invoice.taxMinor, currency),
    amountDue,
    amountPaid,
    periodStart: periodStart.toISOString(),
    periodEnd: periodEnd.toISOString(),
    hostedInvoiceUrl: `${publicUrl}/billing/invoices/${id}`,
  };
}

export function issuedMail(invoice: Invoice, amountDue = dueOf(invoice)): Mail {
  const { id, currency, periodStart, periodEnd } = invoice;
  const values = {
    invoiceId: id,
    number: invoice.number!,
    total: toMain(invoice.totalMinor + invoice.taxMinor, currency),
    credits: toMain(invoice.creditsMinor, currency),
    amountDue,
    currency,
    periodStart: periodStart.toISOString(),
    periodEnd: periodEnd.toISOString(),
  };
  return { template: 'invoice_issued', values };
}

/** A total in the customer's favour is not paid. */
function dueOf(invoice: Invoice): string {
  const dueMinor = dueMinorOf(invoice);
  return toMain(dueMinor > 0n ? dueMinor : 0n, invoice.currency);
}
