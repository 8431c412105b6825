import { Module } from '@nestjs/common';
import { DataSetsModule } from '../data-sets/index.js';
import { DeploymentsModule } from '../deployments/index.js';
import { ModelsModule } from '../models/index.js';
import { ServingModule } from '../serving/index.js';
import { FeedbackService } from './feedback.service.js';

@Module({
  imports: [DataSetsModule, DeploymentsModule, ModelsModule, ServingModule],
  providers: [FeedbackService],
  exports: [FeedbackService],
})
export class FeedbackModule {}
