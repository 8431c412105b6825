import { Module } from '@nestjs/common';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { BillingApiModule, BillingModule } from '../billing/index.js';
import { CreditGrantsRepository } from './credit-grants.repository.js';
import { CreditGrantsService } from './credit-grants.service.js';
import { CreditPurchases } from './credit-purchases.service.js';
import { CreditTopUpsService } from './credit-top-ups.service.js';
import { CreditsController } from './credits.controller.js';
import { OrganizationCreditsController } from './organization-credits.controller.js';

/** What invoices use. */
@Module({ providers: [CreditGrantsRepository], exports: [CreditGrantsRepository] })
export class CreditGrantsModule {}

/** Following what Stripe says of purchases. */
@Module({
  imports: [BillingModule, CreditGrantsModule],
  providers: [CreditPurchases],
  exports: [CreditPurchases],
})
export class CreditPurchasesModule {}

/** What the API has besides: its routes. */
@Module({
  imports: [BillingApiModule, CreditGrantsModule, CreditPurchasesModule],
  controllers: [CreditsController, OrganizationCreditsController],
  providers: [CreditGrantsService, CreditTopUpsService, TokenBuckets],
})
export class CreditGrantsApiModule {}
