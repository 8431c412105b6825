import { Module } from '@nestjs/common';
import { StripeEventProcessor } from './stripe-event-processor.js';
import { StripeEventSweep } from './stripe-event-sweep.js';
import { StripeEventsModule } from './stripe-events.module.js';

/** The door of workers that may speak with Stripe. */
@Module({ imports: [StripeEventsModule], providers: [StripeEventProcessor, StripeEventSweep] })
export class StripeEventsWorkerModule {}
