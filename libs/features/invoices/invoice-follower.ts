import { Inject, Injectable, Logger } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { CONFIG, type Config } from '../../platform/config/config.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { BillingRepository, disputedOf, fromStripe, paymentFailedMail, toMain } from '../billing/index.js';
import { CreditGrantsRepository } from '../credit-grants/index.js';
import { NotificationsService } from '../notifications/index.js';
import { WebhooksService } from '../webhooks/index.js';
import { issuedEvent, issuedMail } from './invoice-issued.js';
import {
  type BlockedReason,
  untaxedDueMinorOf,
  type InvoiceStatus,
  InvoicesRepository,
  type KeptInvoice,
} from './invoices.repository.js';

/** Stripe never goes back: what was fetched earlier and is written later changes nothing. */
const RANK: Record<InvoiceStatus, number> = { draft: 0, open: 1, uncollectible: 2, paid: 3, void: 3 };

const STATUSES = Object.keys(RANK) as InvoiceStatus[];

/** What an event of Stripe's says beyond the state of the invoice. */
export interface InvoiceEvent {
  id: string;
  type: string;
}

/** Writes down what became of our invoices at Stripe: it has the number and the payment, we have the lines. */
@Injectable()
export class InvoiceFollower {
  private readonly logger = new Logger(InvoiceFollower.name);

  constructor(
    private readonly database: Database,
    private readonly repository: InvoicesRepository,
    private readonly billing: BillingRepository,
    private readonly stripe: Stripe,
    private readonly webhooks: WebhooksService,
    private readonly notifications: NotificationsService,
    private readonly clock: Clock,
    @Inject(CONFIG) private readonly config: Pick<Config, 'PUBLIC_URL'>,
    private readonly credits: CreditGrantsRepository,
  ) {}

  /**
   * Asks Stripe for the invoice and writes down what it says.
   *
   * @returns null where it is none of ours
   */
  async follow(
    tenantId: string,
    stripeInvoiceId: string,
    event?: InvoiceEvent,
  ): Promise<'changed' | 'unchanged' | null> {
    const id = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findByStripe(transaction, stripeInvoiceId),
    );
    if (!id) return null;
    const found = await this.stripe.invoices.retrieve(stripeInvoiceId, {}, ONE_CALL);
    const settledMinor = await this.settledOf(found);
    return this.database.tenant(tenantId, async (transaction) => {
      const invoice = await this.repository.lock(transaction, id);
      const isChanged = await this.write(transaction, tenantId, invoice, found, settledMinor);
      const isTold =
        event?.type === 'invoice.payment_failed' &&
        (await this.tellFailure(transaction, tenantId, { ...invoice, number: found.number }, found, event.id));
      return isChanged || isTold ? 'changed' : 'unchanged';
    });
  }

  /**
   * Asks Stripe how much of a charge was given back or is disputed, and writes down what our credit notes do not account for.
   *
   * @param invoice which the charge paid
   * @returns null where that is none of ours
   */
  async followRefund(tenantId: string, chargeId: string, invoice: string): Promise<'changed' | 'unchanged' | null> {
    const id = await this.database.tenant(tenantId, (transaction) =>
      this.repository.findByStripe(transaction, invoice),
    );
    if (!id) return null;
    const isRefunded = await this.followRefunds(tenantId, id, chargeId, invoice);
    const isDisputed = await this.followDisputes(tenantId, id, invoice);
    return isRefunded || isDisputed ? 'changed' : 'unchanged';
  }

  /** Of a fee, which Stripe has invoiced by itself: nobody's card is charged anew while their bank takes money back. */
  async stopTopUp(tenantId: string): Promise<boolean> {
    return this.database.tenant(tenantId, (transaction) => this.stop(transaction, tenantId));
  }

  private async stop(transaction: Transaction, tenantId: string): Promise<boolean> {
    const isStopped = await this.credits.stopTopUp(transaction, tenantId, this.clock.now());
    if (isStopped) await audit(transaction, tenantId, 'credit_top_up.stopped', tenantId);
    return isStopped;
  }

  private async followRefunds(tenantId: string, id: string, chargeId: string, invoice: string): Promise<boolean> {
    let elsewhere = (await this.stripe.charges.retrieve(chargeId, {}, ONE_CALL)).amount_refunded;
    for await (const { refunds, metadata } of this.stripe.creditNotes.list({ invoice, limit: 100 }, ONE_CALL))
      if (metadata?.['credit_note_id']) for (const { amount_refunded: amount } of refunds) elsewhere -= amount;
    return this.database.tenant(tenantId, async (transaction) => {
      const { currency, refundedElsewhereMinor } = await this.repository.lock(transaction, id);
      if (elsewhere <= refundedElsewhereMinor) return false;
      await this.repository.update(transaction, id, { refundedElsewhereMinor: BigInt(elsewhere) });
      const after = { amount: toMain(elsewhere, currency), currency };
      await audit(transaction, tenantId, 'invoice.refunded_elsewhere', id, { after });
      return true;
    });
  }

  /** Until Stripe says what is written: who asked before, and wrote after, looks once more. @returns whether anything changed */
  private async followDisputes(tenantId: string, id: string, stripeInvoiceId: string): Promise<boolean> {
    for (let isChanged = false; ; isChanged = true) {
      const disputedMinor = BigInt(await disputedOf(this.stripe, stripeInvoiceId));
      const isWritten = await this.database.tenant(tenantId, async (transaction) => {
        const { currency, disputedMinor: known } = await this.repository.lock(transaction, id);
        if (disputedMinor === known) return false;
        await this.repository.update(transaction, id, { disputedMinor });
        const [before, after] = [known, disputedMinor].map((each) => ({ disputed: toMain(each, currency), currency }));
        await audit(transaction, tenantId, 'invoice.disputed', id, { before, after });
        if (disputedMinor > known) await this.stop(transaction, tenantId);
        return true;
      });
      if (!isWritten) return isChanged;
    }
  }

  /** A draft in the customer's favour, of which Stripe has the credit, is an invoice of nothing to pay, with a number of ours. */
  async issueCredit(tenantId: string, id: string): Promise<void> {
    await this.database.tenant(tenantId, async (transaction) => {
      const draft = await this.repository.lock(transaction, id);
      if (draft.status !== 'draft') return;
      const now = this.clock.now();
      const number = await this.repository.nextNumber(transaction, now);
      const issued = { number, status: 'paid', issuedAt: now, paidAt: now } as const;
      const done = { blockedReason: null, blockedSince: null, leaseExpiresAt: null };
      await this.repository.update(transaction, id, { ...issued, ...done });
      const invoice = { ...draft, ...issued };
      await audit(transaction, tenantId, 'invoice.issued', id, { after: { number, status: 'paid' } });
      const event = issuedEvent(invoice, this.config.PUBLIC_URL);
      await this.webhooks.emit(transaction, tenantId, 'invoice.finalized', event, id);
      await this.notifications.email(transaction, tenantId, issuedMail(invoice));
    });
  }

  /** What is not asked for any more but by our own credit notes: paid, taken from the balance, or credited by hand at Stripe. */
  private async settledOf(found: Stripe.Invoice): Promise<bigint> {
    const { id: invoice, total, amount_remaining: left, pre_payment_credit_notes_amount: credited } = found;
    let ours = 0;
    if (credited > 0)
      for await (const each of this.stripe.creditNotes.list({ invoice, limit: 100 }, ONE_CALL))
        if (each.metadata?.['credit_note_id'] && each.status === 'issued') ours += each.pre_payment_amount;
    return BigInt(Math.max(0, total - left - ours));
  }

  private async write(
    transaction: Transaction,
    tenantId: string,
    invoice: KeptInvoice,
    found: Stripe.Invoice,
    settledMinor: bigint,
  ): Promise<boolean> {
    const status = STATUSES.find((each) => each === found.status);
    if (!status || RANK[status] < RANK[invoice.status]) return false;
    const hostedInvoiceUrl = found.hosted_invoice_url ?? null;
    if (status === invoice.status) {
      if (hostedInvoiceUrl === invoice.hostedInvoiceUrl && settledMinor <= invoice.settledMinor) return false;
      await this.repository.update(transaction, invoice.id, { hostedInvoiceUrl, settledMinor });
      return true;
    }
    if (!isSame(invoice, found)) {
      await this.block(transaction, tenantId, invoice, 'other_total', totalsOf(invoice, found));
      return false;
    }
    const { finalized_at: finalizedAt, paid_at: paidAt } = found.status_transitions;
    const now = this.clock.now();
    const isFirst = invoice.status === 'draft';
    const after = {
      ...(isFirst && { number: found.number, taxMinor: taxOf(found), issuedAt: timeOf(finalizedAt) ?? now }),
      status,
      paidAt: status === 'paid' ? (timeOf(paidAt) ?? now) : null,
      hostedInvoiceUrl,
      settledMinor,
      blockedReason: null,
      blockedSince: null,
      // Whoever has it has nothing more to do.
      ...(status !== 'open' && { leaseExpiresAt: null }),
    };
    await this.repository.update(transaction, invoice.id, after);
    // Whoever owed this one alone owes nothing now.
    await this.billing.settleOverdue(transaction, tenantId, now);
    const is = { ...invoice, ...after };
    if (isFirst) await audit(transaction, tenantId, 'invoice.issued', is.id, { after: { number: is.number, status } });
    else {
      const change = { before: { status: invoice.status }, after: { status } };
      await audit(transaction, tenantId, 'invoice.status_changed', is.id, change);
    }
    await this.tell(transaction, tenantId, is, found, isFirst);
    return true;
  }

  /** As of invoices that Stripe does not collect; each once. */
  private async tell(
    transaction: Transaction,
    tenantId: string,
    invoice: KeptInvoice,
    found: Stripe.Invoice,
    isFirst: boolean,
  ): Promise<void> {
    const { id, currency, status } = invoice;
    const amountDue = toMain(found.amount_due, currency);
    const data = issuedEvent(invoice, this.config.PUBLIC_URL, {
      amountDue,
      amountPaid: toMain(found.amount_paid, currency),
    });
    if (isFirst) {
      await this.webhooks.emit(transaction, tenantId, 'invoice.finalized', data, id);
      await this.notifications.email(transaction, tenantId, issuedMail(invoice, amountDue));
    }
    if (status === 'paid') await this.webhooks.emit(transaction, tenantId, 'invoice.paid', data, `${id} paid`);
  }

  private async tellFailure(
    transaction: Transaction,
    tenantId: string,
    invoice: KeptInvoice,
    found: Stripe.Invoice,
    eventId: string,
  ): Promise<boolean> {
    const { currency } = invoice;
    const amounts = {
      amountDue: toMain(found.amount_due, currency),
      amountPaid: toMain(found.amount_paid, currency),
    };
    const data = {
      ...issuedEvent(invoice, this.config.PUBLIC_URL, amounts),
      attemptCount: found.attempt_count,
      nextAttemptAt: timeOf(found.next_payment_attempt)?.toISOString() ?? null,
    };
    const isNew = await this.webhooks.emit(transaction, tenantId, 'invoice.payment_failed', data, eventId);
    if (isNew) await this.notifications.email(transaction, tenantId, paymentFailedMail(data));
    return isNew;
  }

  /** Nothing is collected by the invoice until that has gone, which is looked at again and again. */
  async block(
    transaction: Transaction,
    tenantId: string,
    { id, blockedReason }: KeptInvoice,
    reason: BlockedReason,
    figures: object = {},
  ): Promise<void> {
    this.logger.error({ msg: `invoice ${id} of organization ${tenantId} is not collected: ${reason}`, ...figures });
    if (blockedReason === reason) return;
    await this.repository.update(transaction, id, { blockedReason: reason, blockedSince: this.clock.now() });
    await audit(transaction, tenantId, 'invoice.blocked', id, { after: { reason, ...figures } });
  }
}

/** Whether Stripe is to collect what we rated, whatever tax is on top. */
export function isSame(invoice: KeptInvoice, found: Stripe.Invoice): boolean {
  return BigInt(found.total) - taxOf(found) === untaxedDueMinorOf(invoice) && found.currency === invoice.currency;
}

function taxOf({ total, total_excluding_tax: without }: Stripe.Invoice): bigint {
  return BigInt(total - (without ?? total));
}

export function totalsOf(invoice: KeptInvoice, found: Stripe.Invoice): object {
  const { currency } = invoice;
  return {
    total: `${toMain(untaxedDueMinorOf(invoice), currency)} ${currency}`,
    stripeTotal: `${toMain(BigInt(found.total) - taxOf(found), found.currency)} ${found.currency}`,
  };
}

function timeOf(seconds: number | null | undefined): Date | null {
  return seconds === null || seconds === undefined ? null : fromStripe(seconds);
}
