import { Module } from '@nestjs/common';
import { UsageModule } from '../usage/index.js';
import { BillingController } from './billing.controller.js';
import { BillingRepository } from './billing.repository.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';

@Module({
  imports: [UsageModule],
  controllers: [BillingController],
  providers: [BillingService, CheckoutService, BillingRepository],
  exports: [BillingService],
})
export class BillingModule {}
