import { Module } from '@nestjs/common';
import { BillingModule } from '../billing/index.js';
import { NotificationsModule } from '../notifications/index.js';
import { OverdueController } from './overdue.controller.js';
import { OverdueRepository } from './overdue.repository.js';
import { OverdueService } from './overdue.service.js';

/** What the operator sees of who does not pay, and does about it; libs/features/billing takes them from stage to stage. */
@Module({
  imports: [BillingModule, NotificationsModule],
  controllers: [OverdueController],
  providers: [OverdueService, OverdueRepository],
})
export class OverdueModule {}
