import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { AutomaticTopUps } from './automatic-top-ups.js';
import { CreditGrantsModule, CreditPurchasesModule } from './credit-grants.module.js';
import { CreditRefundSender } from './credit-refund-sender.js';

/** The door of workers that may speak with Stripe. */
@Module({
  imports: [BillingModule, CreditGrantsModule, CreditPurchasesModule, NotificationsModule],
  providers: [AutomaticTopUps, CreditRefundSender],
})
export class CreditTopUpsWorkerModule {}
