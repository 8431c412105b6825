import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { BillingModule, SubscriptionFollowingModule } from './billing.module.js';
import { OverdueSubscriptions } from './overdue-subscriptions.js';
import { PausedSubscriptions } from './paused-subscriptions.js';

/** The door of workers that may speak with Stripe. */
@Module({
  imports: [BillingModule, NotificationsModule, SubscriptionFollowingModule],
  providers: [OverdueSubscriptions, PausedSubscriptions],
})
export class OverdueWorkerModule {}
