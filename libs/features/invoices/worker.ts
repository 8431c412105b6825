import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { CreditGrantsModule } from '../credit-grants/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { InvoiceCollector } from './invoice-collector.js';
import { InvoiceWriter } from './invoice-writer.js';
import { InvoiceFollowingModule } from './invoices.module.js';
import { InvoicesRepository } from './invoices.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [BillingModule, CreditGrantsModule, NotificationsModule, UsageModule, WebhooksModule],
  providers: [InvoiceWriter, InvoicesRepository],
})
export class InvoicesWorkerModule {}

/** The door of workers that may speak with Stripe. */
@Module({
  imports: [BillingModule, InvoiceFollowingModule],
  providers: [InvoiceCollector, InvoicesRepository],
})
export class CollectionWorkerModule {}
