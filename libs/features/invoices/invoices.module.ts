import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { UsageModule } from '../usage/index.js';
import { InvoicesController } from './invoices.controller.js';
import { InvoicesRepository } from './invoices.repository.js';
import { InvoicesService } from './invoices.service.js';
import { OrganizationInvoicesController } from './organization-invoices.controller.js';

/** Reading what was billed. */
@Module({
  imports: [BillingModule, UsageModule],
  controllers: [InvoicesController, OrganizationInvoicesController],
  providers: [InvoicesService, InvoicesRepository],
})
export class InvoicesModule {}
