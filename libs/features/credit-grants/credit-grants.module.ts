import { Module } from '@nestjs/common';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { BillingApiModule, BillingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { CreditGrantsRepository } from './credit-grants.repository.js';
import { CreditGrantsService } from './credit-grants.service.js';
import { CreditPurchases } from './credit-purchases.service.js';
import { CreditRefundsController } from './credit-refunds.controller.js';
import { CreditRefundsRepository } from './credit-refunds.repository.js';
import { CreditRefundsService } from './credit-refunds.service.js';
import { CreditTopUpsService } from './credit-top-ups.service.js';
import { CreditsController } from './credits.controller.js';
import { OrganizationCreditsController } from './organization-credits.controller.js';

/** What invoices use, and what goes back of it. */
@Module({
  providers: [CreditGrantsRepository, CreditRefundsRepository],
  exports: [CreditGrantsRepository, CreditRefundsRepository],
})
export class CreditGrantsModule {}

/** Following what Stripe says of purchases. */
@Module({
  imports: [BillingModule, CreditGrantsModule, NotificationsModule],
  providers: [CreditPurchases],
  exports: [CreditPurchases],
})
export class CreditPurchasesModule {}

/** What the API has besides: its routes. */
@Module({
  imports: [BillingApiModule, CreditGrantsModule, CreditPurchasesModule],
  controllers: [CreditsController, CreditRefundsController, OrganizationCreditsController],
  providers: [CreditGrantsService, CreditRefundsService, CreditTopUpsService, TokenBuckets],
})
export class CreditGrantsApiModule {}
