import { Module } from '@nestjs/common';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { NotificationsModule } from '../notifications/index.js';
import { UsageModule } from '../usage/index.js';
import { BillingPeriods } from './billing-periods.js';
import { BillingController } from './billing.controller.js';
import { BillingRepository } from './billing.repository.js';
import { BillingService } from './billing.service.js';
import { CheckoutService } from './checkout.service.js';
import { PaidSubscriptions } from './paid-subscriptions.js';
import { PausesController } from './pauses.controller.js';
import { PausesService } from './pauses.service.js';
import { PlanChangesService } from './plan-changes.service.js';
import { SpendController } from './spend.controller.js';
import { SpendService } from './spend.service.js';
import { StripeCatalogue } from './stripe-catalogue.js';
import { StripeCoupons } from './stripe-coupons.js';
import { SubscriptionFollower } from './subscription-follower.js';
import { SubscriptionPrices } from './subscription-prices.js';

/** Prices, subscriptions and the periods that they are billed by. */
@Module({
  imports: [UsageModule],
  providers: [BillingService, BillingPeriods, BillingRepository],
  exports: [BillingService, BillingPeriods, BillingRepository],
})
export class BillingModule {}

/** Following what Stripe says of subscriptions, and changing their prices there. */
@Module({
  imports: [BillingModule, NotificationsModule],
  providers: [SubscriptionFollower, SubscriptionPrices, StripeCatalogue, StripeCoupons],
  exports: [SubscriptionFollower, SubscriptionPrices, StripeCatalogue, StripeCoupons],
})
export class SubscriptionFollowingModule {}

/** What the API has besides: its routes, and Checkout. */
@Module({
  imports: [BillingModule, SubscriptionFollowingModule, UsageModule],
  controllers: [BillingController, PausesController, SpendController],
  providers: [CheckoutService, PaidSubscriptions, PausesService, PlanChangesService, SpendService, TokenBuckets],
  exports: [BillingModule, CheckoutService],
})
export class BillingApiModule {}
