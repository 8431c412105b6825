import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { DeliveriesProcessor } from './deliveries.processor.js';
import { DeliveriesRepository } from './deliveries.repository.js';
import { DeliveriesService } from './deliveries.service.js';
import { WebhooksRepository } from './webhooks.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [NotificationsModule],
  providers: [DeliveriesProcessor, DeliveriesService, DeliveriesRepository, WebhooksRepository],
})
export class WebhooksWorkerModule {}
