import { Module } from '@nestjs/common';
import { NotificationsProcessor } from './notifications.processor.js';
import { NotificationsRepository } from './notifications.repository.js';

/** The worker's door to this feature. */
@Module({ providers: [NotificationsProcessor, NotificationsRepository] })
export class NotificationsWorkerModule {}
