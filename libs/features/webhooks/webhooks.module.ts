import { Module } from '@nestjs/common';
import { WebhookHealthController } from './webhook-health.controller.js';
import { WebhookHealthRepository } from './webhook-health.repository.js';
import { WebhookHealthService } from './webhook-health.service.js';
import { WebhooksController } from './webhooks.controller.js';
import { WebhooksRepository } from './webhooks.repository.js';
import { WebhooksService } from './webhooks.service.js';

@Module({
  controllers: [WebhooksController, WebhookHealthController],
  providers: [WebhooksService, WebhooksRepository, WebhookHealthService, WebhookHealthRepository],
  exports: [WebhooksService],
})
export class WebhooksModule {}
