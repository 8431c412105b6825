import { Injectable } from '@nestjs/common';
import { Database, type Transaction } from '../../platform/database/database.js';
import type { Claim } from '../../platform/queue/leased-rows.js';
import { type ClaimOrder, LeasedWork } from '../../platform/queue/leased-work.js';
import {
  type ClaimedStripeEvent,
  NEXT_STRIPE_EVENTS,
  STRIPE_EVENTS,
  StripeEventsRepository,
} from './stripe-events.repository.js';
import { StripeEventsService } from './stripe-events.service.js';

/** Under way in one worker: Stripe takes some 100 calls a second of all of us. */
const EVENTS_MAX = 8;

/** Follows the events that the API could not, or whose process ended. */
@Injectable()
export class StripeEventProcessor extends LeasedWork<ClaimedStripeEvent> {
  protected override readonly everyMs = 1_000;
  protected readonly table = STRIPE_EVENTS;
  protected readonly most = EVENTS_MAX;

  constructor(
    database: Database,
    private readonly repository: StripeEventsRepository,
    private readonly events: StripeEventsService,
  ) {
    super(database);
  }

  protected override order(room: number): ClaimOrder {
    return [NEXT_STRIPE_EVENTS, room];
  }

  protected override read(transaction: Transaction, claims: Claim[]): Promise<ClaimedStripeEvent[]> {
    return this.repository.readClaimed(transaction, claims);
  }

  protected override carryOut(claimed: ClaimedStripeEvent): Promise<void> {
    return this.events.follow(claimed);
  }
}
