import { Injectable } from '@nestjs/common';
import Stripe from 'stripe';
import { RepeatedWork } from '../../platform/queue/repeated-work.js';
import { FOLLOWED_TYPES, StripeEventsService } from './stripe-events.service.js';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;
/** As long as Stripe sends a webhook again. */
const DAYS = 3;

/** Once a day, fetches the events of the last days of which no webhook came. Any worker may do it, and several at once. */
@Injectable()
export class StripeEventSweep extends RepeatedWork {
  /** More often than it sweeps, as Stripe may be away just then. */
  protected readonly everyMs = HOUR_MS;
  private sweptAtMs = -Infinity;

  constructor(
    private readonly stripe: Stripe,
    private readonly events: StripeEventsService,
  ) {
    super();
  }

  protected override async work(): Promise<void> {
    const startedMs = performance.now();
    if (startedMs - this.sweptAtMs < DAY_MS) return;
    const created = { gte: Math.floor((Date.now() - DAYS * DAY_MS) / 1000) };
    for await (const event of this.stripe.events.list({ created, types: [...FOLLOWED_TYPES], limit: 100 }))
      // One that cannot be read keeps no other away.
      await this.events
        .keepMissing(event)
        .catch((error: Error) =>
          this.logger.error({ msg: `Stripe's event ${event.id} could not be kept`, err: error }),
        );
    this.sweptAtMs = startedMs;
  }
}
