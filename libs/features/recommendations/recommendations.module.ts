import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/index.js';
import { EndUsersModule } from '../end-users/index.js';
import { ModelsModule } from '../models/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { UsageApiModule } from '../usage/index.js';
import { PredictorCache } from './predictor-cache.js';
import { RecommendationsController } from './recommendations.controller.js';
import { RecommendationsService } from './recommendations.service.js';

@Module({
  imports: [DeploymentsModule, EndUsersModule, LimitsApiModule, ModelsModule, UsageApiModule],
  controllers: [RecommendationsController],
  providers: [RecommendationsService, PredictorCache],
})
export class RecommendationsModule {}
