import { Module } from '@nestjs/common';
import { BillingModule, SubscriptionFollowingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { PriceMoves } from './price-moves.js';
import { PriceMovesRepository } from './price-moves.repository.js';

/** The door of workers that may speak with Stripe. */
@Module({
  imports: [BillingModule, NotificationsModule, SubscriptionFollowingModule],
  providers: [PriceMoves, PriceMovesRepository],
})
export class PriceMovesWorkerModule {}
