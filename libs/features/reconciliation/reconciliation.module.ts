import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { ReconciliationController } from './reconciliation.controller.js';
import { ReconciliationRepository } from './reconciliation.repository.js';
import { ReconciliationService } from './reconciliation.service.js';

/** Whether all that was used is billed, and all that is billed is paid. */
@Module({
  imports: [BillingModule],
  controllers: [ReconciliationController],
  providers: [ReconciliationService, ReconciliationRepository],
})
export class ReconciliationModule {}
