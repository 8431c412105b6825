import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/index.js';
import { EndUsersModule } from '../end-users/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { UsageApiModule } from '../usage/index.js';
import { PredictorCache } from './predictor-cache.js';
import { RememberedAnswers } from './remembered-answers.js';
import { RememberedAnswersRepository } from './remembered-answers.repository.js';
import { ServingService } from './serving.service.js';

@Module({
  imports: [DeploymentsModule, EndUsersModule, LimitsApiModule, ModelsModule, UsageApiModule],
  providers: [ServingService, PredictorCache, RememberedAnswers, RememberedAnswersRepository],
  exports: [ServingService],
})
export class ServingModule {}
