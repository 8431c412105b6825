import { Module } from '@nestjs/common';
import { NotificationsModule } from '../notifications/index.js';
import { WebhooksModule } from '../webhooks/index.js';
import { LimitAlerts } from './limit-alerts.js';
import { LimitsModule } from './limits.module.js';
import { PlanOverrideEnds } from './plan-override-ends.js';
import { PlanOverridesRepository } from './plan-overrides.repository.js';

/** The worker's door to this feature. */
@Module({
  imports: [LimitsModule, NotificationsModule, WebhooksModule],
  providers: [LimitAlerts, PlanOverrideEnds, PlanOverridesRepository],
})
export class LimitsWorkerModule {}
