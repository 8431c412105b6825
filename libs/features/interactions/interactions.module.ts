import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { EndUsersModule } from '../end-users/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { ServingModule } from '../serving/index.js';
import { UsageApiModule } from '../usage/index.js';
import { EventSink } from './event-sink.js';
import { EventTypes } from './event-types.js';
import { HeldRoom } from './held-room.js';
import { InteractionsController } from './interactions.controller.js';
import { InteractionsService } from './interactions.service.js';
import { KnownEvents } from './known-events.js';
import { LiveDataSets } from './live-data-sets.js';
import { RecentInteractions } from './recent-interactions.js';

@Module({
  imports: [DataSetsModule, EndUsersModule, LimitsApiModule, ServingModule, UsageApiModule],
  controllers: [InteractionsController],
  providers: [InteractionsService, LiveDataSets, KnownEvents, EventTypes, HeldRoom, EventSink, RecentInteractions],
  exports: [RecentInteractions],
})
export class InteractionsModule {}
