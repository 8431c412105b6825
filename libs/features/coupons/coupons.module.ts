import { Module } from '@nestjs/common';
import { TokenBuckets } from '../../platform/throttle/token-buckets.js';
import { BillingModule, SubscriptionFollowingModule } from '../billing/index.js';
import { CouponApplication, CouponApplications } from './coupon-application.js';
import { CouponsController } from './coupons.controller.js';
import { CouponsRepository } from './coupons.repository.js';
import { CouponsService } from './coupons.service.js';

const IMPORTS = [BillingModule, SubscriptionFollowingModule];

/** Making and redeeming coupons. */
@Module({
  imports: IMPORTS,
  controllers: [CouponsController],
  providers: [CouponsService, CouponsRepository, CouponApplication, TokenBuckets],
})
export class CouponsModule {}

/** Of workers that may speak with Stripe. */
@Module({ imports: IMPORTS, providers: [CouponApplication, CouponApplications, CouponsRepository] })
export class CouponsWorkerModule {}
