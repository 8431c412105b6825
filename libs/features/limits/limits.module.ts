import { Module } from '@nestjs/common';
import { UsageApiModule } from '../usage/index.js';
import { KnownTerms } from './known-terms.js';
import { LimitsController } from './limits.controller.js';
import { LimitsRepository } from './limits.repository.js';
import { LimitsService } from './limits.service.js';
import { Quotas } from './quotas.js';
import { RateLimiter } from './rate-limiter.js';

/** Limits on what is done in a transaction of its own. */
@Module({ providers: [LimitsService, LimitsRepository], exports: [LimitsService, LimitsRepository] })
export class LimitsModule {}

/** What the API has besides: its routes, rate limits, and quotas that calls draw on. */
@Module({
  imports: [LimitsModule, UsageApiModule],
  controllers: [LimitsController],
  providers: [KnownTerms, Quotas, RateLimiter],
  exports: [LimitsModule, Quotas, RateLimiter],
})
export class LimitsApiModule {}
