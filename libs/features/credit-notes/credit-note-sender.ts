import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { audit } from '../../platform/audit/audit.js';
import { Clock } from '../../platform/clock/clock.js';
import { Database, type Transaction } from '../../platform/database/database.js';
import { type Claim, releaseRow } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork } from '../../platform/queue/leased-work.js';
import { waitAfter } from '../../platform/queue/waits.js';
import { isAnswered, ONE_CALL } from '../../platform/stripe/one-call.js';
import { InvoiceFollower } from '../invoices/index.js';
import {
  type ClaimedCreditNote,
  CREDIT_NOTES,
  type CreditNoteRow,
  CreditNotesRepository,
  NEXT_CREDIT_NOTES,
} from './credit-notes.repository.js';

/** Organizations at a time, in one worker. */
const ORGANIZATIONS_MAX = 8;
const PAGE = 100;
/** Until what Stripe refused is asked again. */
const BLOCKED_SECONDS = 600;
const REASON_CHARACTERS_MAX = 500;

/**
 * Takes credit notes that were issued to Stripe, which takes them off what it asks for or gives them back: one there for each of ours. The issued
 * rows are the queue. What was done before is found there by what it is marked with, so that the work may end after any call and begin again.
 */
@Injectable()
export class CreditNoteSender extends LeasedWork<ClaimedCreditNote> {
  protected override readonly everyMs = 1_000;
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

  protected override async carryOut(claimed: ClaimedCreditNote, lease: AbortSignal): Promise<void> {
    const { tenantId, id, tries } = claimed;
    try {
      await this.send(claimed, lease);
    } catch (error) {
      // It is another worker's, or nobody's, to go on with.
      if (lease.aborted) return;
      const isRefused = error instanceof Stripe.errors.StripeInvalidRequestError;
      const wait = isRefused ? BLOCKED_SECONDS : waitAfter(tries);
      this.logger.warn({
        msg: `credit note ${id} of organization ${tenantId} is taken to Stripe again in ${wait} s`,
        err: error,
      });
      await this.database.tenant(tenantId, async (transaction) => {
        if (!(await releaseRow(transaction, CREDIT_NOTES, claimed, wait))) return;
        if (isAnswered(error as Error)) await this.repository.raiseKeyRound(transaction, id);
        if (isRefused) await this.block(transaction, claimed, error.message.slice(0, REASON_CHARACTERS_MAX));
      });
    }
  }

  private async send({ tenantId, id }: ClaimedCreditNote, lease: AbortSignal): Promise<void> {
    const note = (await this.database.tenant(tenantId, (transaction) => this.repository.find(transaction, id)))!;
    const invoice = await this.stripe.invoices.retrieve(note.invoice.stripeInvoiceId!, {}, ONE_CALL);
    // Looks first: a key is forgotten after a day, and its worker may have been away for longer.
    let sent: Stripe.CreditNote | undefined;
    let refunded = 0;
    for await (const each of this.stripe.creditNotes.list({ invoice: invoice.id, limit: PAGE }, ONE_CALL)) {
      if (each.metadata?.['credit_note_id'] === id) sent = each;
      for (const { amount_refunded: amount } of each.refunds) refunded += amount;
    }
    lease.throwIfAborted();
    sent ??= await this.stripe.creditNotes.create(
      {
        invoice: invoice.id,
        amount: Number(note.amountMinor),
        ...partsOf(note, invoice, refunded),
        // Stripe has a number of its own for it; the customer knows ours.
        memo: `${note.number}: ${note.reason}`,
        email_type: 'none',
        metadata: { credit_note_id: id },
      },
      { ...ONE_CALL, idempotencyKey: `credit-note-${id}-${note.keyRound}` },
    );
    await this.follower.follow(tenantId, invoice.id);
    await this.database.tenant(tenantId, (transaction) => this.repository.setSent(transaction, id, sent.id));
  }

  private async block(transaction: Transaction, { tenantId, id }: Claim, reason: string): Promise<void> {
    const { blockedReason } = (await this.repository.find(transaction, id))!;
    if (blockedReason === reason) return;
    await this.repository.setBlocked(transaction, id, reason, this.clock.now());
    await audit(transaction, tenantId, 'credit_note.blocked', id, { after: { reason } });
  }
}

/**
 * Where it goes that was paid already: a refund to the card as far as that paid, all else to the customer's balance, which pays for their next
 * invoice. A credit of an open invoice that was paid meanwhile is there too.
 *
 * @param refunded what earlier credit notes gave back to the card
 */
function partsOf(
  { kind, amountMinor }: CreditNoteRow,
  { status, amount_remaining: left, amount_paid: paid }: Stripe.Invoice,
  refunded: number,
): Pick<Stripe.CreditNoteCreateParams, 'refund_amount' | 'credit_amount'> {
  const back = Number(amountMinor) - (status === 'paid' ? 0 : Math.min(Number(amountMinor), left));
  const refund = kind === 'refund' ? Math.min(back, Math.max(0, paid - refunded)) : 0;
  const credit = back - refund;
  return { ...(refund > 0 && { refund_amount: refund }), ...(credit > 0 && { credit_amount: credit }) };
}
