import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { BillingController } from './billing.controller.js';
import { BillingRepository } from './billing.repository.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';
import { StripeWebhookService } from './stripe-webhook.service.js';

@Module({
  imports: [UsageModule, WebhooksModule, NotificationsModule],
  controllers: [BillingController],
  providers: [BillingService, CheckoutService, StripeWebhookService, BillingRepository],
  exports: [BillingService, CheckoutService],
})
export class BillingModule {}
