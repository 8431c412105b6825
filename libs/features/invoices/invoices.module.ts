import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { CreditGrantsModule } from '../credit-grants/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { BlockedInvoicesController } from './blocked-invoices.controller.js';
import { InvoiceExportsController } from './invoice-exports.controller.js';
import { InvoiceFollower } from './invoice-follower.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesRepository } from './invoices.repository.js';
import { InvoicesService } from './invoices.service.js';
import { OrganizationInvoicesController } from './organization-invoices.controller.js';

/** Reading what was billed. */
@Module({
  imports: [BillingModule, UsageModule],
  controllers: [
    InvoicesController,
    OrganizationInvoicesController,
    BlockedInvoicesController,
    InvoiceExportsController,
  ],
  providers: [InvoicesService, InvoicesRepository],
})
export class InvoicesModule {}

/** Following what Stripe says of them. */
@Module({
  imports: [BillingModule, CreditGrantsModule, NotificationsModule, WebhooksModule],
  providers: [InvoiceFollower, InvoicesRepository],
  exports: [InvoiceFollower],
})
export class InvoiceFollowingModule {}
