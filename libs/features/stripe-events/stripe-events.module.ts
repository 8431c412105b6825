import { Module } from '@nestjs/common';
import { SubscriptionFollowingModule } from '../billing/index.js';
import { CreditPurchasesModule } from '../credit-grants/index.js';
import { InvoiceFollowingModule } from '../invoices/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { StripeEventsController } from './stripe-events.controller.js';
import { StripeEventsRepository } from './stripe-events.repository.js';
import { StripeEventsService } from './stripe-events.service.js';

/** Hearing Stripe. */
@Module({
  imports: [
    SubscriptionFollowingModule,
    InvoiceFollowingModule,
    CreditPurchasesModule,
    NotificationsModule,
    WebhooksModule,
  ],
  controllers: [StripeEventsController],
  providers: [StripeEventsService, StripeEventsRepository],
  exports: [StripeEventsService, StripeEventsRepository],
})
export class StripeEventsModule {}
