import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { BillingPeriods } from './billing-periods.js';
import { BillingController } from './billing.controller.js';
import { BillingRepository } from './billing.repository.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';
import { StripeWebhookService } from './stripe-webhook.service.js';

/** Prices, subscriptions and the periods that they are billed by. */
@Module({
  imports: [UsageModule],
  providers: [BillingService, BillingPeriods, BillingRepository],
  exports: [BillingService, BillingPeriods, BillingRepository],
})
export class BillingModule {}

/** What the API has besides: its routes, and Stripe. */
@Module({
  imports: [BillingModule, WebhooksModule, NotificationsModule],
  controllers: [BillingController],
  providers: [CheckoutService, StripeWebhookService],
  exports: [BillingModule, CheckoutService],
})
export class BillingApiModule {}
