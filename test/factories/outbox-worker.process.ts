import { Module } from '@nestjs/common';
import { NestFactory } from '@nestjs/core';
import { NotificationsWorkerModule } from '../../libs/features/notifications/worker.js';
import { OrganizationsWorkerModule } from '../../libs/features/organizations/worker.js';
import { RetentionWorkerModule } from '../../libs/features/retention/worker.js';
import { WebhooksWorkerModule } from '../../libs/features/webhooks/worker.js';
import { ClockModule } from '../../libs/platform/clock/clock.js';
import { readConfig } from '../../libs/platform/config/config.js';
import { ConfigModule } from '../../libs/platform/config/config.module.js';
import { DatabaseModule } from '../../libs/platform/database/database.module.js';
import { MailModule } from '../../libs/platform/mail/mail.module.js';
import { ObjectStoreModule } from '../../libs/platform/object-store/object-store.module.js';

const PLATFORM = [ConfigModule.with(readConfig()), ClockModule, DatabaseModule, MailModule, ObjectStoreModule];

@Module({
  imports: [
    ...PLATFORM,
    NotificationsWorkerModule,
    WebhooksWorkerModule,
    RetentionWorkerModule,
    OrganizationsWorkerModule,
  ],
})
class OutboxWorkerModule {}

// The part of a worker that sends and forgets. It may be killed without harm to the imports and jobs of other tests.
await NestFactory.createApplicationContext(OutboxWorkerModule, { logger: false });
process.send?.('ready');
