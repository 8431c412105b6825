import { Injectable } from '@nestjs/common';
import type { Transaction } from '../../platform/database/database.js';
import { Prisma } from '../../platform/database/generated/client.js';
import type { OverdueStage } from '../billing/index.js';
import type { PaymentFailure } from '../stripe-events/index.js';

/** What is due of an invoice, in the currency's smallest unit or, where Stripe said so, in the main one. */
export interface DueInvoice {
  id: string | null;
  number: string | null;
  currency: string;
  dueMinor: string | null;
  dueMain: string | null;
  stripeInvoiceId: string;
  hostedInvoiceUrl: string | null;
}

export interface OverdueRow {
  id: string;
  name: string;
  since: Date;
  stage: OverdueStage;
  graceUntil: Date | null;
  remindedAt: Date | null;
  isRenewal: boolean;
  hasSubscription: boolean;
  invoices: DueInvoice[];
  failure: PaymentFailure | null;
  mailTemplate: 'payment_failed' | 'payment_overdue' | null;
  mailAt: Date | null;
}

@Injectable()
export class OverdueRepository {
  async hasOrganization(transaction: Transaction, id: string): Promise<boolean> {
    return (await transaction.organization.count({ where: { id } })) > 0;
  }

  /** Requires a system transaction. Who owes, for longest first; what Stripe bills itself is known from its events. */
  list(transaction: Transaction, limit: number, tenantId?: string): Promise<OverdueRow[]> {
    return transaction.$queryRaw<OverdueRow[]>`
      SELECT subscription.tenant_id AS id, organization.name, overdue_since AS since, overdue_stage AS stage, overdue_grace_until AS "graceUntil",
        overdue_reminded_at AS "remindedAt", status = 'past_due' AS "isRenewal", stripe_subscription_id IS NOT NULL AS "hasSubscription",
        due.invoices, failure.telling AS failure, mail.template AS "mailTemplate", mail.created_at AS "mailAt"
      FROM subscriptions subscription JOIN organizations organization ON organization.id = subscription.tenant_id
      CROSS JOIN LATERAL (
        SELECT coalesce(jsonb_agg(invoice ORDER BY invoice."stripeInvoiceId"), '[]') AS invoices FROM (
          SELECT id, number, currency, hosted_invoice_url AS "hostedInvoiceUrl", stripe_invoice_id AS "stripeInvoiceId", NULL AS "dueMain",
            greatest(total_minor + tax_minor - credits_minor - settled_minor - coalesce((SELECT sum(amount_minor - as_credits_minor) FROM credit_notes note
              WHERE note.tenant_id = invoice.tenant_id AND note.invoice_id = invoice.id AND note.status = 'issued'), 0), 0)::text AS "dueMinor"
          FROM invoices invoice WHERE invoice.tenant_id = subscription.tenant_id AND status = 'open' AND stripe_invoice_id IS NOT NULL
          UNION ALL
          SELECT NULL, telling ->> 'number', telling ->> 'currency', telling ->> 'hostedInvoiceUrl', invoice_id, telling ->> 'amountDue', NULL FROM (
            SELECT DISTINCT ON (invoice_id) invoice_id, type, telling FROM stripe_events event
            WHERE event.tenant_id = subscription.tenant_id AND subscription.status = 'past_due' AND invoice_id IS NOT NULL
              AND type IN ('invoice.payment_failed', 'invoice.paid', 'invoice.voided', 'invoice.marked_uncollectible')
              AND NOT EXISTS (SELECT FROM invoices ours WHERE ours.tenant_id = event.tenant_id AND ours.stripe_invoice_id = event.invoice_id)
              AND NOT EXISTS (SELECT FROM credit_grants bought WHERE bought.tenant_id = event.tenant_id AND bought.stripe_invoice_id = event.invoice_id)
            ORDER BY invoice_id, type = 'invoice.payment_failed', created_at DESC) latest
          WHERE type = 'invoice.payment_failed') invoice) due
      LEFT JOIN LATERAL (
        SELECT telling FROM stripe_events WHERE tenant_id = subscription.tenant_id AND type = 'payment_intent.payment_failed'
        ORDER BY created_at DESC, id DESC LIMIT 1) failure ON true
      LEFT JOIN LATERAL (
        SELECT template, created_at FROM emails WHERE tenant_id = subscription.tenant_id AND template IN ('payment_failed', 'payment_overdue')
        ORDER BY id DESC LIMIT 1) mail ON true
      WHERE overdue_since IS NOT NULL AND deleted_at IS NULL ${tenantId ? Prisma.sql`AND subscription.tenant_id = ${tenantId}::uuid` : Prisma.empty}
      ORDER BY overdue_since, subscription.tenant_id LIMIT ${limit}`;
  }
}
