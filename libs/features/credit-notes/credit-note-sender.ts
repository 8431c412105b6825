import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Claim } from '../../platform/queue/leased-rows.js';
import type { ClaimOrder } from '../../platform/queue/leased-work.js';
import { ONE_CALL } from '../../platform/stripe/one-call.js';
import { StripeOutbox } from '../../platform/stripe/stripe-outbox.js';
import { findOrCreateCreditNote, RefundFailed } from '../billing/index.js';
import { InvoiceFollower } from '../invoices/index.js';
import {
  type ClaimedCreditNote,
  CREDIT_NOTES,
  CreditNotesRepository,
  NEXT_CREDIT_NOTES,
} from './credit-notes.repository.js';

/** Organizations at a time, in one worker. */
const ORGANIZATIONS_MAX = 8;

/**
 * Takes credit notes that were issued to Stripe, which takes them off what it asks for or gives them back: one there for each of ours. The issued
 * rows are the queue. What was done before is found there by what it is marked with, so that the work may end after any call and begin again.
 */
@Injectable()
export class CreditNoteSender extends StripeOutbox<ClaimedCreditNote> {
  protected readonly table = CREDIT_NOTES;
  protected readonly most = ORGANIZATIONS_MAX;

  constructor(
    database: Database,
    private readonly repository: CreditNotesRepository,
    private readonly follower: InvoiceFollower,
    private readonly stripe: Stripe,
    private readonly clock: Clock,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_CREDIT_NOTES, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedCreditNote[]> {
    return this.repository.readClaimed(transaction, claims);
  }

  protected override async send({ tenantId, id }: ClaimedCreditNote, lease: AbortSignal): Promise<void> {
    const note = (await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id)))!;
    const { number, reason, kind, keyRound, amountMinor, asCreditsMinor } = note;
    const invoice = await this.stripe.invoices.retrieve(note.invoice.stripeInvoiceId!, {}, ONE_CALL);
    const sent = await findOrCreateCreditNote(
      this.stripe,
      invoice,
      {
        mark: { credit_note_id: id },
        // What goes back as prepaid credits was never asked for there.
        amount: Number(amountMinor - asCreditsMinor),
        isRefund: kind === 'refund',
        // Stripe has a number of its own for it; the customer knows ours.
        memo: `${number}: ${reason}`,
        idempotencyKey: `credit-note-${id}-${keyRound}`,
      },
      lease,
    );
    await this.follower.follow(tenantId, invoice.id);
    await this.database.tenant(tenantId, (transaction) => this.repository.setSent(transaction, id, sent!.id));
  }

  protected override reasonOf(error: Error): string | undefined {
    return error instanceof RefundFailed ? error.message : super.reasonOf(error);
  }

  protected override raiseKeyRound(transaction: Transaction, id: string): Promise<void> {
    return this.repository.raiseKeyRound(transaction, id);
  }

  protected override async block(
    transaction: Transaction,
    { tenantId, id }: ClaimedCreditNote,
    reason: string,
  ): Promise<void> {
    const { blockedReason } = (await this.repository.find(transaction, id))!;
    if (blockedReason === reason) return;
    await this.repository.setBlocked(transaction, id, reason, this.clock.now());
    await audit(transaction, tenantId, 'credit_note.blocked', id, { after: { reason } });
  }
}
