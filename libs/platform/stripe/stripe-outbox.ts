import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import type { Transaction } from '../database/database.js';
import { type Claim, releaseRow } from '../queue/leased-rows.js';
import { LeasedWork } from '../queue/leased-work.js';
import { waitAfter } from '../queue/waits.js';
import { isAnswered } from './one-call.js';

/** Until what only somebody can put right is tried again. */
const BLOCKED_SECONDS = 600;
const REASON_CHARACTERS_MAX = 500;

/** A row on its way to Stripe. */
export interface OutboxClaim extends Claim {
  /** One after the other that failed, this one included. */
  tries: number;
}

/**
 * Rows that are the outbox to Stripe: each is taken there under idempotency keys with a round, which is raised where Stripe's answer helps nobody. What
 * passes is tried again after ever longer waits, what does not says why and is tried every ten minutes.
 */
@Injectable()
export abstract class StripeOutbox<C extends OutboxClaim, Reason extends string = string> extends LeasedWork<C> {
  protected override readonly everyMs: number = 1_000;

  /** Looks first for what an earlier try did, so that it may end after any call; ends or releases the row. */
  protected abstract send(claimed: C, lease: AbortSignal): Promise<void>;
  protected abstract raiseKeyRound(transaction: Transaction, id: string): Promise<void>;
  protected abstract block(transaction: Transaction, claimed: C, reason: Reason, error: Error): Promise<void>;

  /** Why there is nothing to wait for but somebody; undefined for what passes by itself. */
  protected reasonOf(error: Error): Reason | undefined {
    const isRefused = error instanceof Stripe.errors.StripeInvalidRequestError;
    return isRefused ? (error.message.slice(0, REASON_CHARACTERS_MAX) as Reason) : undefined;
  }

  /** Whether the same keys would be answered the same again. */
  protected isKeySpent(error: Error): boolean {
    return isAnswered(error);
  }

  protected override async carryOut(claimed: C, lease: AbortSignal): Promise<void> {
    const { tenantId, id, tries } = claimed;
    try {
      await this.send(claimed, lease);
    } catch (thrown) {
      // It is another worker's, or nobody's, to go on with.
      if (lease.aborted) return;
      const error = thrown as Error;
      const reason = this.reasonOf(error);
      const wait = reason ? BLOCKED_SECONDS : waitAfter(tries);
      const { name } = this.table;
      this.logger.warn({
        msg: `${name} ${id} of organization ${tenantId}: taken to Stripe again in ${wait} s`,
        err: error,
      });
      await this.database.tenant(tenantId, async (transaction) => {
        if (!(await releaseRow(transaction, this.table, claimed, wait))) return;
        if (this.isKeySpent(error)) await this.raiseKeyRound(transaction, id);
        if (reason) await this.block(transaction, claimed, reason, error);
      });
    }
  }
}
