import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { DeliveriesProcessor } from './deliveries.processor.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [NotificationsModule],
  providers: [DeliveriesProcessor, DeliveriesRepository, WebhooksRepository],
})
export class WebhooksWorkerModule {}
