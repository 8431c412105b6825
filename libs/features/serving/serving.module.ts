import { Module } from '@nestjs/common';
import { DeploymentsModule } from '../deployments/index.js';
import { EndUsersModule } from '../end-users/index.js';
import { LimitsApiModule } from '../limits/index.js';
import { ModelsModule } from '../models/index.js';
import { UsageApiModule } from '../usage/index.js';
import { KeptRequests } from './kept-requests.js';
import { KeptRequestsRepository } from './kept-requests.repository.js';
import { PredictorCache } from './predictor-cache.js';
import { RememberedAnswers } from './remembered-answers.js';
import { RememberedAnswersRepository } from './remembered-answers.repository.js';
import { ServingService } from './serving.service.js';
import { TriesController } from './tries.controller.js';

@Module({
  imports: [DeploymentsModule, EndUsersModule, LimitsApiModule, ModelsModule, UsageApiModule],
  controllers: [TriesController],
  providers: [
    ServingService,
    PredictorCache,
    RememberedAnswers,
    RememberedAnswersRepository,
    KeptRequests,
    KeptRequestsRepository,
  ],
  exports: [ServingService, KeptRequests, RememberedAnswers],
})
export class ServingModule {}
