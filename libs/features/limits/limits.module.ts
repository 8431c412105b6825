import { Module } from '@nestjs/common';
import { UsageApiModule } from '../usage/index.js';
import { KnownTerms } from './known-terms.js';
import { LimitsController } from './limits.controller.js';
import { LimitsRepository } from './limits.repository.js';
import { LimitsService } from './limits.service.js';
import { PlanOverridesController } from './plan-overrides.controller.js';
import { PlanOverridesRepository } from './plan-overrides.repository.js';
import { PlanOverridesService } from './plan-overrides.service.js';
import { Quotas } from './quotas.js';
import { RateLimitGuard } from './rate-limit.guard.js';
import { RateLimiter } from './rate-limiter.js';

/** Limits on what is done in a transaction of its own. */
@Module({ providers: [LimitsService, LimitsRepository], exports: [LimitsService, LimitsRepository] })
export class LimitsModule {}

/** What the API has besides: its routes, rate limits, and quotas that calls draw on. */
@Module({
  imports: [LimitsModule, UsageApiModule],
  controllers: [LimitsController, PlanOverridesController],
  providers: [PlanOverridesService, PlanOverridesRepository, KnownTerms, Quotas, RateLimiter, RateLimitGuard],
  exports: [LimitsModule, KnownTerms, Quotas, RateLimiter, RateLimitGuard],
})
export class LimitsApiModule {}
