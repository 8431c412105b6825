import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Claim } from '../../platform/queue/leased-rows.js';
import type { ClaimOrder } from '../../platform/queue/leased-work.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { type OutboxClaim, StripeOutbox } from '../../platform/stripe/stripe-outbox.js';
import { findOrCreateCreditNote, RefundFailed } from '../billing/index.js';
import { leftOf } from './credit-grants.repository.js';
import { CreditPurchases } from './credit-purchases.service.js';
import {
  CREDIT_REFUNDS,
  type CreditRefundRow,
  CreditRefundsRepository,
  NEXT_CREDIT_REFUNDS,
} from './credit-refunds.repository.js';

/** At a time, in one worker. */
const REFUNDS_MAX = 4;

/**
 * Gives back what organizations that were deleted had left of the credits that they bought: by a credit note of the purchase's invoice at Stripe, to the card
 * that paid it, with its tax. What went back already, by hand or by a bank, is asked for first.
 */
@Injectable()
export class CreditRefundSender extends StripeOutbox<OutboxClaim> {
  protected readonly table = CREDIT_REFUNDS;
  protected readonly most = REFUNDS_MAX;

  constructor(
    database: Database,
    private readonly repository: CreditRefundsRepository,
    private readonly purchases: CreditPurchases,
    private readonly stripe: Stripe,
    private readonly clock: Clock,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_CREDIT_REFUNDS, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<OutboxClaim[]> {
    return this.repository.readClaimed(transaction, claims);
  }

  protected override async send({ tenantId, id }: OutboxClaim, lease: AbortSignal): Promise<void> {
    const { grant } = await this.find(tenantId, id);
    const stripeInvoiceId = grant.stripeInvoiceId!;
    await this.purchases.follow(tenantId, stripeInvoiceId);
    const row = await this.find(tenantId, id);
    const invoice = await this.stripe.invoices.retrieve(stripeInvoiceId, {}, ONE_CALL);
    const note = await findOrCreateCreditNote(
      this.stripe,
      invoice,
      {
        mark: { credit_refund_id: id },
        amount: toGiveBack(row, invoice),
        isRefund: true,
        memo: 'Prepaid credits that were not used',
        idempotencyKey: `credit-refund-${id}-${row.keyRound}`,
      },
      lease,
    ).catch((error: unknown) => {
      // Somebody gave it back by other means.
      if (error instanceof RefundFailed && leftOf(row.grant) === 0n) return null;
      throw error;
    });
    // Credit notes took all of the invoice, and yet some is left: of one of them the refund failed.
    if (!note && leftOf(row.grant) > 0n) throw new RefundFailed();
    await this.purchases.follow(tenantId, stripeInvoiceId);
    await this.database.tenant(tenantId, (transaction) =>
      this.repository.setDone(transaction, id, note?.id ?? null, this.clock.now()),
    );
    // Above organizations, as this one is no more.
    await this.database.system((transaction) => audit(transaction, null, 'credit_refund.sent', id));
    // Again, as its refund may have failed before it was written down.
    await this.purchases.follow(tenantId, stripeInvoiceId);
  }

  protected override reasonOf(error: Error): string | undefined {
    return error instanceof RefundFailed ? error.message : super.reasonOf(error);
  }

  private async find(tenantId: string, id: string): Promise<CreditRefundRow> {
    return (await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id)))!;
  }

  protected override raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    return this.repository.raiseKeyRound(transaction, id);
  }

  protected override block(transaction: Transaction, { id }: OutboxClaim, reason: string): Promise<void> {
    return this.repository.setBlocked(transaction, id, reason, this.clock.now());
  }
}

/** With tax, in the smallest unit: the part of the invoice that is left of its credits, and no more than is left of the invoice. */
function toGiveBack({ grant, amountMinor }: CreditRefundRow, invoice: Stripe.Invoice): number {
  const { total, pre_payment_credit_notes_amount: before, post_payment_credit_notes_amount: after } = invoice;
  const left = leftOf(grant) < amountMinor ? leftOf(grant) : amountMinor;
  const withTax = (2n * left * BigInt(total) + grant.amountMinor) / (2n * grant.amountMinor);
  return Math.min(Number(withTax), total - before - after);
}
