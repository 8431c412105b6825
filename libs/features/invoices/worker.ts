import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { InvoiceWriter } from './invoice-writer.js';
import { InvoicesRepository } from './invoices.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [BillingModule, NotificationsModule, UsageModule, WebhooksModule],
  providers: [InvoiceWriter, InvoicesRepository],
})
export class InvoicesWorkerModule {}
